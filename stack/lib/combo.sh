# The profile combo: vtcombo, which is vtgate, a tablet for each of two shards and a topology in memory in one process, over one mysqld.

up_combo() {
  local start=$1
  running vtcombo && running mysqld && return
  stop KILL vtcombo mysqld # the one is of no use without the other
  free_ports vtcombo "$(port store)" "$(port gate-web)" "$(port gate-grpc)" "$(port combo-mysql)"
  if [ ! -e "$dir/data/made" ]; then rm -rf "$dir"/data/*; fi # what an interrupted start left
  unlock_socket "$(data_of 1)"
  cp "$schema_files/vschema.json" "$dir/schema/$KEYSPACE/vschema.json"
  hand_over
  EXTRA_MY_CNF=$dir/conf/combo.cnf spawn vtcombo vtcombo "${loopback[@]}" \
    --start-mysql --mysql-port "$(port combo-mysql)" --schema-dir "$dir/schema" --db-charset utf8mb4 --dbddl-plugin vttest \
    --proto-topo "cells:\"zone1\" keyspaces:{name:\"$KEYSPACE\" $(combo_shard -80) $(combo_shard 80-)}" \
    --tablet-types-to-wait PRIMARY --tablet-refresh-interval 10s \
    --port "$(port gate-web)" --grpc-port "$(port gate-grpc)" --service-map grpc-vtgateservice,grpc-vtctl,grpc-vtctld \
    --mysql-server-port "$(port store)" --mysql-server-bind-address 127.0.0.1 "${users[@]}" "${one_shard_a_time[@]}" "${tablet_limits[@]}"
  await vtcombo 90 "vtcombo to answer on port $(port store)" greets "$(port store)"
  touch "$dir/data/made"
  lap "$start" "vtcombo answers on port $(port store)"
}

# A primary alone: replicas would only be more pools of connections to the same mysqld.
combo_shard() { printf 'shards:{name:"%s"}' "$1"; }
