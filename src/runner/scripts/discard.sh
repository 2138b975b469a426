# discard: an unpacked copy, or all that a run left on a member's volume. Never while a swap is half: each half is the only one there is.
require_work
phase=$(phase_of "$GR_WORK")
case $phase in
  swapping | returning) fail "a swap in $GR_WORK that is whole or undone" 'it is half' 'finish the swap, or undo it' ;;
esac
bytes=0
gone() {
  exists "$1" || return 0
  bytes=$((bytes + $(size_of "$1")))
  rm -rf -- "$1"
}
going=${GR_WORK}_going # no dot: as a folder beside the data it may not have one (lab facts)
rm -rf -- "$going" # of an earlier start that was cut short
rm -f -- "$GR_WORK/state/unpacked" # first: what is half gone is no copy any more
gone "$GR_WORK/new"
case $GR_WHAT in
  all)
    # Said first: of former data that is half gone nothing may be put back.
    [ "$phase" != whole ] || set_phase dropping
    gone "$GR_WORK/old"
    ;;
  unpacked) rmdir -- "$GR_WORK/old" 2> /dev/null || true ;; # nothing is in it after a swap-back
  *) fail 'WHAT unpacked or all' "$GR_WHAT" 'this is a defect of the program: report it' ;;
esac
if exists "$GR_WORK" && ! exists "$GR_WORK/old"; then
  # By one rename: a folder that has lost only its phase would look as if nothing had ever been swapped.
  sync "$GR_WORK"
  mv -T -- "$GR_WORK" "$going"
  sync "${GR_WORK%/*}"
  rm -rf -- "$going"
fi
succeed "\"bytes\":$bytes"
