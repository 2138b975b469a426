# copy: a physical backup of a live member, taken out of flow control meanwhile. It ends at a synced partial name (prove.sh goes on), or
# leaves nothing. Desync is a global of the server: only who turned it on may turn it off.
umask 077
partial=$GR_BACKUPS/$GR_ID.partial
ours='' size=0
declare -A now=()

cleanup() {
  [ "$1" -ne 0 ] || return 0
  end_job
  [ -z "$ours" ] || give_back
  rm -rf -- "$partial"
}

# Off at once with a long queue, and flow control holds the whole cluster until the donor has caught up: that is for galera.resync,
# which waits as long as it takes; the way out of a Job has no time for it.
give_back() {
  local _ queue
  for _ in 1 2 3 4; do
    if look; then
      queue=${now[wsrep_local_recv_queue]}
      if ! is_short "$queue"; then
        echo "wsrep_desync stays ON on $GR_HOST: its queue is $queue, and turning it off at ${GR_QUEUE_LIMIT%.*} or more would make the whole cluster wait. galera.resync drains it; by hand: SET GLOBAL wsrep_desync=OFF once the queue is short."
        return
      fi
      if sql 'SET GLOBAL wsrep_desync=OFF'; then return; fi
    fi
    sleep 1
  done
  echo "wsrep_desync could not be turned off on $GR_HOST; if the server is still the one that was asked, it is ON."
}

is_short() { [ "$1" -eq 0 ] || [ "$1" -lt "${GR_QUEUE_LIMIT%.*}" ]; }

sql() { timeout 10 mariadb --defaults-extra-file="$scratch/client.cnf" --host="$GR_HOST" --connect-timeout=5 -NB -e "$1" 2> "$scratch/says"; }

look() { # the member's own view, in `now`
  local seen name value
  seen=$(sql "SHOW GLOBAL STATUS WHERE Variable_name IN ('wsrep_gcomm_uuid', 'wsrep_cluster_status', 'wsrep_cluster_size',
    'wsrep_local_state', 'wsrep_local_state_comment', 'wsrep_local_recv_queue', 'wsrep_desync_count');
    SHOW GLOBAL VARIABLES LIKE 'wsrep_desync'") || return 1
  now=()
  while IFS=$'\t' read -r name value; do now[$name]=$value; done <<< "$seen"
}

# Looks until it is so. A server that says nothing for a minute is gone; how long it may take otherwise is the Job's deadline.
wait_until() { # function, seconds between two looks
  local heard=$SECONDS
  while :; do
    if look; then
      heard=$SECONDS
      if "$1"; then return; fi
    elif [ $((SECONDS - heard)) -gt 60 ]; then
      fail "$GR_HOST to answer" 'no answer for 60 s' 'look at the member; then run the step again'
    fi
    pause "$2"
  done
}

is_desynced() { [ "${now[wsrep_local_state]}" = 2 ]; }
is_back() { [ "${now[wsrep_local_state]}" = 4 ] && [ "${now[wsrep_desync_count]}" = "$GR_DESYNC_COUNT" ]; }
calm=0
is_drained() {
  progress drain "$total" "$total"
  local queue=${now[wsrep_local_recv_queue]}
  if is_short "$queue"; then calm=$((calm + 1)); else calm=0; fi
  [ "$calm" -ge 3 ]
}

for folder in "$partial" "$GR_BACKUPS/$GR_ID"; do
  if [ -s "$folder/copied.json" ]; then
    succeed "$(cat "$folder/copied.json")"
    exit 0
  fi
done

for tool in mariadb mariadb-backup mbstream; do
  command -v "$tool" > /dev/null || fail "$tool in the member's image" 'not there' 'use an image with MariaDB Backup'
done
if command -v zstd > /dev/null; then compression=zstd file=backup.mbstream.zst; else compression=gzip file=backup.mbstream.gz; fi
archive=$partial/$file log=$scratch/mariadb-backup.log # where a full disk does not cut it

