# Splits shards (or joins them) while they serve. $dir/targets lists the tablets of shards that do not serve yet.

readonly WORKFLOW=split

# begin_of and end_of SHARD, as numbers of buckets: 0 to 1024.
begin_of() { bucket_of "${1%-*}" 0; }
end_of() { bucket_of "${1#*-}" 1024; }

# bucket_of LIMIT DEFAULT: a limit of shards must be one of buckets, that is, have nothing but zeros behind its first ten bits. Else a
# bucket's accounts and its own row would lie on two shards, and no transaction could hold both.
bucket_of() {
  [ -n "$1" ] || { echo "$2" && return; }
  [[ $1 =~ ^([0-9a-f]{2})+$ ]] || misuse "a shard's limit is two or more hexadecimal digits, an even number of them: $1"
  local first=$1 rest=
  ((${#1} <= 4)) || { first=${1:0:4} && rest=${1:4}; }
  ((${#first} == 4)) || first+=00
  if ((16#$first % 64)) || [[ $rest =~ [^0] ]]; then
    misuse "the limit $1 goes through a bucket: the accounts that begin with the same ten bits must stay on one shard, so behind those bits a limit has zeros"
  fi
  echo $((16#$first / 64))
}

# check_shards SHARD…: together they are everything, in order, each once.
check_shards() {
  local shard begin end at=0
  for shard; do
    [[ $shard = *-* && ${shard#*-} != *-* ]] || misuse "not a shard: $shard"
    begin=$(begin_of "$shard") || exit
    end=$(end_of "$shard") || exit
    ((begin == at)) || misuse "$shard does not begin where the shard before it ends: the shards together must cover everything"
    ((end > begin)) || misuse "$shard has nothing in it"
    at=$end
  done
  ((at == 1024)) || misuse "the last shard must end with -: ${*: -1}"
}

missing_in() { local shard; for shard in $1; do [[ " $2 " = *" $shard "* ]] || printf '%s ' "$shard"; done; }

# plan_targets REPLICAS SHARD…: gives each its tablets, with numbers of groups that are free.
plan_targets() {
  local count=$1 shard place group=1
  shift
  for shard; do
    while grep -q "^${group}[0-9][0-9] " "$dir/tablets"; do group=$((group + 1)); done
    ((group <= GROUPS_MAX)) || fail "there are numbers for $GROUPS_MAX shards only, new and old together"
    for ((place = 0; place <= count; place++)); do echo "$((100 * group + place)) $shard"; done
    group=$((group + 1))
  done >"$dir/targets.next"
  mv "$dir/targets.next" "$dir/targets"
}

workflow() { vt Reshard --target-keyspace "$KEYSPACE" --workflow "$WORKFLOW" "$@"; }

begun() { workflow show 2>/dev/null | jq -r '.workflows[].name'; }

# copied SHARDS: every stream runs, so no table is being copied any more. A stream without a position has not begun; there is at least one
# for each new shard.
copied() {
  workflow show --include-logs=false | jq -e --argjson shards "$1" '[.workflows[0].shard_streams[].streams[]]
    | length >= $shards and all(.state == "Running" and .position != "")' >/dev/null
}

# reshard REPLICAS SHARD…: what the shards shall be. Those that stay the same are left alone.
reshard() {
  local start count=$1 sources targets now_shards numbers old
  start=$(now)
  shift
  check_shards "$@"
  now_shards=$(shards | xargs)
  sources=$(missing_in "$now_shards" "$*") targets=$(missing_in "$*" "$now_shards")
  [ -n "$targets" ] || fail "these are the shards already: $now_shards"
  if [ -s "$dir/targets" ]; then
    [ "$(cut -d' ' -f2 "$dir/targets" | sort -u | xargs)" = "$(tr ' ' '\n' <<<"$targets" | sort -u | xargs)" ] ||
      fail "a reshard was interrupted: the same command again finishes it (its new shards are $(cut -d' ' -f2 "$dir/targets" | sort -u | xargs)), reshard --cancel gives it up"
  else
    # shellcheck disable=SC2086 # words
    plan_targets "$count" $targets
  fi

  mapfile -t numbers < <(cut -d' ' -f1 "$dir/targets")
  each start_mysqld "${numbers[@]}"
  up_tablets "${numbers[@]}"
  lap "$start" "${#numbers[@]} new tablets"
  # shellcheck disable=SC2046 # numbers
  each make_primary $(cut -d' ' -f1 "$dir/targets" | grep '00$')
  lap "$start" "a primary in each new shard"

  start_vtctld
  if [ -z "$(begun)" ]; then
    workflow create --source-shards "$(tr ' ' , <<<"${sources% }")" --target-shards "$(tr ' ' , <<<"${targets% }")" >/dev/null || fail "the copying could not be begun"
    lap "$start" "copying"
  fi
  await vtctld 3600 "the tables to be copied" copied "$(wc -w <<<"$targets")"
  lap "$start" "copied; changes follow"
  if [ -z "${OPT[no-compare]-}" ]; then
    compare
    lap "$start" "compared: old and new are the same"
  fi
  workflow switchtraffic --timeout 30s --max-replication-lag-allowed 30s >"$dir/log/reshard.log" ||
    fail "the traffic could not be switched, the old shards serve on: see $dir/log/reshard.log; the same command tries again"
  lap "$start" "traffic switched"
  workflow complete >>"$dir/log/reshard.log" || fail "the traffic is on the new shards, but the old could not be given up: see $dir/log/reshard.log"

  # shellcheck disable=SC2086 # words
  mapfile -t old < <(for shard in $sources; do tablets_of "$shard"; done)
  { grep -vE "^($(IFS='|' && echo "${old[*]}")) " "$dir/tablets" || true; cat "$dir/targets"; } >"$dir/tablets.next"
  mv "$dir/tablets.next" "$dir/tablets"
  rm "$dir/targets"
  drop_tablets "${old[@]}"
  stop TERM vtctld
  lap "$start" "old tablets are gone; the shards are $(shards | xargs)"
}

# VDiff reads both sides, table by table, each at one point of their histories.
compare() {
  local vdiff=(vt VDiff --target-keyspace "$KEYSPACE" --workflow "$WORKFLOW" --format json) state=
  "${vdiff[@]}" create >/dev/null || fail "old and new could not be compared"
  until [ "$state" = completed ]; do
    sleep 0.5
    state=$("${vdiff[@]}" show last | tee "$dir/log/vdiff.log" | jq -r .State)
    [[ $state != error && $state != stopped ]] || fail "old and new could not be compared: see $dir/log/vdiff.log"
    running vtctld || fail "vtctld has ended: see $dir/log/vtctld.log"
  done
  jq -e '.HasMismatch == false' "$dir/log/vdiff.log" >/dev/null || fail "old and new shards differ, nothing was switched: see $dir/log/vdiff.log"
}

# Gives an interrupted reshard up: the old shards, which still serve, stay, and the new ones go.
cancel_reshard() {
  local start targets
  start=$(now)
  [ -s "$dir/targets" ] || fail "no reshard has been begun"
  start_vtctld
  [ -z "$(begun)" ] || workflow cancel >/dev/null || fail "the copying could not be ended"
  mapfile -t targets < <(cut -d' ' -f1 "$dir/targets")
  local shards_too; shards_too=$(cut -d' ' -f2 "$dir/targets" | sort -u | sed "s#^#$KEYSPACE/#" | xargs)
  drop_tablets "${targets[@]}"
  # shellcheck disable=SC2086 # words
  vt DeleteShards --force --recursive $shards_too >/dev/null || true # those that were made at all
  rm "$dir/targets"
  stop TERM vtctld
  lap "$start" "given up; the shards are $(shards | xargs)"
}

drop_tablets() {
  local n
  for n; do stop KILL "$n.vttablet" "$n.mysqld"; done
  for n; do
    vt DeleteTablets --allow-primary "$(alias_of "$n")" >/dev/null 2>&1 || true
    rm -rf "$(data_of "$n")"
  done
}

# Switching traffic needs a vtctld of its own: without one it fails half-way and leaves the workflow locked for a day.
start_vtctld() {
  if ! running vtctld; then
    free_ports vtctld "$(port vtctld-web)" "$(port vtctld-grpc)"
    spawn vtctld vtctld "${topology[@]}" "${loopback[@]}" --cell "$CELL" --port "$(port vtctld-web)" --grpc-port "$(port vtctld-grpc)" \
      --service-map grpc-vtctl,grpc-vtctld
  fi
  await vtctld 30 "vtctld to answer on port $(port vtctld-web)" web "$(port vtctld-web)" /debug/status
  vt_server=(--server "127.0.0.1:$(port vtctld-grpc)")
}
