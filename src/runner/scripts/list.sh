# list: what is on the backup volume. A folder that cannot be read is shown as broken; it never hides the others.
show() {
  local name=${1##*/} id state=broken bytes manifest=''
  id=${name%%.*}
  bytes=$(size_of "$1" 2> /dev/null) || true
  if [ "$name" = "$id.partial" ]; then
    state=partial
  elif [ "$name" = "$id" ] && [ -s "$1/manifest.json" ] && compgen -G "$1/backup.mbstream.*" > /dev/null &&
    manifest=$(gzip -c "$1/manifest.json" 2> /dev/null | base64 -w 0); then
    state=complete
  fi
  row "{\"id\":\"$id\",\"state\":\"$state\",\"bytes\":${bytes:-0}${manifest:+,\"manifest\":\"$manifest\"}}"
}

for folder in "$GR_BACKUPS"/*; do
  [ -d "$folder" ] || continue
  if [[ ${folder##*/} =~ ^[0-9TZ]+(\.partial|\.removing)?$ ]]; then show "$folder"; fi
done
succeed ''
