# The profile vitess: etcd, tablets with their mysqlds, vtorc, which replaces a dead primary, and vtgate, where statements go in.

readonly CELL=zone1

# With two replicas each commit waits for one of them, and a dead primary is replaced without loss. With fewer, nobody may be waited
# for: a shard whose only replica is promoted would have nobody to acknowledge, and is not failed over at all.
durability() { if ((replicas >= 2)); then echo semi_sync; else echo none; fi; }

# A MySQL without the plugins cannot wait for replicas.
can_wait_for_replicas() {
  ((${OPT[replicas]:-2} < 2)) || [ -n "$(find "$mysql_home" -name 'semisync_source.so')" ] ||
    fail "the MySQL in $mysql_home has no plugins for semi-sync: only --replicas 0 or 1 is possible with it"
}

up_vitess() {
  local start=$1 numbers
  plan_tablets
  mapfile -t numbers < <(tablets)
  start_etcd
  each start_mysqld "${numbers[@]}"
  lap "$start" "etcd and ${#numbers[@]} mysqld"
  make_keyspace
  up_tablets "${numbers[@]}"
  lap "$start" "${#numbers[@]} vttablet"
  # shellcheck disable=SC2046 # numbers
  each make_primary $(first_of_each_shard)
  lap "$start" "a primary in each shard"
  start_vtorc
  start_vtgate
  await vtgate 60 "every shard to have a primary that serves" all_serve
  lap "$start" "vtgate answers on port $(port store)"
}

all_serve() { [ -z "$(unsettled serving)" ]; }

first_of_each_shard() { local s; for s in $(shards); do tablets_of "$s" | head -n 1; done; }

start_etcd() {
  running etcd && return
  free_ports etcd "$(port etcd)" "$(port etcd-peer)"
  local client peer
  client=http://127.0.0.1:$(port etcd) peer=http://127.0.0.1:$(port etcd-peer)
  hand_over
  spawn etcd etcd --name stack --data-dir "$dir/etcd" --listen-client-urls "$client" --advertise-client-urls "$client" \
    --listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" --initial-cluster "stack=$peer" --log-level warn
  await etcd 30 "etcd to answer on port $(port etcd)" web "$(port etcd)" /health
}

make_keyspace() {
  vt GetCellInfo "$CELL" >/dev/null 2>&1 || vt AddCellInfo --root "/vitess/$CELL" --server-address "127.0.0.1:$(port etcd)" "$CELL" >/dev/null ||
    fail "the topology could not be made"
  vt GetKeyspace "$KEYSPACE" >/dev/null 2>&1 || vt CreateKeyspace --durability-policy="$(durability)" "$KEYSPACE" >/dev/null ||
    fail "the keyspace could not be made"
}

up_tablets() {
  local n refused=()
  for n; do start_vttablet "$n"; done
  for n; do await_vttablet "$n" || refused+=("$n"); done
  ((${#refused[@]} == 0)) || fail "tablet ${refused[*]} has transactions that no other has and refuses to start: sotto-stack rebuild ${refused[0]}"
}

# Defaults of vtorc that would make a failover slow: it asks every 5 s, waits 15 s for a dead tablet several times over with the shard
# locked, and 30 s for replicas to catch up.
start_vtorc() {
  running vtorc && return
  free_ports vtorc "$(port vtorc-web)"
  spawn vtorc vtorc "${topology[@]}" --config-file-not-found-handling=ignore --log-format text --bind-address 127.0.0.1 --cell "$CELL" \
    --port "$(port vtorc-web)" --instance-poll-time 1s --recovery-poll-duration 1s --topo-information-refresh-duration 5s \
    --wait-replicas-timeout 5s --remote-operation-timeout 1s
  await vtorc 30 "vtorc to answer on port $(port vtorc-web)" web "$(port vtorc-web)" /debug/status
}

# Defaults of vtgate that would break a failover: it does not hold statements back while a primary is replaced, or not twice in a minute,
# and it may look at a tablet that came back only after a minute.
start_vtgate() {
  running vtgate && return
  free_ports vtgate "$(port store)" "$(port gate-web)" "$(port gate-grpc)"
  spawn vtgate vtgate "${topology[@]}" "${loopback[@]}" --cell "$CELL" --cells-to-watch "$CELL" --tablet-types-to-wait PRIMARY \
    --port "$(port gate-web)" --grpc-port "$(port gate-grpc)" --service-map grpc-vtgateservice \
    --mysql-server-port "$(port store)" --mysql-server-bind-address 127.0.0.1 "${users[@]}" "${one_shard_a_time[@]}" \
    --tablet-refresh-interval 5s --healthcheck-timeout 5s \
    --enable-buffer --buffer-window 30s --buffer-max-failover-duration 30s --buffer-min-time-between-failovers 1s
  await vtgate 60 "vtgate to answer on port $(port store)" greets "$(port store)"
}
