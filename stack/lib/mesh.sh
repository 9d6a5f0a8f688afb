# Sotto's own services as a mesh over the storage: relays, presence, stores and one blob service, each a process, over mutual TLS.

readonly MESH_MOST=9 # of each kind: so many ports each has
# Another version's, to upgrade from; a server refuses variables that it does not know.
other_server=${SOTTO_STACK_SERVER-}
unset SOTTO_STACK_SERVER
server_bin=${other_server:-$here/../standalone/target/app/bin/sotto-server}

# Public addresses of relays begin at BASE + 20, ports of the mesh ten apart behind them.
declare -rA MESH_PORTS=([relay]=30 [presence]=40 [store]=50 [blob]=60)
public_port() { printf '%s' $((base + 20 + ${1##*-})); } # relay-N
mesh_port() { printf '%s' $((base + MESH_PORTS[${1%-*}] + ${1##*-})); } # KIND-N
# With --proxied somebody else listens there, 40 ports on, and forwards.
dialed_port() { if [ -n "$(setting proxied)" ] && [[ $1 != blob-* ]]; then printf '%s' $(($(mesh_port "$1") + 40)); else mesh_port "$1"; fi; } # KIND-N

has_mesh() { [ -n "$(setting relays)" ]; }

# count_of KIND: how many of it.
count_of() { case $1 in relay) setting relays ;; presence) setting presence ;; store) setting stores ;; blob) echo 1 ;; esac; }

# pods [KIND]: their names, in the order in which they start.
pods() {
  local kind n
  has_mesh || return 0
  for kind in ${1:-store presence blob relay}; do
    for ((n = 0; n < $(count_of "$kind"); n++)); do echo "$kind-$n"; done
  done
}

is_pod() { [[ " $(pods | xargs) " = *" $1 "* ]]; }

# target KIND: where all of a kind are.
target() { printf 'static:///'; for pod in $(pods "$1"); do printf '127.0.0.1:%s\n' "$(dialed_port "$pod")"; done | paste -sd,; }

# Takes --mesh, --relays, --presence, --stores and --proxied into the stack's settings.
settle_mesh() {
  local key value
  [ -n "${OPT[mesh]-}${OPT[relays]-}${OPT[presence]-}${OPT[stores]-}${OPT[proxied]-}" ] || return 0
  if ! has_mesh; then [ -z "${OPT[proxied]-}" ] || echo proxied=yes >>"$dir/stack"
  elif [ "$(setting proxied)" != "${OPT[proxied]:-$(setting proxied)}" ]; then fail "the mesh in $dir was made without --proxied: sotto-stack down first"; fi
  for key in relays presence stores; do
    value=${OPT[$key]:-$(setting "$key")}
    value=${value:-2}
    [[ $value =~ ^[1-9]$ ]] || misuse "--$key must be from 1 to $MESH_MOST: $value"
    if ! has_mesh || [ -z "$(setting "$key")" ]; then echo "$key=$value" >>"$dir/stack"
    elif [ "$(setting "$key")" != "$value" ]; then fail "the mesh in $dir was made with --$key $(setting "$key"): sotto-stack down first"; fi
  done
}

# sotto-server COMMAND…: to its end.
sotto_server() { HOME=$dir SOTTO_JAVA_OPTS=${SOTTO_JAVA_OPTS--XX:TieredStopAtLevel=1} "$server_bin" "$@" 7>&- 9>&-; }

up_mesh() {
  local start=$1 pod
  [ "${SOTTO_BUILD-}" = off ] || [ -n "$other_server" ] || "$here/../build/app" >&2
  [ -x "$server_bin" ] || fail "Sotto is not built: build/app builds it"
  if [ ! -e "$dir/mesh/made" ]; then make_identities; lap "$start" "certificates of $(pods | wc -l) processes"; fi
  sotto_server migrate --store "$(url)" ${password:+--password-file "$dir/password"} >&2 || fail "the tables could not be made"
  for pod in $(pods); do launch "$pod"; done
  for pod in $(pods); do await_pod "$pod"; done
  lap "$start" "$(pods | wc -l) processes of the mesh"
}

# Two authorities: that of the mesh, and that which clients trust.
make_identities() {
  local kind mesh=$dir/mesh
  rm -rf "$mesh" # what an interrupted start left
  for kind in relay presence store blob; do
    # shellcheck disable=SC2046 # names
    sotto_server mesh-ca --dir "$mesh/ca" issue "$kind" $(pods "$kind") --life 365d --out "$mesh/pods" >/dev/null || fail "no certificates could be made"
  done
  # shellcheck disable=SC2046 # names
  sotto_server public-ca --dir "$mesh/public-ca" issue $(pods relay) --out "$mesh/public" >/dev/null || fail "no certificates could be made"
  touch "$mesh/made"
}

# launch POD: starts it if it does not run. It may be ours, not nobody's: only Vitess refuses root.
launch() {
  local pod=$1 kind=${1%-*} as=() more=() exports
  running "$pod" && return
  free_ports "$pod" "$(mesh_port "$pod")"
  case $kind in
    relay)
      free_ports "$pod" "$(public_port "$pod")"
      more=(--listen "127.0.0.1:$(public_port "$pod")" --tls-certificate "$dir/mesh/public/$pod.pem" --tls-key "$dir/mesh/public/$pod-key.pem"
        --tls-ca "$dir/mesh/public/ca.pem" --stores "$(target store)" --presence "$(target presence)" --relays "$(target relay)" --blobs "$(target blob)")
      ;;
    store)
      more=(--store "$(url)" --data "$dir/mesh/data/$pod" --stores "$(target store)" --blobs "$(target blob)")
      [ -z "$password" ] || more+=(--password-file "$dir/password")
      ;;
    blob) more=(--data "$dir/mesh/data/$pod" --stores "$(target store)") ;;
  esac
  mapfile -t exports < <(exports "$pod")
  SOTTO_JAVA_OPTS=${SOTTO_JAVA_OPTS--Xmx384m -XX:+UseSerialGC} spawn "$pod" env "${exports[@]}" "$server_bin" "serve-$kind" \
    --identity "$dir/mesh/pods/$pod.pem" --mesh-listen "127.0.0.1:$(mesh_port "$pod")" \
    --advertise "127.0.0.1:$(dialed_port "$pod")" "${more[@]}"
}

await_pod() {
  local port
  port=$(front_port "$1")
  await "$1" 60 "$1 to listen on port $port" listens "$port"
}

# What it opens last: then it serves.
front_port() { if [ "${1%-*}" = relay ]; then public_port "$1"; else mesh_port "$1"; fi; }

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Clients first: in the order in which nobody misses anybody.
stop_mesh() { local kind; for kind in relay presence blob store; do stop_matching "$kind-*"; done; }

status_mesh() {
  local pod port
  for pod in $(pods); do
    port=$(front_port "$pod")
    row "$pod" "$(role_words "$pod")" "$port" "$(health "$pod" listens "$port")" ''
  done
}

role_words() { case $1 in relay-*) echo "for clients" ;; *) echo "mesh" ;; esac; }

# For programs: KEY=VALUE.
relays() {
  has_mesh || fail "this stack has no mesh: sotto-stack up --mesh makes one"
  printf 'server=%s\n' "$(for pod in $(pods relay); do echo "127.0.0.1:$(public_port "$pod")"; done | paste -sd,)"
  printf 'ca=%s\n' "$dir/mesh/public-ca/ca.pem"
}

# For programs: one line each, NAME ADDRESS DIALED PID; 0 if it does not run.
list_pods() {
  local pod pid
  has_mesh || fail "this stack has no mesh: sotto-stack up --mesh makes one"
  look
  for pod in $(pods); do
    pid=${PIDS[$pod]-0}
    printf '%s 127.0.0.1:%s 127.0.0.1:%s %s\n' "$pod" "$(mesh_port "$pod")" "$(dialed_port "$pod")" "${pid##* }"
  done
}
