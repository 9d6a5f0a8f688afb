# What vtcombo and the cluster have in common: flags, and the ways to ask them.

readonly KEYSPACE=sotto

loopback=(--config-file-not-found-handling=ignore --log-format text --bind-address 127.0.0.1 --grpc-bind-address 127.0.0.1)
# A statement that would go to every shard and a transaction over two are mistakes of ours: refused here as in production.
one_shard_a_time=(--no-scatter --transaction-mode SINGLE)
# Errors and logs must not carry what was bound to a statement. A transaction whose client went silent is ended after 5 s.
tablet_limits=(--queryserver-config-terse-errors --sanitize-log-messages --queryserver-config-transaction-timeout 5s --queryserver-config-query-timeout 10s
  --queryserver-config-transaction-cap 40 --queryserver-config-pool-size 8 --queryserver-config-stream-pool-size 8)

# How to reach the topology: vtcombo has it within. The cluster's needs no vtctld: vtctldclient works on it itself.
set_topology() {
  topology=(--topo-implementation etcd2 --topo-global-server-address "127.0.0.1:$(port etcd)" --topo-global-root /vitess/global)
  vt_server=(--server internal "${topology[@]}")
  [ "$profile" = vitess ] || vt_server=(--server "127.0.0.1:$(port gate-grpc)")
  replicas=$(setting replicas)
}

# vt COMMAND…: vtctldclient.
vt() {
  # Without a limit a call to a dead tablet hangs for an hour.
  short_errors vtctldclient "${vt_server[@]}" --log-level error --action-timeout 60s "$@"
}

# sql QUERY: through vtgate (or vtcombo), the answer as JSON.
sql() {
  short_errors vtclient --server "127.0.0.1:$(port gate-grpc)" --target "$KEYSPACE@primary" --config-file-not-found-handling=ignore --json "$1"
}

# short_errors COMMAND…: of what a Vitess client says when it fails (its usage, the error as text and as JSON) one line.
short_errors() {
  local errors
  { errors=$(HOME=$dir "$@" 2>&1 >&3 3>&- 9>&-); } 3>&1 && return
  sed -n 's/^Error: //p; s/.*"level":"ERROR".*"msg":"\(.*\)".*/\1/p' <<<"$errors" | head -n 1 | cut -c 1-400 >&2
  return 1
}
