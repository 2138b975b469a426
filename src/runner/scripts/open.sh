# open: a scratch server on an unpacked copy. It proves that today's password opens it, and reads every table to its end: what it counts
# is what the members are compared with later.
require_work
new=$GR_WORK/new
[ -s "$GR_WORK/state/unpacked" ] || fail "an unpacked copy in $new" 'none' 'run the step that unpacks again'
own "$new"
run=$scratch/run
install -d -m 700 "$run" # of mysqld's user, where its socket, temporary files and log are
account
mv "$scratch/client.cnf" "$run/client.cnf"
if [ ${#owner[@]} -gt 0 ]; then chown -R --reference="$new" "$run"; fi
socket=$run/mysqld.sock

cleanup() { end_job; }

# How the copy was made says what opens it: page size, data files, the plugin of an encrypted one.
defaults=--no-defaults
if [ -f "$GR_WORK/state/backup-my.cnf" ]; then defaults=--defaults-file=$GR_WORK/state/backup-my.cnf; fi

# Through the network too, but only this pod's own: an account may have no localhost.
serve() {
  cd "$run" && exec "${owner[@]}" mariadbd "$defaults" --datadir="$new" --wsrep-on=OFF --innodb-read-only --read-only --skip-log-bin --skip-slave-start \
    --event-scheduler=OFF --bind-address=127.0.0.1 --skip-name-resolve --port=3306 --socket="$socket" --pid-file="$run/mysqld.pid" \
    --tmpdir="$run" --log-error="$run/mysqld.log" --innodb-buffer-pool-size="$(memory)" --innodb-buffer-pool-load-at-startup=OFF > "$run/stdout" 2>&1
}

# As mysqld's user, not as root: root@localhost may be let in for being root, and that would not prove the password.
client() { "${owner[@]}" mariadb --defaults-extra-file="$run/client.cnf" -NB --default-character-set=utf8mb4 "$@"; }

door=()
opens() {
  local try=() says
  for try in "--socket=$socket" '--host=127.0.0.1 --port=3306'; do
    # shellcheck disable=SC2086 # two options in one word
    if says=$(client $try -e 'SELECT 1' 2>&1); then
      # shellcheck disable=SC2206
      door=($try)
      return 0
    fi
    printf '%s\n' "$says" > "$scratch/says"
  done
  return 1
}
lost() { # why the server does not answer
  excerpt "$run/stdout" "$run/mysqld.log"
  fail "$1" "$(tail -n 1 "$scratch/says") $(grep -h '\[ERROR\]' "$run/mysqld.log" | tail -n 1)" 'choose another backup'
}

progress open 0 "$(size_of "$new")"
start serve
printf %s "$job" > "$scratch/tool.pid" # serve ends in exec
: > "$scratch/says"
until opens; do
  kill -0 "$job" 2> /dev/null || lost 'a scratch server to start on the copy'
  if grep -q 'Access denied' "$scratch/says"; then
    fail "today's password of $GR_USER opens the copy" "$(tail -n 1 "$scratch/says")" \
      "choose a backup made since the password was changed, or set the account's Secret back first: the members' probes would fail after a restore"
  fi
  pause 0.1
done

own_schemas="('mysql', 'information_schema', 'performance_schema', 'sys')"
tables="FROM information_schema.TABLES WHERE TABLE_SCHEMA NOT IN $own_schemas
  AND COALESCE(TABLE_TYPE, '') NOT IN ('VIEW', 'SYSTEM VIEW', 'SEQUENCE') ORDER BY TABLE_SCHEMA, TABLE_NAME"
# The server writes the JSON and the statements: names may hold anything.
client "${door[@]}" --raw -e "SELECT JSON_OBJECT('schema', TABLE_SCHEMA, 'table', TABLE_NAME) $tables" > "$scratch/names"
quoted="CONCAT('\`', REPLACE(TABLE_SCHEMA, '\`', '\`\`'), '\`.\`', REPLACE(TABLE_NAME, '\`', '\`\`'), '\`')"
client "${door[@]}" --raw -e "SELECT CONCAT('CHECKSUM TABLE ', $quoted, ';\nSELECT COUNT(*) FROM ', $quoted, ';') $tables" > "$scratch/statements"
objects=$(client "${door[@]}" --raw -e "SELECT JSON_OBJECT(
  'views', (SELECT COUNT(*) FROM information_schema.VIEWS WHERE TABLE_SCHEMA NOT IN $own_schemas),
  'routines', (SELECT COUNT(*) FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA NOT IN $own_schemas),
  'triggers', (SELECT COUNT(*) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA NOT IN $own_schemas),
  'events', (SELECT COUNT(*) FROM information_schema.EVENTS WHERE EVENT_SCHEMA NOT IN $own_schemas),
  'accounts', (SELECT COUNT(*) FROM mysql.global_priv))")

count() { client "${door[@]}" --unbuffered < "$scratch/statements" > "$scratch/answers" 2> "$scratch/says"; }
watch() {
  local sofar
  sofar=$(read_by "$scratch/tool.pid")
  progress open "${sofar:-0}" "$size"
}
size=$(size_of "$new")
count &
counting=$!
attend "$counting" watch
# Two answers a table, in the order of the names: `schema.table<TAB>checksum`, then the rows.
while IFS= read -r name <&4; do
  IFS= read -r checksum <&5 || checksum=''
  IFS= read -r counted <&5 || counted=''
  checksum=${checksum##*$'\t'}
  case $checksum,$counted in
    *[!0-9,]* | ,* | *,) lost "every table of the copy readable to its end: $name" ;;
  esac
  row "${name%\}}, \"rows\": $counted, \"checksum\": $checksum}"
done 4< "$scratch/names" 5< "$scratch/answers"
succeed "\"objects\":$objects"
