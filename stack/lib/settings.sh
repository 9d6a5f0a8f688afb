# Where a stack lies and which ports it has. $dir/stack keeps what it was started with, and marks the folder as one of ours.

readonly SPAN=400 # ports from BASE on that belong to one stack
readonly PORTS_TAKEN=/tmp/sotto-stack-ports-$UID # a file for each base that was found free lately
readonly LONGEST=70 # of the folder's path: it goes into the paths of unix sockets, which end at 107 characters

# The ports of a stack, as distances from BASE.
declare -rA PORTS=([store]=0 [gate-web]=1 [gate-grpc]=2 [vtctld-web]=3 [vtctld-grpc]=4 [vtorc-web]=5 [etcd]=6 [etcd-peer]=7 [combo-mysql]=8
  [otlp]=10 [jaeger-web]=11 [prometheus]=12 [jaeger-1]=13 [jaeger-2]=14 [jaeger-3]=15 [jaeger-4]=16 [jaeger-5]=17
  [tablet-web]=100 [tablet-grpc]=200 [tablet-mysql]=300)
# A tablet's number is 100 × group + place: a group is the tablets of one shard, a place is 0 to 4.
readonly GROUPS_MAX=16 PLACES=5

port() { printf '%s' $((base + PORTS[$1])); }
tablet_port() { printf '%s' $((base + PORTS[tablet-$2] + ($1 / 100 - 1) * PLACES + $1 % 100)); } # NUMBER web|grpc|mysql

# Makes the folder of --dir absolute and looks whether it can hold a stack.
settle_dir() {
  dir=${OPT[dir]:-${SOTTO_STACK_DIR:-/tmp/sotto-stack}}
  dir=$(realpath -m -- "$dir")
  [[ $dir != *[[:space:]:]* ]] || misuse "the folder's path must have no spaces and no colons: $dir"
  ((${#dir} <= LONGEST)) || misuse "the folder's path may have $LONGEST characters, for the sake of unix sockets, and this has ${#dir}: $dir"
}

is_stack() { [ -f "$dir/stack" ]; }

# setting KEY: what the stack was started with; empty if it says nothing.
setting() { sed -n "s/^$1=//p" "$dir/stack" 2>/dev/null; }

# Where others reach the store.
address() { local bind; bind=$(setting bind); echo "${bind:-127.0.0.1}"; }

# Reads the settings of an existing stack.
load() {
  is_stack || fail "there is no stack in $dir: sotto-stack up makes one"
  profile=$(setting profile) base=$(setting port) password=$(cat "$dir/password" 2>/dev/null || true)
  set_topology
}

settle_port() {
  base=${OPT[port]:-${SOTTO_STACK_PORT:-15000}}
  [ "$base" != free ] || base=$(setting port || true)
  [ -n "$base" ] || base=$(free_base)
  if [[ ! $base =~ ^[0-9]{1,5}$ ]] || ((base < 1024 || base + SPAN > 65536)); then
    misuse "--port must be free, or from 1024 to $((65536 - SPAN)), because a stack has $SPAN ports from there on: $base"
  fi
}

# A base whose ports nobody listens at, and that no other stack has taken within the last five minutes: that one may not listen yet.
free_base() {
  local first=$((RANDOM % 40)) n candidate # by chance, for the sake of other users' stacks, which are not seen here until they listen
  mkdir -pm 700 "$PORTS_TAKEN" && [ -O "$PORTS_TAKEN" ] || fail "$PORTS_TAKEN is somebody else's"
  exec 8<"$PORTS_TAKEN"
  flock -w 60 8 || fail "another sotto-stack has been looking for ports for 60 s: $PORTS_TAKEN"
  find "$PORTS_TAKEN" -type f -mmin +5 -delete
  for ((n = 0; n < 40; n++)); do
    candidate=$((16000 + (first + n) % 40 * SPAN))
    [ ! -e "$PORTS_TAKEN/$candidate" ] || continue
    if listening | awk -v from="$candidate" -v to=$((candidate + SPAN)) '$1 >= from && $1 < to { exit 1 }'; then
      touch "$PORTS_TAKEN/$candidate"
      echo "$candidate"
      return
    fi
  done
  fail "no $SPAN ports in a row are free between 16000 and 32000"
}

# The TCP ports that somebody listens at.
listening() {
  local port
  awk '$4 == "0A" { print substr($2, index($2, ":") + 1) }' /proc/net/tcp /proc/net/tcp6 2>/dev/null | while read -r port; do echo $((16#$port)); done
}

# One command at a time makes or removes a stack; those that work on single parts go together. The lock is on the folder itself, which
# `down` takes away: then look again.
lock() { take_lock -x; }
share() { take_lock -s; }
take_lock() {
  local waits=0
  while [ -d "$dir" ]; do
    exec 9<"$dir"
    if ! flock "$1" -n 9; then
      ((waits++)) || say "another sotto-stack works on $dir: waiting for it"
      flock "$1" -w 300 9 || fail "another sotto-stack has been working on $dir for 300 s"
    fi
    [ "$(stat -Lc %i /proc/self/fd/9 2>/dev/null)" != "$(stat -c %i "$dir" 2>/dev/null)" ] || return 0
  done
}

# Makes or takes the folder for a stack of $profile.
claim() {
  if [ -d "$dir" ] && ! is_stack && [ -n "$(ls -A "$dir")" ]; then
    fail "$dir is not empty and no stack of ours: choose another with --dir"
  fi
  mkdir -p "$dir" || fail "cannot make the folder $dir"
  lock
  if is_stack; then
    local had; had=$(setting profile)
    [ "$had" = "$profile" ] || fail "in $dir is a $had stack: sotto-stack down first, or choose another --dir"
    had=$(setting port)
    [ -z "${OPT[port]-}${SOTTO_STACK_PORT-}" ] || [ "$had" = "$base" ] || fail "the stack in $dir has the ports from $had on: sotto-stack down first, or leave --port out"
    [ -z "${OPT[replicas]-}" ] || [ "$(setting replicas)" = "${OPT[replicas]}" ] || fail "the stack in $dir was made with --replicas $(setting replicas)"
    load
    return
  fi
  password=${OPT[password]-${SOTTO_STACK_PASSWORD-}}
  [[ ${OPT[replicas]:-2} =~ ^[0-4]$ ]] || misuse "--replicas must be from 0 to 4: ${OPT[replicas]}"
  [[ $password =~ ^[A-Za-z0-9._~!@%^+=,-]*$ ]] || misuse "a password may have letters, digits and ._~!@%^+=,-"
  [ "$profile" != combo ] || [ -z "$password" ] || misuse "vtcombo cannot ask for a password"
  mkdir -p "$dir"/{log,data,conf,mysql/sbin}
  (umask 077 && printf '%s' "$password" >"$dir/password")
  printf '%s\n' "profile=$profile" "port=$base" "replicas=${OPT[replicas]:-2}" "bind=${OPT[bind]-}" >"$dir/stack"
  set_topology
}
