# prove: the archive read back from the disk and compared; only then it gets its manifest and its name. Of one that has its name
# already nothing is written.
umask 077
partial=$GR_BACKUPS/$GR_ID.partial final=$GR_BACKUPS/$GR_ID
folder=$partial
if [ -d "$final" ]; then folder=$final; fi
archives=("$folder"/backup.mbstream.*)
archive=${archives[0]}
again='galera-runbook backups list; make a new backup'

cleanup() { [ "$1" -eq 0 ] || end_job; }

[ -f "$archive" ] || fail "an archive in $folder" 'none' "$again"
bytes=$(stat -c %s "$archive")
[ "$bytes" = "$GR_BYTES" ] || fail "$archive with $GR_BYTES bytes" "$bytes bytes" "$again"

# Past the page cache, which still holds what was written and would prove only itself. Not every file system takes O_DIRECT: then the
# cache is told to drop the file, before and while reading.
flags=direct
if ! dd if="$archive" of=/dev/null bs=4096 count=1 iflag=direct 2> /dev/null; then
  flags=nocache
  dd if="$archive" of=/dev/null count=0 iflag=nocache 2> /dev/null
fi

mkfifo "$scratch/hash"
pipe() {
  set +e
  hash < "$scratch/hash" > "$scratch/sha256" &
  # -p: hashed to the end even when the unpacker has given up.
  { printf %s "$BASHPID" > "$scratch/tool.pid" && exec dd if="$archive" bs=1M iflag="$flags" 2> "$scratch/dd"; } |
    tee -p "$scratch/hash" | unpacker "$archive" -t 2> "$scratch/unpacker"
  printf '%s ' "${PIPESTATUS[@]}" > "$scratch/statuses"
  wait
}
watch() {
  local sofar
  sofar=$(read_by "$scratch/tool.pid")
  progress prove "${sofar:-0}" "$bytes"
}

since=$(date +%s%3N)
start pipe
attend "$job" watch
took=$(($(date +%s%3N) - since))
progress prove "$bytes" "$bytes"
read -r read_back _ unpacked _ <<< "$(cat "$scratch/statuses" 2> /dev/null || printf 'killed - killed')"
[ "$read_back" = 0 ] || fail "$archive readable" "dd ended with $read_back: $(head -n 1 "$scratch/dd")" "look at the volume; $again"
sha=$(cut -c1-64 "$scratch/sha256")
[ "$sha" = "$GR_SHA256" ] || fail "$archive with sha256 $GR_SHA256" "sha256 $sha" "$again"
[ "$unpacked" = 0 ] || fail "$archive to be whole" "$(head -n 1 "$scratch/unpacker")" "$again"

if [ "$folder" = "$partial" ] || [ ! -s "$final/manifest.json" ]; then
  [ -n "${GR_MANIFEST:-}" ] || fail "$folder/manifest.json" 'none' "$again"
  manifest=$(printf %s "$GR_MANIFEST" | base64 -d | gzip -dc)
  write_file "$folder/manifest.json" "$manifest"$'\n'
fi
if [ "$folder" = "$partial" ]; then
  mv -T -- "$partial" "$final"
  sync "$GR_BACKUPS"
fi
succeed "\"sha256\":\"$sha\",\"bytes\":$bytes,\"readMs\":$took"
