# Processes of a stack. Each has SOTTO_STACK_PART=FOLDER:NAME in its environment and is found by that, so no file can go stale and
# nothing that was started can be forgotten, wherever `up` was interrupted.

# Vitess refuses root: where we are root, its processes are nobody's.
as=() owner=$(id -un)
if [ "$(id -u)" = 0 ]; then
  as=(setpriv --reuid=nobody --regid="$(id -gn nobody)" --clear-groups) owner=nobody
fi

declare -A PIDS=()
# Fills PIDS: part → its process ids.
look() {
  local line pid
  PIDS=()
  while IFS= read -r line; do
    [[ $line =~ ^/proc/([0-9]+)/environ:SOTTO_STACK_PART=(.*):([^:]+)$ && ${BASH_REMATCH[2]} = "$dir" ]] || continue
    pid=${BASH_REMATCH[1]}
    PIDS[${BASH_REMATCH[3]}]="${PIDS[${BASH_REMATCH[3]}]-} $pid"
  done < <(grep -azsHF "SOTTO_STACK_PART=$dir:" /proc/[0-9]*/environ | tr '\0' '\n' || true)
}

running() { look; [ -n "${PIDS[$1]-}" ]; }

# part NAME COMMAND…: runs COMMAND as the part NAME and waits for it. What it leaves running is in a session of its own.
part() {
  local name=$1
  shift
  SOTTO_STACK_PART=$dir:$name HOME=$dir setsid --wait "${as[@]}" "$@" </dev/null >>"$dir/log/$name.log" 2>&1 7>&- 9>&-
}

# spawn NAME COMMAND…: the same in the background and in a session of its own: a caller's group kill, a closed terminal or an
# open pipe must not reach it.
spawn() {
  local name=$1
  shift
  SOTTO_STACK_PART=$dir:$name HOME=$dir setsid "${as[@]}" "$@" </dev/null >>"$dir/log/$name.log" 2>&1 7>&- 9>&- &
}

# Dead, and its last thread too, so that its ports are free.
gone() {
  local state threads
  state=$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) || return 0
  case $state in '') return 0 ;; Z* | X*) threads=("/proc/$1/task"/*) && ((${#threads[@]} < 2)) && return 0 ;; esac
  return 1
}

# stop SIGNAL PART…: signals them and waits until they are gone; after 20 s it kills.
stop() {
  local signal=$1 name pid pids=() start
  shift
  look
  for name; do
    for pid in ${PIDS[$name]-}; do pids+=("$pid"); done
  done
  ((${#pids[@]})) || return 0
  kill "-$signal" "${pids[@]}" 2>/dev/null || true
  [ "$signal" = KILL ] || kill -CONT "${pids[@]}" 2>/dev/null || true # one that is paused would never hear it
  start=$(now)
  for pid in "${pids[@]}"; do
    until gone "$pid"; do
      if (($(now) - start > 20000)); then kill -KILL "$pid" 2>/dev/null || true; fi
      sleep 0.02
    done
  done
}

# stop_matching PATTERN: in order, all parts whose names match.
stop_matching() {
  local name names=()
  look
  # shellcheck disable=SC2053 # a pattern
  for name in "${!PIDS[@]}"; do [[ $name != $1 ]] || names+=("$name"); done
  stop TERM "${names[@]}"
}

# stop_all: nothing of this stack runs afterwards, also what was being started while we looked.
stop_all() {
  look
  while ((${#PIDS[@]})); do
    stop KILL "${!PIDS[@]}"
    look
  done
}

# free_ports PART PORT…: a sentence if another program has one of them.
free_ports() {
  local name=$1 port
  shift
  for port; do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      fail "port $port, which $name needs, is taken by another program: choose another range with --port (this one is $base to $((base + SPAN - 1)))"
    fi
  done
}

# A MySQL server greets whoever connects: a packet whose first byte is the version of the protocol, 10.
greets() {
  local first
  # shellcheck disable=SC2016 # for the inner bash
  first=$(timeout 2 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$1" && head -c 5 <&3 | od -An -tx1' _ "$1" 2>/dev/null) || return 1
  [[ $first == *" 0a" ]]
}

web() { curl -fsS -m 5 "http://127.0.0.1:$1$2"; }
