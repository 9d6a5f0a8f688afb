{{/* What is called how. All of a release begin with its name. */}}
{{- define "sotto.name" -}}
{{- ternary .Release.Name (printf "%s-sotto" .Release.Name) (contains "sotto" .Release.Name) | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{- define "sotto.kinds" -}}
{{- if eq .Values.profile "embedded" }}standalone{{ else }}store presence blob relay{{ end }}
{{- end }}

{{- /* Who has a certificate of the mesh: the kinds, and operators. */}}
{{- define "sotto.meshRoles" -}}
{{ include "sotto.kinds" . }} admin
{{- end }}

{{- /* The labels by which pods are selected: dict root kind */}}
{{- define "sotto.selector" -}}
app.kubernetes.io/name: sotto
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .kind | quote }}
{{- end }}

{{- define "sotto.labels" -}}
{{ include "sotto.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | quote }}
{{- end }}

{{- define "sotto.image" -}}
{{ .root.Values.image.repository }}-{{ .kind }}:{{ .root.Values.image.tag }}
{{- end }}

{{- /* Where all of a kind are: dict root kind */}}
{{- define "sotto.target" -}}
dns:///{{ include "sotto.name" .root }}-{{ .kind }}.{{ .root.Release.Namespace }}.svc:7711
{{- end }}

{{- define "sotto.tlsSecret" -}}
{{ .Values.tls.secret | default (printf "%s-tls" (include "sotto.name" .)) }}
{{- end }}

{{- /* Whether the chart's own job makes certificates. */}}
{{- define "sotto.ownTls" -}}
{{- if and .Values.certificates.own.enabled (not .Values.tls.secret) (not .Values.tls.issuer) }}yes{{ end }}
{{- end }}
{{- define "sotto.ownMesh" -}}
{{- if and .Values.certificates.own.enabled (not .Values.mesh.issuer) (eq .Values.profile "services") }}yes{{ end }}
{{- end }}

{{- /* All names under which the public port is dialled. */}}
{{- define "sotto.hosts" -}}
{{- $service := include "sotto.name" . -}}
{{- concat .Values.names (list $service (printf "%s.%s" $service .Release.Namespace) (printf "%s.%s.svc" $service .Release.Namespace) (printf "%s.%s.svc.cluster.local" $service .Release.Namespace)) | uniq | join "," -}}
{{- end }}

{{- /* What kinds of pods a kind of pod may call, as the mesh's call table says: who calls this one? */}}
{{- define "sotto.callers" -}}
{{- get (dict "store" "relay store blob admin" "presence" "relay store admin" "blob" "relay store admin" "relay" "relay admin") .kind -}}
{{- end }}

{{- /* Restricted, for every pod. */}}
{{- define "sotto.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
fsGroupChangePolicy: OnRootMismatch
seccompProfile: { type: RuntimeDefault }
{{- end }}
{{- define "sotto.security" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{- /* Where pods go: dict root kind */}}
{{- define "sotto.placing" -}}
{{- with .root.Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . | quote }}
  {{- end }}
{{- end }}
{{- if and .root.Values.topologySpread (ne .kind "standalone") }}
topologySpreadConstraints:
  {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    # Counted among those of the same version: else an upgrade, in which the old still count, may leave all new ones on one node.
    matchLabelKeys: [pod-template-hash]
    labelSelector:
      matchLabels:
        {{- include "sotto.selector" $ | nindent 8 }}
  {{- end }}
{{- end }}
{{- end }}

{{- /* Whether the chart makes a Vitess for the operator, what that is called, and where accounts and mailboxes are; empty = in the pod's folder. */}}
{{- define "sotto.ownVitess" -}}
{{- if and .Values.storage.vitess.enabled (eq .Values.profile "services") }}yes{{ end }}
{{- end }}
{{- define "sotto.vitess" -}}
{{ include "sotto.name" . }}-vitess
{{- end }}
{{- define "sotto.storage" -}}
{{- if include "sotto.ownVitess" . }}mysql://sotto@{{ include "sotto.vitess" . }}.{{ .Release.Namespace }}.svc:3306/sotto?tls={{ ternary "on" "off" (ne .Values.storage.vitess.tlsSecret "") }}{{ else }}{{ .Values.storage.url }}{{ end }}
{{- end }}

{{- define "sotto.seconds" -}}
{{- if hasSuffix "ms" . }}1{{ else if hasSuffix "s" . }}{{ trimSuffix "s" . }}{{ else if hasSuffix "m" . }}{{ mul 60 (trimSuffix "m" . | int) }}{{ else }}{{ fail (printf "drain: %s is not a time in seconds or minutes" .) }}{{ end }}
{{- end }}

{{- /* Volumes and mounts of secrets that a kind has: dict root kind */}}
{{- define "sotto.hasStorage" -}}
{{- if and (has .kind (list "store" "standalone" "migrate")) (include "sotto.storage" .root) .root.Values.storage.passwordSecret }}yes{{ end }}
{{- end }}
{{- define "sotto.hasBucket" -}}
{{- if and (has .kind (list "blob" "standalone")) .root.Values.s3.endpoint }}yes{{ end }}
{{- end }}
