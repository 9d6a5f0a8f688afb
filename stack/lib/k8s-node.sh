# A node: network, mounts, name and processes of its own, so that the machine's own stay as they are and that it can be lost as one.

node_ip() { echo "${CONTROL%.*}.$((10 + $1))"; }
node_pods() { echo "10.244.$1.0/24"; }
# Of one cluster; found again without a file.
cgroup_of() { echo "sotto-$(cksum <<<"$dir" | cut -d' ' -f1)-n$1"; }

# What the kubelet writes, and what is the whole machine's: a node has copies.
readonly KERNEL="vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys kernel/keys/root_maxbytes"

join_node() {
  local n=$1 start=$2 name=n$1 node=$dir/n$1 group ip
  running control || fail "there is no control plane in $dir: cluster up"
  ! running "$name" || fail "$name is there already"
  ip=$(node_ip "$n")
  mkdir -p "$node"/{cni,kernel}
  # Its process 1 takes the remains of others.
  spawn "$name" unshare --mount --net --uts --pid --fork --propagation private --mount-proc bash -c 'trap "exit 0" TERM; while :; do sleep 3600 & wait $!; done'
  await "$name" 5 "a network for $name" in_other_net "$name"
  for group in /sys/fs/cgroup/*/; do [ -e "$group/cgroup.controllers" ] || mkdir -p "$group$(cgroup_of "$n")"; done
  for group in cpuset.cpus cpuset.mems; do cat "/sys/fs/cgroup/cpuset/$group" >"/sys/fs/cgroup/cpuset/$(cgroup_of "$n")/$group"; done
  net control ip link add "$name" type veth peer name eth0 netns "$(net_of "$name")"
  net control ip link set "$name" master nodes up
  net "$name" ip link set lo up
  net "$name" ip link set eth0 up
  net "$name" ip addr add "$ip/24" dev eth0
  net "$name" ip route add default via "$CONTROL"
  net "$name" sysctl -qw net.ipv4.ip_forward=1
  # The way to its pods, for all: nodes go by control.
  net control ip route replace "$(node_pods "$n")" via "$ip"
  echo "nameserver 127.0.0.1" >"$node/resolv.conf"
  [ -e "$pki/$name.conf" ] || { cert "$name" "/O=system:nodes/CN=system:node:$name" "DNS:$name,IP:$ip" && conf "$name"; }
  fill containerd.toml "$node/containerd.toml" && fill pods.conflist "$node/cni/pods.conflist"
  fill kubelet.yaml "$node/kubelet.yaml" && fill proxy.yaml "$node/proxy.yaml"
  at "$name" bash -euc 'node=$1
    hostname "$2" && mount --make-rshared /
    umount /sys/fs/cgroup/unified 2>/dev/null || true
    mount -t tmpfs run /run && mount -t tmpfs log /var/log && mkdir -p /run/lock /run/xtables /var/lib/cni && mount -t tmpfs cni /var/lib/cni
    for key in $3; do copy=$node/kernel/${key//\//.}; cat "/proc/sys/$key" >"$copy"; mount --bind "$copy" "/proc/sys/$key"; done' _ "$node" "$name" "$KERNEL"
  inside "$name" containerd containerd -c "$node/containerd.toml"
  await "$name.containerd" 20 "containerd of $name" at "$name" ctr version
  load_images "$n" "$dir"/images/*.tar
  inside "$name" kubelet kubelet --config "$node/kubelet.yaml" --kubeconfig "$pki/$name.conf" --hostname-override "$name" --node-ip "$ip" --root-dir "$node/kubelet" \
    --node-labels "topology.kubernetes.io/zone=z$n"
  inside "$name" proxy kube-proxy --config "$node/proxy.yaml"
  await "$name.kubelet" 60 "$name to register" kube get node "$name"
  kube wait --for=condition=Ready "node/$name" --timeout=90s >/dev/null
  # Only its part that enforces network policies. It goes by NODE_NAME, and asks the API for that node at once.
  inside "$name" router env "NODE_NAME=$name" kube-router --kubeconfig "$pki/admin.conf" --hostname-override "$name" --run-router=false --run-service-proxy=false --run-firewall=true \
    --service-cluster-ip-range 10.96.0.0/16 --iptables-sync-period 10s
  lap "$start" "$name is ready"
}

# fill TEMPLATE FILE
fill() { sed -e "s|@DIR@|$dir|g; s|@NODE@|$node|g; s|@NAME@|$name|g; s|@PODS@|$(node_pods "$n")|g; s|@CGROUP@|$(cgroup_of "$n")|g" "$here/conf/k8s/$1" >"$2"; }

# load_images NODE ARCHIVE…
load_images() {
  local n=$1 archive
  shift
  for archive; do at "n$n" ctr -n k8s.io images import "$archive" >/dev/null; done
}

# As when a machine loses its power: nobody hears of it, what runs there is gone, its disk stays.
kill_node() {
  local group name names=()
  look
  for name in "${!PIDS[@]}"; do [[ $name != "n$1" && $name != "n$1".* ]] || names+=("$name"); done
  ((${#names[@]} == 0)) || net control ip link set "n$1" down 2>/dev/null || true
  stop KILL "${names[@]}"
  # Its end outlives the processes: what they had not sent yet is retried for minutes.
  ((${#names[@]} == 0)) || net control ip link del "n$1" 2>/dev/null || true
  for group in /sys/fs/cgroup/*/"$(cgroup_of "$1")"; do
    until [ ! -d "$group" ] || find "$group" -depth -type d -exec rmdir {} + 2>/dev/null; do sleep 0.1; done
  done
}

# An image of one program, as an archive: image NAME PROGRAM
image() {
  local work=$dir/images/$1.work config layer
  mkdir -p "$work" && cp "$2" "$work/$1"
  tar -C "$work" --owner 0 --group 0 -cf "$work/layer.tar" "$1"
  layer=$(sha256sum "$work/layer.tar" | cut -d' ' -f1)
  jq -n --arg layer "sha256:$layer" --arg name "/$1" --arg arch "$(go env GOARCH)" \
    '{architecture: $arch, os: "linux", config: {Entrypoint: [$name], User: "65532:65532"}, rootfs: {type: "layers", diff_ids: [$layer]}}' >"$work/config.json"
  jq -n --arg name "localhost/$1:cluster" '[{Config: "config.json", RepoTags: [$name], Layers: ["layer.tar"]}]' >"$work/manifest.json"
  tar -C "$work" -cf "$dir/images/$1.tar" manifest.json config.json layer.tar
  rm -r "$work"
}
