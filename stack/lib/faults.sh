# Killing, pausing, starting again, emptying, and a planned change of primary.

# resolve NAME: fills NAMED with the parts that it stands for. A bare tablet is both its processes, as a machine is.
resolve() {
  local name=$1 what= n
  NAMED=()
  ! is_pod "$name" || { NAMED=("$name") && return; }
  case $name in
    *.mysqld | *.vttablet) what=${name##*.} name=${name%.*} ;;
  esac
  case $name in
    primary/* | replica/*)
      [ "$profile" = vitess ] || fail "a $profile stack has no shards of its own"
      local shard=${name#*/} primary
      shards | grep -qxF -- "$shard" || fail "there is no shard $shard, only: $(shards | xargs)"
      primary=$(primary_of "$shard")
      n=$primary
      [[ $name = primary/* ]] || n=$(tablets_of "$shard" | grep -vxF "$primary" | head -n 1 || true)
      [ -n "$n" ] || fail "shard $shard has no ${name%/*}"
      ;;
    [0-9]*)
      n=$name
      [ "$profile" = vitess ] || fail "a $profile stack has no tablets of its own"
      tablets | grep -qxF -- "$n" || fail "there is no tablet $n, only: $(tablets | xargs)"
      ;;
    *)
      case $profile:$name in
        mysql:mysqld | s3:minio | combo:mysqld | combo:vtcombo | vitess:vtgate | vitess:etcd | vitess:vtorc) NAMED=("$name") && return ;;
      esac
      fail "a $profile stack has no part $name: status lists the parts"
      ;;
  esac
  if [ -n "$what" ]; then NAMED=("$n.$what"); else NAMED=("$n.mysqld" "$n.vttablet"); fi
}

# signal_part SIGNAL WORD NAME: prints what it hit, with process ids and the time.
signal_part() {
  local part pid pids=() hit=()
  resolve "$3"
  look
  for part in "${NAMED[@]}"; do
    for pid in ${PIDS[$part]-}; do pids+=("$pid") hit+=("$part $pid"); done
  done
  ((${#pids[@]})) || fail "${NAMED[*]}: not running"
  kill "-$1" "${pids[@]}" 2>/dev/null || true
  printf "$2 %s at $(date +%T.%3N)\n" "${hit[@]}"
  [ "$1" != KILL ] || for pid in "${pids[@]}"; do until gone "$pid"; do sleep 0.02; done; done
}

# end_part NAME: SIGTERM, as an upgrade does it, until it is gone. A process that drains has its time.
end_part() {
  local pid part start
  start=$(now)
  resolve "$1"
  look
  for part in "${NAMED[@]}"; do
    [ -n "${PIDS[$part]-}" ] || fail "$part: not running"
    for pid in ${PIDS[$part]}; do
      kill -TERM "$pid" 2>/dev/null || true
      until gone "$pid"; do
        (($(now) - start < 60000)) || fail "$part has not ended in 60 s"
        sleep 0.02
      done
    done
  done
  lap "$start" "${NAMED[*]} ended"
}

start_part() {
  local start n
  start=$(now)
  resolve "$1"
  case ${NAMED[0]} in
    mysqld | vtcombo | minio) up_"$profile" "$start" ;;
    vtgate | vtorc | etcd) start_"${NAMED[0]}" ;;
    relay-* | presence-* | store-* | blob-*) launch "${NAMED[0]}" && await_pod "${NAMED[0]}" ;;
    *)
      n=${NAMED[0]%%.*}
      [[ ${NAMED[0]} != *.mysqld ]] || start_mysqld "$n"
      if [[ ${NAMED[-1]} = *.vttablet ]]; then
        look_for_primary "$n"
        start_vttablet "$n"
        if ! await_vttablet "$n"; then
          [ -n "${OPT[rebuild-if-needed]-}" ] ||
            fail "tablet $n has transactions that no other has (it was primary and died before a replica had them) and may not serve again: sotto-stack rebuild $n"
          say "tablet $n has transactions that no other has: it is rebuilt"
          rebuild_tablet "$n"
          return
        fi
      fi
      ;;
  esac
  lap "$start" "${NAMED[*]} started"
}

# A vttablet asks its shard's primary what it may hold, and gives up after a minute where there is none.
look_for_primary() {
  local primary
  primary=$(primary_of "$(shard_of "$1")")
  [ -z "$primary" ] || [ "$primary" = "$1" ] || awake "$primary.vttablet" ||
    fail "tablet $1 cannot start while the primary of its shard, $primary, is down: start that first (up starts all that is missing), or wait for the failover"
}

# Empties a tablet: it comes back as a replica and fetches everything from the primary's binary logs. Production restores a backup instead.
rebuild_tablet() {
  local n=$1 start
  start=$(now)
  [ "$(primary_of "$(shard_of "$n")")" != "$n" ] || fail "tablet $n is the primary of $(shard_of "$n"): what it holds nobody else may hold. Reparent first"
  stop KILL "$n.vttablet" "$n.mysqld"
  rm -rf "$(data_of "$n")"
  start_mysqld "$n"
  start_vttablet "$n"
  await_vttablet "$n" || fail "tablet $n refuses to start even when empty: see $dir/log/$n.vttablet.log"
  lap "$start" "tablet $n is empty and catches up"
}

# reparent SHARD [TABLET]: a planned change of primary; without TABLET to any other.
reparent() {
  local shard=$1 old new start
  start=$(now)
  shards | grep -qxF -- "$shard" || fail "there is no shard $shard, only: $(shards | xargs)"
  old=$(primary_of "$shard")
  if [ -n "${2-}" ]; then
    [ "$(shard_of "$2")" = "$shard" ] || fail "tablet $2 is not of shard $shard, only: $(tablets_of "$shard" | xargs)"
    vt PlannedReparentShard --wait-replicas-timeout 10s --new-primary "$(alias_of "$2")" "$KEYSPACE/$shard" >/dev/null
  else
    vt PlannedReparentShard --wait-replicas-timeout 10s --avoid-primary "$(alias_of "$old")" "$KEYSPACE/$shard" >/dev/null
  fi || fail "the primary of $shard could not be changed"
  await vtgate 20 "the record of shard $shard to name another primary" is_reparented "$shard" "${2-}" "$old"
  new=$(primary_of "$shard")
  lap "$start" "the primary of $shard was $old and is $new"
}

is_reparented() { local p; p=$(primary_of "$1"); if [ -n "$2" ]; then [ "$p" = "$2" ]; else [ "$p" != "$3" ]; fi; }
