# MySQL servers: the wrapper and the environment that all of them start with, and the profile mysql, which is one alone.

# Puts into $dir what the servers read, so that an unprivileged user can read it too.
lay_out() {
  find_mysql
  mkdir -p "$dir"/{log,data,conf,mysql/sbin,schema,"schema/$KEYSPACE"}
  cp "$here"/conf/*.cnf "$dir/conf/"
  install -m 755 "$here/parts/mysqld" "$dir/mysql/sbin/mysqld"
  if [ -n "$password" ]; then
    (umask 077 && printf '{"sotto":[{"Password":"%s","UserData":"sotto"}]}' "$password" >"$dir/conf/users.json")
  fi
  # vtgate asks for no password, or for this one; vtcombo never.
  users=(--mysql-auth-server-impl none)
  [ -z "$password" ] || users=(--mysql-auth-server-impl static --mysql-auth-server-static-file "$dir/conf/users.json")
  export SOTTO_MYSQL=$mysql_home VTDATAROOT=$dir/data VT_MYSQL_ROOT=$dir/mysql VTROOT=$dir TMPDIR=/tmp
  hand_over
}

# Where we are root, nobody owns the folder. What a server makes in its own data is nobody's already, and goes while we look.
hand_over() {
  [ "$owner" = "$(id -un)" ] ||
    (cd "$dir" && find . -ignore_readdir_race -path './data/*/*/*' -prune -o ! -user "$owner" -exec chown -h "$owner" {} +)
}

# unlock_socket FOLDER: of a killed mysqld; its id may still be in the list of processes, and the next would take it for alive.
unlock_socket() { rm -f "$1/mysql.sock.lock" "$1/mysql.pid"; }

up_mysql() {
  local data=$dir/data/mysql start=$1 host mysqld=$dir/mysql/sbin/mysqld
  running mysqld && return
  free_ports mysqld "$(port store)"
  {
    echo '[mysqld]'
    cat "$here/conf/durable.cnf"
    printf '%s\n' "datadir = $data" "port = $(port store)" "socket = $dir/data/mysql.sock" "pid-file = $dir/data/mysql.pid" 'mysqlx = 0' 'skip-name-resolve' 'secure-file-priv = NULL' 'log-bin = binlog' 'server-id = 1'
    [ "$(address)" = 127.0.0.1 ] || echo "bind-address = 127.0.0.1,$(address)"
  } >"$dir/conf/my.cnf"
  # Read at every start. PROCESS and performance_schema: a new owner of a bucket must find the silent connection that still locks its row.
  (
    umask 077 && exec >"$dir/conf/users.sql"
    echo "CREATE DATABASE IF NOT EXISTS $KEYSPACE;"
    for host in 127.0.0.1 $([ "$(address)" = 127.0.0.1 ] || echo %); do
      printf '%s\n' "CREATE USER IF NOT EXISTS 'sotto'@'$host';" \
        "ALTER USER 'sotto'@'$host' IDENTIFIED BY '$password';" "GRANT ALL ON $KEYSPACE.* TO 'sotto'@'$host';" \
        "GRANT PROCESS ON *.* TO 'sotto'@'$host';" "GRANT SELECT ON performance_schema.* TO 'sotto'@'$host';"
    done
  )
  if [ ! -e "$dir/data/made" ]; then
    rm -rf "$data" # what an interrupted start left
    hand_over
    part mysqld "$mysqld" --defaults-file="$dir/conf/my.cnf" --initialize-insecure || fail "mysqld could not make its files: see $dir/log/mysqld.log"
    touch "$dir/data/made"
    lap "$start" "mysqld made its files"
  fi
  hand_over
  unlock_socket "$dir/data"
  spawn mysqld "$mysqld" --defaults-file="$dir/conf/my.cnf" --init-file="$dir/conf/users.sql"
  await mysqld 60 "mysqld to answer on port $(port store)" greets "$(port store)"
  lap "$start" "mysqld answers on port $(port store)"
}
