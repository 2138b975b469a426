# remove: backups, in whatever state they are. Renamed first, so that one that is half gone is never taken for one to restore.
for id in $GR_IDS; do
  [[ $id =~ ^[0-9]{8}T[0-9]{6}Z$ ]] || fail 'ids of backups' "$id" 'this is a defect of the program: report it'
done
for id in $GR_IDS; do
  bytes=0
  for folder in "$GR_BACKUPS/$id.removing" "$GR_BACKUPS/$id.partial" "$GR_BACKUPS/$id"; do
    [ -d "$folder" ] || continue
    bytes=$((bytes + $(size_of "$folder")))
    if [ "$folder" != "$GR_BACKUPS/$id.removing" ]; then
      mv -T -- "$folder" "$GR_BACKUPS/$id.removing"
      sync "$GR_BACKUPS"
    fi
    rm -rf -- "$GR_BACKUPS/$id.removing"
  done
  row "{\"id\":\"$id\",\"bytes\":$bytes}"
done
succeed ''
