# swap: the unpacked copy becomes the data, by renames alone. One list of intents is written first; what is done is read from where
# each name is, so it can go on, or back (swap-back.sh), from any point. grastate.dat goes first and comes last: half a data directory
# has none.
require_work
own "$GR_DATADIR"
new=$GR_WORK/new old=$GR_WORK/old state=$GR_WORK/state
is_position "$GR_POSITION" || fail 'a position UUID:SEQNO' "$GR_POSITION" 'this is a defect of the program: report it'

# Everything that could make a rename fail or copy instead, while nothing is moved yet.
require_plain() {
  local device odd
  odd=$(find "$new" "$GR_DATADIR" -mindepth 1 -maxdepth 1 -name $'*\n*' | head -n 1)
  [ -z "$odd" ] || fail 'names without a line end' "$odd" 'rename it'
  device=$(stat -c %d "$GR_DATADIR")
  odd=$(find "$GR_WORK" "$new" "$GR_DATADIR" -maxdepth 1 ! -name lost+found -printf '%D %p\n' | sed -n "/^$device /!p" | head -n 1)
  [ -z "$odd" ] || fail "$GR_DATADIR and $GR_WORK on one file system" "${odd#* } is on another" 'unmount what is mounted there'
  odd=$(find "$GR_WORK" "$new" "$GR_DATADIR" -maxdepth 1 -type d ! -name lost+found ! -writable | head -n 1)
  [ -z "$odd" ] || fail "folders that this user may move" "$odd" 'give it to the owner of the data directory'
}

phase=$(phase_of "$GR_WORK")
case $phase in
  none | back)
    [ -s "$state/unpacked" ] || fail "an unpacked copy in $new" 'none' 'run the step that unpacks again'
    require_plain
    make_folders "$old"
    intents=$(
      if exists "$GR_DATADIR/grastate.dat"; then echo 'out grastate.dat'; fi
      entries "$GR_DATADIR" | tr '\0' '\n' | sed '/^grastate\.dat$/d; s/^/out /'
      entries "$new" | tr '\0' '\n' | sed '/^grastate\.dat$/d; s/^/in /'
    )
    write_file "$state/swap.intents" "$intents"$'\n'
    set_phase swapping
    ;;
  returning) set_phase swapping ;;
esac

mapfile -t out < <(sed -n 's/^out //p' "$state/swap.intents")
mapfile -t in < <(sed -n 's/^in //p' "$state/swap.intents")

if [ "$phase" != whole ] && [ "$phase" != dropping ]; then
  for name in "${out[@]}"; do
    exists "$old/$name" || move "$name" "$GR_DATADIR" "$old"
  done
  sync "$old" "$GR_DATADIR"
  # All there is, not the list: after a return there may be more, from when the copy was in use.
  mapfile -t -d '' now < <(entries "$new")
  for name in "${now[@]}"; do
    [ "$name" = grastate.dat ] || move "$name" "$new" "$GR_DATADIR"
  done
  for name in "${in[@]}"; do
    exists "$GR_DATADIR/$name" || fail "$name of the unpacked copy in $GR_DATADIR" 'it is gone' 'undo the swap; then unpack again'
  done
  sync "$new" "$GR_DATADIR"
  # One in `new` has been in use with that data; then its position is no longer the archive's.
  if exists "$new/grastate.dat"; then
    move grastate.dat "$new" "$GR_DATADIR"
  elif ! exists "$GR_DATADIR/grastate.dat"; then
    write_grastate "$state" "$GR_POSITION" 0
  fi
  sync "$new" "$GR_DATADIR"
  set_phase whole
fi
if [ "$GR_KEEP" = false ]; then
  set_phase dropping
  rm -rf -- "$old"
fi
succeed "\"out\":${#out[@]},\"in\":${#in[@]}"
