# bootstrap: grastate.dat of a stopped member: its position, or zeros for one that must take a state transfer, and whether it may be the
# first.
while IFS= read -r work; do
  phase=$(phase_of "$work")
  case $phase in
    swapping | returning) fail "no half swap on the volume of $GR_DATADIR" "$work" 'finish the swap, or undo it' ;;
  esac
done <<< "$(work_folders)"
own "$GR_DATADIR"
case $GR_SAFE in 0 | 1) ;; *) fail 'SAFE 0 or 1' "$GR_SAFE" 'this is a defect of the program: report it' ;; esac
write_grastate "$GR_DATADIR" "$GR_POSITION" "$GR_SAFE"
succeed "\"position\":{\"uuid\":\"${GR_POSITION%:*}\",\"seqno\":\"${GR_POSITION##*:}\"}"
