# unpack: an archive beside the current data, prepared to be swapped in. The database is up meanwhile and nothing of it is touched.
# The work folder holds only folders: MariaDB takes it for an empty database then (lab facts, names beside the data).
require_work
own "$GR_DATADIR"
new=$GR_WORK/new state=$GR_WORK/state
archive=$GR_BACKUPS/$GR_ID/$GR_FILE
again='choose another backup, or check it with galera-runbook backups verify'

cleanup() {
  [ "$1" -ne 0 ] || return 0
  end_job
  if [ "${phase:-}" = none ] && [ ! -e "$GR_WORK/old" ]; then rm -rf -- "$GR_WORK"; fi
}

phase=$(phase_of "$GR_WORK")
[ "$phase" = none ] || fail "no swap begun in $GR_WORK" "it is $phase" 'go on with the swap, or undo it'
if [ "$(head -n 1 "$state/unpacked" 2> /dev/null)" = "$GR_ID $GR_SHA256 $GR_POSITION" ]; then
  succeed "$(tail -n 1 "$state/unpacked")"
  exit 0
fi
rm -f -- "$state/unpacked" # first: what is half gone is no copy any more
rm -rf -- "$GR_WORK"

[ -f "$archive" ] || fail "$archive" 'not there' "$again"
bytes=$(stat -c %s "$archive")
[ "$bytes" = "$GR_BYTES" ] || fail "$archive with $GR_BYTES bytes" "$bytes bytes" "$again"
for tool in mariadb-backup mbstream "$GR_COMPRESSION"; do
  command -v "$tool" > /dev/null || fail "$tool in the member's image" 'not there' 'use an image with the tools that made the backup'
done
require_room "${GR_WORK%/*}" "$((GR_DATA_BYTES * 11 / 10))" '1.1 times the unpacked data'

make_folders "$GR_WORK" "$state" "$new"

mkfifo "$scratch/hash"
pipe() {
  set +e
  hash < "$scratch/hash" > "$scratch/sha256" &
  # -p: hashed to the end even when the unpacker has given up.
  { printf %s "$BASHPID" > "$scratch/tool.pid" && exec cat "$archive"; } | tee -p "$scratch/hash" |
    unpacker "$archive" -dc 2> "$scratch/unpacker" | "${owner[@]}" mbstream -x -p 4 -C "$new" 2> "$scratch/mbstream"
  printf '%s ' "${PIPESTATUS[@]}" > "$scratch/statuses"
  wait
}
watch() {
  local sofar
  sofar=$(read_by "$scratch/tool.pid")
  progress unpack "${sofar:-0}" "$bytes"
  above_floor "$GR_WORK"
}
start pipe
attend "$job" watch
progress unpack "$bytes" "$bytes"
read -r read_back _ unpacked extracted <<< "$(cat "$scratch/statuses" 2> /dev/null || printf 'killed - killed killed')"
[ "$read_back" = 0 ] || fail "$archive readable" "cat ended with $read_back" "look at the volume; $again"
sha=$(cut -c1-64 "$scratch/sha256")
[ "$sha" = "$GR_SHA256" ] || fail "$archive with sha256 $GR_SHA256" "sha256 $sha" "$again"
if [ "$unpacked $extracted" != '0 0' ]; then
  excerpt "$scratch/unpacker" "$scratch/mbstream"
  if grep -q 'No space left' "$scratch/mbstream"; then again='make room on the volume, then run the step again'; fi
  fail "$GR_COMPRESSION and mbstream to end with 0" \
    "they ended with $unpacked and $extracted; $(down "$(free_bytes "$GR_WORK")") free; $(head -qn 1 "$scratch/unpacker" "$scratch/mbstream" | head -n 1)" "$again"
fi

# A block volume's lost+found comes twice, once under the name that MariaDB gives a database of that name; a work folder of another
# run as an empty one.
find "$new" -mindepth 1 -maxdepth 1 \( -name lost+found -o -name lost@002bfound -o -name 'galera_runbook_*' -o -name grastate.dat \
  -o -name gvwstate.dat -o -name galera.cache \) -exec rm -rf -- {} +

# By its newer name or its older one. donor_galera_info beside it is for SST scripts.
recorded() { cut -d' ' -f1 "$new"/mariadb_backup_galera_info 2> /dev/null || cut -d' ' -f1 "$new"/xtrabackup_galera_info 2> /dev/null; }
position=$(recorded) || true
[ "${position,,}" = "$GR_POSITION" ] || fail "$GR_POSITION in the archive" "${position:-no position}" "$again"

prepare() {
  # cd: the tool leaves the InnoDB monitor's file where it stands
  cd "$state" && exec "${owner[@]}" mariadb-backup --prepare "--use-memory=$(memory)" --target-dir="$new" > "$scratch/prepare.log" 2>&1
}
preparing() {
  progress prepare 0 0
  above_floor "$GR_WORK"
}
start prepare
attend "$job" preparing
if ! tail -n 1 "$scratch/prepare.log" | grep -q 'completed OK!$'; then
  excerpt "$scratch/prepare.log"
  fail 'completed OK! from mariadb-backup --prepare' "$(tail -n 1 "$scratch/prepare.log")" "$again"
fi
# What InnoDB itself says it stands at. Behind the file it may be, since not every seqno changes a table; ahead or elsewhere it is not this archive.
prepared=$(recorded)
if [ "${prepared%:*}" != "${GR_POSITION%:*}" ] || [ "${prepared#*:}" -gt "${GR_POSITION#*:}" ]; then
  fail "the prepared copy at $GR_POSITION" "InnoDB stands at $prepared" "$again"
fi
# The tool's own files are no part of a data directory.
find "$new" -mindepth 1 -maxdepth 1 -type f \( -name backup-my.cnf -o -name 'xtrabackup_*' -o -name 'mariadb_backup_*' -o -name '*_galera_info*' \) \
  -exec mv -t "$state" -- {} +

size=$(size_of "$new")
sync -f "$new"
uuid=${GR_POSITION%:*}
result="\"position\":{\"uuid\":\"$uuid\",\"seqno\":\"${GR_POSITION#*:}\"},\"bytes\":$size"
write_file "$state/unpacked" "$GR_ID $GR_SHA256 $GR_POSITION"$'\n'"$result"
succeed "$result"
