# swap-back: the former data again, from a swap that is whole or half. What is in the data directory and is not former goes to `new`:
# also what the copy has made since it was swapped in.
require_work
new=$GR_WORK/new old=$GR_WORK/old state=$GR_WORK/state
phase=$(phase_of "$GR_WORK")
case $phase in
  none)
    succeed '"out":0,"in":0'
    exit 0
    ;;
  dropping) fail "the former data in $old" 'it was given up after the swap: it is removed, or half removed' 'close the run; restore a backup that is older' ;;
esac
mapfile -t former < <(sed -n 's/^out //p' "$state/swap.intents")

if [ "$phase" != back ]; then
  set_phase returning
  own "$GR_DATADIR"
  make_folders "$new" # `discard unpacked` has taken it when a restore ended well
  # Former is what the list has and `old` has not: never moved out, or moved back already.
  leave() {
    if exists "$old/$1" || ! grep -qxF -- "out $1" "$state/swap.intents"; then move "$1" "$GR_DATADIR" "$new"; fi
  }
  if exists "$GR_DATADIR/grastate.dat"; then leave grastate.dat; fi
  mapfile -t -d '' now < <(entries "$GR_DATADIR")
  for name in "${now[@]}"; do
    [ "$name" = grastate.dat ] || leave "$name"
  done
  sync "$new" "$GR_DATADIR"
  for ((i = ${#former[@]} - 1; i >= 0; i--)); do # grastate.dat is the first of them, and comes last
    if exists "$old/${former[i]}"; then move "${former[i]}" "$old" "$GR_DATADIR"; fi
  done
  for name in "${former[@]}"; do
    exists "$GR_DATADIR/$name" || fail "$name of the former data in $GR_DATADIR" 'it is gone' "look for it in $GR_WORK"
  done
  sync "$old" "$GR_DATADIR"
  set_phase back
fi
moved=$(entries "$new" | tr -dc '\0' | wc -c)
succeed "\"out\":$moved,\"in\":${#former[@]}"
