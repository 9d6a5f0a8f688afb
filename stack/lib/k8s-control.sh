# The control plane, in a network of its own that is also the world outside of the nodes: clients and databases stand there.

up_control() {
  local start=$1
  spawn control unshare --net sleep infinity
  await control 5 "a network" in_other_net control
  net control ip link set lo up
  net control ip link add nodes type bridge
  net control ip link set nodes up
  net control ip addr add "$CONTROL/24" dev nodes
  net control sysctl -qw net.ipv4.ip_forward=1
  make_certificates
  outside etcd etcd --data-dir "$dir/etcd" --unsafe-no-fsync --log-level warn --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
    --listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380 --initial-cluster default=http://127.0.0.1:2380
  outside apiserver kube-apiserver --etcd-servers http://127.0.0.1:2379 --bind-address "$CONTROL" --advertise-address "$CONTROL" --secure-port 6443 \
    --tls-cert-file "$pki/apiserver.crt" --tls-private-key-file "$pki/apiserver.key" --client-ca-file "$pki/ca.crt" --anonymous-auth=false --authorization-mode Node,RBAC \
    --enable-admission-plugins NodeRestriction --allow-privileged=true --service-cluster-ip-range 10.96.0.0/16 --service-account-issuer https://kubernetes.default.svc \
    --service-account-key-file "$pki/accounts.pub" --service-account-signing-key-file "$pki/accounts.key" --kubelet-preferred-address-types InternalIP \
    --kubelet-client-certificate "$pki/kubelet-client.crt" --kubelet-client-key "$pki/kubelet-client.key" --kubelet-certificate-authority "$pki/ca.crt"
  await apiserver 90 "the API" kube get --raw /readyz
  lap "$start" "the API answers"
  outside controllers kube-controller-manager --kubeconfig "$pki/controllers.conf" --use-service-account-credentials --service-account-private-key-file "$pki/accounts.key" \
    --root-ca-file "$pki/ca.crt" --bind-address 127.0.0.1 --allocate-node-cidrs=false --leader-elect=false --node-monitor-grace-period 20s
  outside scheduler kube-scheduler --kubeconfig "$pki/scheduler.conf" --bind-address 127.0.0.1 --leader-elect=false
  await controllers 60 "the controllers" kube -n default get serviceaccount default
  kube apply -f "$here/conf/k8s/cluster.yaml" >/dev/null
  volumes
  lap "$start" "the control plane works"
}

# Volumes that outlive pods and nodes, as a storage in the network has them: made beforehand, for claims that name no class.
volumes() {
  local n
  for n in 1 2 3 4 5 6 7 8; do
    install -d -m 770 -o 65532 -g 65532 "$dir/volumes/$n"
    jq -n --arg n "$n" --arg path "$dir/volumes/$n" '{apiVersion: "v1", kind: "PersistentVolume", metadata: {name: "volume-\($n)"},
      spec: {accessModes: ["ReadWriteOnce"], capacity: {storage: "100Gi"}, hostPath: {path: $path}}}'
  done | kube apply -f - >/dev/null
}
