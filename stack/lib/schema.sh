# The tables of combo and vitess. One plain MySQL has them made by Sotto itself.

schema_files=$here/../store-svc/src/main/resources/sotto/store/schema

# The version that the database has: 0 before Sotto has written it.
schema_version() {
  local answer
  answer=$(sql "SELECT version FROM schema_version WHERE shard_key = X'00000000000000000000000000000000'" 2>&1) || {
    case $answer in *1146* | *"doesn't exist"* | *"not found"*) echo 0 && return ;; esac
    fail "the version of the tables cannot be read: $answer"
  }
  jq -r '.rows[0][0] // "0"' <<<"$answer"
}

# Brings tables and routing to the newest version. May be run again, also by two at once: one waits for the other.
apply_schema() {
  local start=$1 have file name number n=0
  vt ApplyVSchema --vschema-file "$schema_files/vschema.json" "$KEYSPACE" >/dev/null || fail "the routing of tables could not be set"
  have=$(schema_version) || exit 1
  for file in "$schema_files"/[0-9][0-9][0-9][0-9]-*.sql; do
    name=${file##*/} number=$((10#${name:0:4}))
    ((number > have)) || continue
    # One text for every database: two placeholders stand for what follows a table.
    sed -e 's/^ *--.*//' -e 's/{narrow}\|{wide}/ENGINE=InnoDB/g' -e 's/CREATE TABLE /CREATE TABLE IF NOT EXISTS /' "$file" >"$dir/schema/$name"
    run_statements "$dir/schema/$name"
    n=$((n + 1))
  done
  lap "$start" "tables: version $have before, $n file(s) applied"
}

run_statements() {
  if [ "$profile" = vitess ]; then
    vt ApplySchema --sql-file "$1" "$KEYSPACE" >/dev/null || fail "the tables could not be made from $1"
    return
  fi
  # vtcombo's own vtctld cannot change tables; its vtgate can.
  local statement
  while IFS= read -rd ';' statement; do
    [[ $statement =~ [^[:space:]] ]] || continue
    sql "$statement" >/dev/null || fail "a table could not be made from $1"
  done <"$1"
}