account
look || fail "$GR_USER to read the status of $GR_HOST" "$(tail -n 1 "$scratch/says")" 'look at the account and its Secret, and at the member'
datadir=$(sql 'SELECT @@datadir')
# The tool goes where the server says its data is, not where --datadir says: anywhere else it would copy what the image has there.
if [ "${datadir%/}" != "${GR_DATADIR%/}" ]; then
  fail "the volume mounted where the server has its data, ${datadir%/}" "$GR_DATADIR" 'set "data-directory" in the configuration to where the server has it'
fi
mine=$(sed -n 's/^my_uuid: *//p' "$GR_DATADIR/gvwstate.dat" 2> /dev/null || true)
if [ -z "$mine" ] || [ "${mine,,}" != "${now[wsrep_gcomm_uuid],,}" ]; then
  fail "the server at $GR_HOST to be the one that runs on this volume (${now[wsrep_gcomm_uuid]})" "gvwstate.dat there: ${mine:-none}" \
    'plan again; with pc.recovery=false Galera writes no such file and a backup is not possible'
fi
if [ "${now[wsrep_cluster_status]}" != Primary ] || [ "${now[wsrep_desync]}" != OFF ] || ! is_back; then
  fail "$GR_HOST Primary, Synced, wsrep_desync OFF, wsrep_desync_count $GR_DESYNC_COUNT" \
    "${now[wsrep_cluster_status]}, ${now[wsrep_local_state_comment]}, wsrep_desync ${now[wsrep_desync]}, count ${now[wsrep_desync_count]}" \
    'find out who desynced it; then run the step again'
fi
size=${now[wsrep_cluster_size]}
server=$(sql 'SELECT VERSION()')

rm -rf -- "$partial" # of an earlier start that was killed
mkdir -p "$partial"
total=$(data_bytes "$GR_DATADIR")
progress copy 0 "$total"
percent=${GR_ARCHIVE_PERCENT:-100}
require_room "$GR_BACKUPS" "$((total * percent / 100))" "an archive of $percent % of the data"

echo 'wsrep_desync: this Job turns it ON' # galera.resync looks for this line
ours=yes # before the statement: its answer may be lost
since=$(date +%s%3N)
if ! warned=$(sql 'SET GLOBAL wsrep_desync=ON; SHOW WARNINGS'); then
  if grep -q '^ERROR 1' "$scratch/says"; then ours=''; fi # the server's own no; 2 is the client's: no answer
  fail "$GR_USER to be allowed SET GLOBAL wsrep_desync on $GR_HOST" "$(tail -n 1 "$scratch/says")" 'give the account that right'
fi
if [ -n "$warned" ]; then
  ours='' # ON twice is a warning and counts once, so turning it off would take it from who was first
  fail "to be the one who desyncs $GR_HOST" 'wsrep_desync was turned on by someone else a moment ago' 'find out who; then run the step again'
fi
wait_until is_desynced 0.2

pipe() {
  set +e
  { printf %s "$BASHPID" > "$scratch/tool.pid" && exec mariadb-backup --defaults-extra-file="$scratch/client.cnf" --backup --host="$GR_HOST" \
    --datadir="$GR_DATADIR" --galera-info --parallel=4 --stream=mbstream --target-dir="$scratch/target" --tmpdir="$scratch" \
    --extra-lsndir="$partial" "${exclude[@]}" 2> "$log"; } | pack | tee "$archive" | hash > "$scratch/sha256"
  printf '%s ' "${PIPESTATUS[@]}" > "$scratch/statuses"
}
pack() { if [ "$compression" = zstd ]; then zstd -q -T2 -3; else gzip -1; fi; }

watch() {
  local bytes
  bytes=$(read_by "$scratch/tool.pid")
  progress copy "${bytes:-$(stat -c %s "$archive" 2> /dev/null || printf 0)}" "$total"
  above_floor "$GR_BACKUPS"
  look || return 0 # one answer that does not come is no reason to stop: the tool has a connection of its own
  if [ "${now[wsrep_cluster_size]}" -lt "$size" ]; then
    fail "$size members while one of them is desynced" "${now[wsrep_cluster_size]}" 'get the cluster well; then run the step again'
  fi
  if [ "${now[wsrep_desync]}" != ON ]; then
    fail "$GR_HOST desynced until the copy is done" 'wsrep_desync is OFF: someone turned it off, or the server was restarted' 'find out why; then run the step again'
  fi
}

