{{- /* The pod of a server: dict root kind */}}
{{- define "sotto.pod" -}}
{{- $root := .root }}{{ $kind := .kind }}{{ $values := get .root.Values .kind }}
{{- $mesh := ne $kind "standalone" }}
metadata:
  labels:
    {{- include "sotto.labels" . | nindent 4 }}
  annotations:
    # New settings are new pods.
    checksum/config: {{ include (print $root.Template.BasePath "/config.yaml") $root | sha256sum }}
spec:
  automountServiceAccountToken: false
  enableServiceLinks: false
  # After the wait in which the cluster stops sending, the drain, and what the process takes beyond.
  terminationGracePeriodSeconds: {{ add 15 (include "sotto.seconds" ($values.drain | default "10s") | int) }}
  securityContext:
    {{- include "sotto.podSecurity" . | nindent 4 }}
  {{- with include "sotto.placing" . }}
  {{- . | nindent 2 }}
  {{- end }}
  containers:
    - name: {{ $kind }}
      image: {{ include "sotto.image" . | quote }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      args: [{{ if $mesh }}"serve-{{ $kind }}"{{ else }}"serve"{{ end }}, "--config", "/etc/sotto/config/config.yaml"]
      env:
        {{- if $mesh }}
        - name: POD_IP
          valueFrom: { fieldRef: { fieldPath: status.podIP } }
        # Its name in the mesh.
        - name: SOTTO_MESH_ADVERTISE
          value: "$(POD_IP):7711"
        {{- end }}
        - name: OTEL_RESOURCE_ATTRIBUTES
          value: "k8s.namespace.name={{ $root.Release.Namespace }},k8s.container.name={{ $kind }}"
        {{- if $root.Values.metrics.enabled }}
        - name: OTEL_METRICS_EXPORTER
          value: {{ ternary "prometheus,otlp" "prometheus" (ne $root.Values.telemetry.endpoint "") }}
        - name: OTEL_EXPORTER_PROMETHEUS_HOST
          value: "0.0.0.0"
        {{- end }}
      ports:
        {{- if has $kind (list "relay" "standalone") }}
        - { name: clients, containerPort: 7700 }
        {{- end }}
        {{- if $mesh }}
        - { name: mesh, containerPort: 7711 }
        {{- end }}
        - { name: probe, containerPort: 7712 }
        {{- if $root.Values.metrics.enabled }}
        - { name: metrics, containerPort: 9464 }
        {{- end }}
      startupProbe:
        grpc: { port: 7712, service: live }
        # Three minutes: many that start at once on few processors slow each other down, and being ended for it would slow all down more.
        periodSeconds: 2
        timeoutSeconds: 3
        failureThreshold: 90
      livenessProbe:
        grpc: { port: 7712, service: live }
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        grpc: { port: 7712, service: ready }
        periodSeconds: 2
        timeoutSeconds: 3
        failureThreshold: 2
      lifecycle:
        # So long the cluster may go on sending to a pod that ends.
        preStop: { sleep: { seconds: 3 } }
      resources:
        {{- toYaml $values.resources | nindent 8 }}
      securityContext:
        {{- include "sotto.security" . | nindent 8 }}
      volumeMounts:
        - { name: config, mountPath: /etc/sotto/config, readOnly: true }
        - { name: data, mountPath: /var/lib/sotto }
        - { name: tmp, mountPath: /tmp }
        {{- if $mesh }}
        - { name: mesh, mountPath: /etc/sotto/mesh, readOnly: true }
        {{- end }}
        {{- if has $kind (list "relay" "standalone") }}
        - { name: tls, mountPath: /etc/sotto/tls, readOnly: true }
        {{- end }}
        {{- if include "sotto.hasStorage" . }}
        - { name: storage, mountPath: /etc/sotto/storage, readOnly: true }
        {{- end }}
        {{- if include "sotto.hasBucket" . }}
        - { name: s3, mountPath: /etc/sotto/s3, readOnly: true }
        {{- end }}
  volumes:
    - name: config
      configMap: { name: {{ include "sotto.name" $root }}-{{ $kind }} }
    - name: tmp
      emptyDir: { sizeLimit: 256Mi }
    {{- if not (include "sotto.keepsData" .) }}
    - name: data
      emptyDir: { sizeLimit: 256Mi }
    {{- end }}
    {{- if $mesh }}
    - name: mesh
      secret: { secretName: {{ include "sotto.name" $root }}-mesh-{{ $kind }}, defaultMode: 0440 }
    {{- end }}
    {{- if has $kind (list "relay" "standalone") }}
    - name: tls
      secret: { secretName: {{ include "sotto.tlsSecret" $root }}, defaultMode: 0440 }
    {{- end }}
    {{- if include "sotto.hasStorage" . }}
    - name: storage
      secret:
        secretName: {{ $root.Values.storage.passwordSecret | quote }}
        defaultMode: 0440
        items: [{ key: {{ $root.Values.storage.passwordKey | quote }}, path: password }]
    {{- end }}
    {{- if include "sotto.hasBucket" . }}
    - name: s3
      secret: { secretName: {{ $root.Values.s3.keysSecret | quote }}, defaultMode: 0440 }
    {{- end }}
{{- end }}

{{- /* Whether its folder must outlive the pod: dict root kind */}}
{{- define "sotto.keepsData" -}}
{{- if or (eq .kind "standalone") (and (eq .kind "blob") (not .root.Values.s3.endpoint)) }}yes{{ end }}
{{- end }}
