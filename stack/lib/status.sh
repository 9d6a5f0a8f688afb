# The table of parts and their health.

# row PART ROLE PORT HEALTH LAG
row() {
  local pids=${PIDS[$1]-}
  printf '%-12s %-22s %-7s %-9s %-12s %s\n' "$1" "$2" "$3" "${pids# }" "$4" "$5"
  [ "$4" = up ] || all_well=1
}

# health PART COMMAND…
health() {
  [ -n "${PIDS[$1]-}" ] || { echo down && return; }
  shift
  if "$@" >/dev/null 2>&1; then echo up; else echo "not serving"; fi
}

status() {
  local all_well=0
  look
  row part role port health lag
  all_well=0
  status_"$profile"
  return $all_well
}

status_mysql() { row mysqld 'store' "$(port store)" "$(health mysqld greets "$(port store)")" ''; }

status_combo() {
  row vtcombo 'store, shards -80 80-' "$(port store)" "$(health vtcombo greets "$(port store)")" ''
  row mysqld 'under vtcombo' "$(port combo-mysql)" "$(health mysqld greets "$(port combo-mysql)")" ''
}
