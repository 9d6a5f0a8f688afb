# Nodes that only say that they run pods (kwok, from its module's own stages): for what the control plane decides, scheduling and evictions, in seconds.

# pretend_nodes N: N of them, pretend-1 and on, each in a zone of its own.
pretend_nodes() {
  local n stages=() file folder
  folder=$(go list -C "$here/parts/kwok" -mod=readonly -m -f '{{.Dir}}' sigs.k8s.io/kwok)/kustomize/stage
  for file in "$folder"/node/fast/node-initialize.yaml "$folder"/node/heartbeat-with-lease/*.yaml "$folder"/pod/fast/*.yaml; do
    [[ $file == */kustomization.yaml ]] || stages+=(--config "$file")
  done
  outside kwok kwok --kubeconfig "$pki/admin.conf" "${stages[@]}" --manage-all-nodes=false --manage-nodes-with-annotation-selector kwok.x-k8s.io/node=pretended \
    --cidr 10.245.0.1/16 --node-ip 172.31.0.200 --node-lease-duration-seconds 40
  for ((n = 1; n <= $1; n++)); do
    jq -n --arg name "pretend-$n" --arg zone "zone-$n" '{apiVersion: "v1", kind: "Node",
      metadata: {name: $name, annotations: {"kwok.x-k8s.io/node": "pretended"}, labels: {"kubernetes.io/hostname": $name, "topology.kubernetes.io/zone": $zone}},
      status: {allocatable: {cpu: "8", memory: "16Gi", pods: "110"}, capacity: {cpu: "8", memory: "16Gi", pods: "110"}}}'
  done | kube apply -f - >/dev/null
  kube wait --for=condition=Ready node --all --timeout=60s >/dev/null
}

# define_foreign: what cert-manager, the Prometheus operator and the Gateway API define of objects, without their programs.
define_foreign() {
  local folders
  mapfile -t folders < <(cd "$here/parts/crds" && go mod download github.com/cert-manager/cert-manager github.com/prometheus-operator/prometheus-operator sigs.k8s.io/gateway-api &&
    go list -mod=readonly -m -f '{{.Dir}}' github.com/cert-manager/cert-manager github.com/prometheus-operator/prometheus-operator sigs.k8s.io/gateway-api)
  ((${#folders[@]} == 3)) || fail "the definitions could not be had"
  kube apply --server-side -f "${folders[0]}/deploy/crds" -f "${folders[1]}/example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml" \
    -f "${folders[1]}/example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml" \
    -f "${folders[2]}/config/crd/standard/gateway.networking.k8s.io_tlsroutes.yaml" >/dev/null
  kube wait --for=condition=Established crd --all --timeout=60s >/dev/null
}
