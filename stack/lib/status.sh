# The table of parts and their health, and `wait`.

# row PART ROLE PORT HEALTH LAG. A part that is not well makes the exit status 1.
row() {
  local ids=${PIDS[$1]-}
  printf '%-13s %-23s %-6s %-9s %-12s %s\n' "$1" "$2" "$3" "${ids# }" "$4" "$5"
  [ "$4" = up ] || well=1
}

paused() { [[ $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) = T* ]]; }

# health PART COMMAND…: up if COMMAND succeeds.
health() {
  local ids=${PIDS[$1]-}
  shift
  if [ -z "$ids" ]; then echo down
  elif paused "${ids##* }"; then echo paused
  elif "$@" >/dev/null 2>&1; then echo up
  else echo "not serving"; fi
}

status() {
  local well
  look
  row part role port health 'lag, s'
  well=0
  status_"$profile"
  status_mesh
  status_telemetry
  return $well
}

status_mysql() { row mysqld store "$(port store)" "$(health mysqld greets "$(port store)")" ''; }

status_combo() {
  row vtcombo 'store, shards -80 80-' "$(port store)" "$(health vtcombo greets "$(port store)")" ''
  row mysqld 'under vtcombo' "$(port combo-mysql)" "$(health mysqld greets "$(port combo-mysql)")" ''
}

status_vitess() {
  local n
  row vtgate store "$(port store)" "$(health vtgate greets "$(port store)")" ''
  row etcd topology "$(port etcd)" "$(health etcd web "$(port etcd)" /health)" ''
  row vtorc failover "$(port vtorc-web)" "$(health vtorc web "$(port vtorc-web)" /debug/status)" ''
  [ -z "${PIDS[vtctld]-}" ] || row vtctld resharding "$(port vtctld-web)" "$(health vtctld web "$(port vtctld-web)" /debug/status)" ''
  for n in $(tablets); do
    row "$n.vttablet" "$(role_of "$n")" "$(tablet_port "$n" web)" "$(health "$n.vttablet" serving "$n")" ''
    row "$n.mysqld" "$(shard_of "$n")" "$(tablet_port "$n" mysql)" "$(health "$n.mysqld" greets "$(tablet_port "$n" mysql)")" "$(lag_of "$n")"
  done
}

# variable NUMBER NAME: of a vttablet.
variable() { curl -fsS -m 1 "http://127.0.0.1:$(tablet_port "$1" web)/debug/vars" 2>/dev/null | jq -r ".$2 // empty"; }

serving() { [ "$(variable "$1" TabletStateName)" = SERVING ]; }

# A process that is stopped would keep us waiting.
awake() { local ids=${PIDS[$1]-}; [ -n "$ids" ] && ! paused "${ids##* }"; }

role_of() { printf '%s %s' "$(! awake "$1.vttablet" || variable "$1" TabletType || true)" "$(shard_of "$1")"; }

full_status() { vt --action-timeout 3s GetFullStatus "$(alias_of "$1")" 2>/dev/null; }

# Seconds behind the primary; empty for a primary or a tablet that does not answer.
lag_of() {
  { awake "$1.vttablet" && awake "$1.mysqld"; } || return 0
  full_status "$1" | jq -r '.replication_status // empty
    | if .io_state == 3 and .sql_state == 3 then .replication_lag_seconds else "does not replicate" end' || true
}

# What is not yet as it should be; empty when all is well. With `serving` only the primaries are asked.
unsettled() {
  local shard n primary
  for shard in $(shards); do
    primary=$(primary_of "$shard" || true)
    [ -n "$primary" ] || { echo "shard $shard has no primary" && return; }
    serving "$primary" || { echo "the primary of $shard, $primary, does not serve" && return; }
    if [ -z "${1-}" ]; then
      for n in $(tablets_of "$shard"); do
        [ "$n" = "$primary" ] || replicates "$n" "$primary" || return 0
      done
    fi
    ask_shard "$shard" || { echo "vtgate does not reach the primary of $shard" && return; }
  done
}

# replicates NUMBER PRIMARY: or a sentence.
replicates() {
  serving "$1" || { echo "tablet $1 does not serve" && return 1; }
  full_status "$1" | jq -e --argjson port "$(tablet_port "$2" mysql)" \
    '.replication_status | .io_state == 3 and .sql_state == 3 and (.replication_lag_seconds // 0) == 0 and .source_port == $port' >/dev/null ||
    { echo "tablet $1 has not caught up with $2" && return 1; }
}

ask_shard() { HOME=$dir vtclient --server "127.0.0.1:$(port gate-grpc)" --target "$KEYSPACE:$1@primary" --timeout 2s 'SELECT 1' >/dev/null 2>&1; }

# Until every shard has a serving primary and every replica has caught up. Needed between two faults: a failover waits for the replicas.
wait_settled() {
  local start limit=$1 what=${2-} left last=
  start=$(now)
  while :; do
    if [ "$profile" = vitess ]; then left=$(unsettled "$what"); elif status >/dev/null; then left=; else left="$profile is not up"; fi
    [ -n "$left" ] || break
    [ "$left" = "$last" ] || lap "$start" "$left"
    last=$left
    if (($(now) - start > limit * 1000)); then
      local n
      for n in $(tablets); do ! is_errant "$n" || fail "$left: tablet $n has transactions that no other has: sotto-stack rebuild $n"; done
      fail "after $limit s still: $left"
    fi
    sleep 0.5 # what it asks costs half a second of a core
  done
  lap "$start" settled
}
