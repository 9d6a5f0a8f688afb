# What vtcombo and the cluster have in common: flags, and the ways to ask them.

readonly KEYSPACE=sotto

loopback=(--config-file-not-found-handling=ignore --log-format text --bind-address 127.0.0.1 --grpc-bind-address 127.0.0.1)
# A statement that would go to every shard and a transaction over two are mistakes of ours: refused here as in production.
one_shard_a_time=(--no-scatter --transaction-mode SINGLE)
# Errors must not carry what was bound to a statement. A transaction whose client went silent is ended after 5 s.
tablet_limits=(--queryserver-config-terse-errors --queryserver-config-transaction-timeout 5s --queryserver-config-query-timeout 10s
  --queryserver-config-transaction-cap 40 --queryserver-config-pool-size 8 --queryserver-config-stream-pool-size 8)

# vt COMMAND…: vtctldclient. In the cluster it works on the topology itself, without a vtctld; vtcombo has its own within.
vt() {
  local server=(--server internal --topo-implementation etcd2 --topo-global-server-address "127.0.0.1:$(port etcd)" --topo-global-root /vitess/global)
  [ "$profile" = vitess ] || server=(--server "127.0.0.1:$(port gate-grpc)")
  # Without a limit a call to a dead tablet hangs for an hour.
  HOME=$dir vtctldclient "${server[@]}" --log-level error --action-timeout 60s "$@" 9>&-
}

# sql QUERY: through vtgate (or vtcombo), the answer as JSON. An error is one line.
sql() {
  HOME=$dir vtclient --server "127.0.0.1:$(port gate-grpc)" --target "$KEYSPACE@primary" --config-file-not-found-handling=ignore --json "$1" \
    2>"$dir/log/vtclient.log" 9>&- || { sed -n 's/^Error: //p' "$dir/log/vtclient.log" >&2 && return 1; }
}