# Of a block volume, and root's: a tool of another user ends on it.
exclude=()
if [ -d "$GR_DATADIR/lost+found" ] && [ ! -r "$GR_DATADIR/lost+found" ]; then exclude=(--databases-exclude=lost+found); fi
ulimit -n "$(ulimit -Hn)" # the tool holds every tablespace open
start pipe
attend "$job" watch
statuses=$(cat "$scratch/statuses" 2> /dev/null || printf 'killed')
if [ "$statuses" != '0 0 0 0 ' ] || [ "$(tail -n 1 "$log" | sed 's/.* completed OK!$/OK/')" != OK ]; then
  excerpt "$log"
  advice="look at the step's output"
  if grep -q 'Was only able to copy log' "$log"; then advice='raise innodb_log_file_size, or copy when less is written'; fi
  fail "mariadb-backup, $compression, tee and sha256 to end with 0, and completed OK! in the log" \
    "they ended with $statuses; $(down "$(free_bytes "$GR_BACKUPS")") free; $(tail -n 1 "$log")" "$advice"
fi
bytes=$(stat -c %s "$archive")
after=$(data_bytes "$GR_DATADIR")
if [ "$after" -gt "$total" ]; then total=$after; fi # what has grown meanwhile is in the copy
progress copy "$total" "$total"

cp -- "$log" "$partial/"
# The files reach the disk while the queue drains.
sync "$partial"/* "$partial" &
syncing=$!
wait_until is_drained 0.5
sql 'SET GLOBAL wsrep_desync=OFF'
ours=''
wait_until is_back 0.1
desynced=$(($(date +%s%3N) - since))
wait "$syncing"

of() { sed -n "s/^$1 = //p" "$partial"/*_"$2"; }
type=$(of backup_type checkpoints)
[ "$type" = full-backuped ] || fail 'backup_type full-backuped' "$type" 'run the step again'
stamp=$(sed -n 's/^\[[0-9]*\] \([0-9-]*\) \([0-9:]*\) Writing Galera info succeeded with \([0-9A-Fa-f-]*:[0-9]*\).*/\1T\2Z \3/p' "$log" | tail -n 1)
if [ -z "$stamp" ]; then
  # A tool that does not log it: the file of that name is one of the last in the stream.
  unpacker "$file" -dc < "$archive" | tail -c 33554432 > "$scratch/end"
  from=$(grep -abo 'XBSTCK01.P....[a-z_]*_galera_info' "$scratch/end" | sed -n 's/:.*\(xtrabackup\|mariadb_backup\)_galera_info$//p' | tail -n 1) || true
  mkdir "$scratch/galera"
  tail -c +"$((${from:-0} + 1))" "$scratch/end" | mbstream -x -C "$scratch/galera" || true
  stamp="$(of end_time info | sed 's/ /T/')Z $(cat "$scratch/galera"/{xtrabackup,mariadb_backup}_galera_info 2> /dev/null || true)"
fi
position=$(printf '%s' "${stamp#* }" | sed 's/ .*//')
case $position in
  ????????-????-????-????-????????????:[0-9]*) ;;
  *) fail 'UUID:SEQNO from mariadb-backup --galera-info' "${position:-nothing}" 'report it with the version of mariadb-backup' ;;
esac
uuid=${position%:*}
result="\"bytes\":$bytes,\"sha256\":\"$(cut -c1-64 "$scratch/sha256")\",\"file\":\"$file\",\"compression\":\"$compression\",\"dataBytes\":$total"
result+=",\"position\":{\"uuid\":\"${uuid,,}\",\"seqno\":\"${position#*:}\"},\"positionAt\":\"${stamp%% *}\""
result+=",\"lsn\":{\"from\":\"$(of from_lsn checkpoints)\",\"to\":\"$(of to_lsn checkpoints)\",\"last\":\"$(of last_lsn checkpoints)\"}"
result+=",\"serverVersion\":$(json "$server"),\"toolVersion\":$(json "$(of tool_version info)")"
result+=",\"startedAt\":$(json "$GR_STARTED"),\"endedAt\":\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\",\"desyncedMs\":$desynced"
write_file "$partial/copied.json" "$result"
succeed "$result"
