# Tablets: a mysqld and the vttablet beside it, both of one number. $dir/tablets lists number and shard of each.

# The tablets of a new cluster: group 1 is shard -80, group 2 is 80-; the tablet at place 0 is the first primary.
plan_tablets() {
  local place
  [ ! -s "$dir/tablets" ] || return 0
  for ((place = 0; place <= replicas; place++)); do
    printf '%s\n' "$((100 + place)) -80" "$((200 + place)) 80-"
  done >"$dir/tablets.next"
  mv "$dir/tablets.next" "$dir/tablets"
}

# All tablets, also those of shards that are being made; the shards are those that serve.
listed() { cat "$dir/tablets" "$dir/targets" 2>/dev/null || true; }
tablets() { listed | cut -d' ' -f1; }
shards() { cut -d' ' -f2 "$dir/tablets" | sort -u; }
shard_of() { listed | awk -v n="$1" '$1 == n { print $2 }'; }
tablets_of() { listed | awk -v s="$1" '$2 == s { print $1 }'; }
alias_of() { printf '%s-%010d' "$CELL" "$1"; }
data_of() { printf '%s/data/vt_%010d' "$dir" "$1"; }

# start_mysqld NUMBER: the first time it makes the files, which takes a few seconds.
start_mysqld() {
  local n=$1 data what=start
  running "$n.mysqld" && return
  data=$(data_of "$n")
  free_ports "$n.mysqld" "$(tablet_port "$n" mysql)"
  if [ ! -e "$data/made" ]; then
    rm -rf "$data" # what an interrupted start left
    what=init
  fi
  unlock_socket "$data"
  EXTRA_MY_CNF=$dir/conf/durable.cnf:$dir/conf/tablet.cnf part "$n.mysqld" mysqlctl --config-file-not-found-handling=ignore --log-format text \
    --tablet-uid "$n" --mysql-port "$(tablet_port "$n" mysql)" "$what" || fail "the mysqld of tablet $n did not $what: see $dir/log/$n.mysqld.log and $data/error.log"
  touch "$data/made"
}

# start_vttablet NUMBER: does not wait.
start_vttablet() {
  local n=$1
  running "$n.vttablet" && return
  free_ports "$n.vttablet" "$(tablet_port "$n" web)" "$(tablet_port "$n" grpc)"
  : >"$dir/log/$n.vttablet.log"
  spawn "$n.vttablet" vttablet "${topology[@]}" "${loopback[@]}" --tablet-path "$(alias_of "$n")" --tablet-hostname 127.0.0.1 \
    --init-keyspace "$KEYSPACE" --init-shard="$(shard_of "$n")" --init-tablet-type replica \
    --port "$(tablet_port "$n" web)" --grpc-port "$(tablet_port "$n" grpc)" --service-map grpc-queryservice,grpc-tabletmanager,grpc-updatestream \
    --health-check-interval 1s "${tablet_limits[@]}"
}

is_errant() { grep -q 'Errant GTID' "$dir/log/$1.vttablet.log"; }

# await_vttablet NUMBER: until it answers. Ends with 3 where it refuses its own data, see rebuild.
await_vttablet() {
  if ! (await "$1.vttablet" 60 "tablet $1 to answer on port $(tablet_port "$1" web)" web "$(tablet_port "$1" web)" /debug/status) 2>"$dir/log/await"; then
    is_errant "$1" && return 3
    cat "$dir/log/await" >&2
    exit 1
  fi
}

# each COMMAND ARG…: COMMAND for each ARG, all at once; fails if one does.
each() {
  local command=$1 arg jobs=() job failed=
  shift
  for arg; do "$command" "$arg" & jobs+=($!); done
  for job in "${jobs[@]}"; do wait "$job" || failed=yes; done
  [ -z "$failed" ] || exit 1
}

# The number of a shard's primary; empty where there is none yet.
primary_of() { vt GetShard "$KEYSPACE/$1" 2>/dev/null | jq -r '.shard.primary_alias.uid // empty'; }

has_primary() { [ -n "$(primary_of "$1")" ]; }

# make_primary NUMBER: the first primary of a new shard. The shard's record names it a moment after the tablet does, and what comes
# next reads the record.
make_primary() {
  local shard; shard=$(shard_of "$1")
  has_primary "$shard" && return
  # vtorc may have seen the shard first and made one.
  vt PlannedReparentShard --new-primary "$(alias_of "$1")" "$KEYSPACE/$shard" >/dev/null || has_primary "$shard" || fail "tablet $1 could not become the primary of $shard"
  await "$1.vttablet" 20 "shard $shard to have its primary" has_primary "$shard"
}
