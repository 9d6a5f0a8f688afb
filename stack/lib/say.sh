# Words to the user: progress goes to stderr, what a caller reads (a URL, a table) to stdout.

program=${0##*/}

# Ends with a sentence. Exit status 1: it did not work; 2 (misuse): it was asked wrongly.
fail() { printf '%s: %s\n' "$program" "$*" >&2; exit 1; }
misuse() { printf '%s: %s\n%s --help lists what there is.\n' "$program" "$*" "$program" >&2; exit 2; }

say() { printf '%s\n' "$*" >&2; }

# Milliseconds, for differences.
now() { local t=${EPOCHREALTIME/[.,]/}; printf '%s' $((t / 1000)); }

# seconds MILLISECONDS: as 4.2
seconds() { printf '%d.%d' $(($1 / 1000)) $(($1 % 1000 / 100)); }

# lap SINCE WHAT: how long after SINCE it came to this.
lap() { printf '%7s s  %s\n' "$(seconds $(($(now) - $1)))" "$2" >&2; }

# await PART SECONDS WHAT COMMAND…: until COMMAND succeeds. Gives up when the part has ended, or after SECONDS; then says which log to read.
await() {
  local part=$1 limit=$(($2 * 1000)) what=$3 start ended=0 log=$dir/log/$1.log
  shift 3
  start=$(now)
  until "$@" >/dev/null 2>&1; do
    if ! running "$part"; then
      # Looked at once more: what COMMAND asks for may have come true just before.
      ((ended++)) && fail "$part ended before $what. Its log is $log, and ends with:"$'\n'"$(tail -n 3 "$log" 2>/dev/null)"
    fi
    (($(now) - start < limit)) || fail "waited $(seconds "$limit") s for $what: see $log"
    sleep 0.05
  done
}
