# common.sh: what every verb stands on. The verb's own text follows it in the same bash, started with `-euo pipefail`.
# Tests set GR_SCRATCH and GR_PASSWORD_FILE; in a Job these are an emptyDir in memory and a mounted Secret.
export LC_ALL=C TZ=UTC
scratch=${GR_SCRATCH:-/work}
export HOME=$scratch # so that no ~/.my.cnf of the image overrides the account
cd /
exec 3>&1 # `say` works inside $(…) too
verb=${GR_VERB:-runner}
began=$SECONDS
rows=0 ended='' outcome='' job='' where=''
shopt -s inherit_errexit

say() { printf '@@galera-runbook %s %s\n' "$1" "$2" >&3; }

# $1 as a JSON string. Bytes that are no UTF-8 are the reader's to replace.
json() {
  local text=${1//\\/\\\\}
  text=${text//\"/\\\"}
  text=${text//$'\n'/\\n}
  text=${text//$'\t'/\\t}
  printf '"%s"' "${text//[[:cntrl:]]/?}"
}

# expected, found, next. The mark is a file because this may run inside $(…), whose variables are lost.
fail() {
  : > "$scratch/failed"
  say failed "{\"expected\":$(json "$1"),\"found\":$(json "$2"),\"next\":$(json "$3")}"
  exit 1
}

row() {
  rows=$((rows + 1))
  say row "$1"
}

progress() { # phase, bytes, total
  say progress "{\"phase\":\"$1\",\"bytes\":$(($2 < $3 ? $2 : $3)),\"total\":$3}"
}

# The end of what a tool wrote. It may have no line end, when the tool was killed or the disk full; then ours would begin in its line.
excerpt() { printf '%s\n' "$(tail -qn 20 "$@" 2> /dev/null)"; }

# The members of the result object, without braces. Printed at the very end, when all that comes after has gone well too.
succeed() {
  ended=yes
  outcome=$1
}

# A verb may define `cleanup`; it gets the exit status.
finish() {
  local status=$?
  trap '' TERM INT # a second signal must not cut the cleanup short; Kubernetes' grace period bounds it
  trap - ERR
  set +e
  if [ "$status" -ne 0 ] && [ -z "$where" ] && [ ! -e "$scratch/failed" ]; then # no command failed: a signal
    say failed "{\"expected\":$(json "$verb to end by itself"),\"found\":\"stopped after $((SECONDS - began)) s\",\"next\":\"run the step again; what this Job had begun is cleaned up\"}"
  elif [ "$status" -ne 0 ] && [ ! -e "$scratch/failed" ]; then
    say failed "{\"expected\":$(json "$verb to end well"),\"found\":$(json "$where ended with $status"),\"next\":\"look at the step's output\"}"
  fi
  if declare -F cleanup > /dev/null; then cleanup "$status"; fi
  volumes
  if [ "$status" -eq 0 ] && [ -n "$ended" ]; then say result "{${outcome:+$outcome,}\"rowCount\":$rows}"; fi
  exit "$status"
}

volumes() {
  local pair total free
  for pair in ${GR_CLAIMS:-}; do
    read -r total free <<< "$(df -B1 --output=size,avail "${pair%%=*}" | tail -n 1)"
    if [ -n "$free" ]; then say volume "{\"claim\":$(json "${pair#*=}"),\"totalBytes\":$total,\"freeBytes\":$free}"; fi
  done
}

# ---- room ------------------------------------------------------------------------------------------------------------------------

free_bytes() { df -B1 --output=avail "$1" | tail -n 1 | tr -d ' '; }

# Bytes that stay free on the volume of $1: RESERVE, or the larger of 5 % and 256 MiB.
floor_of() {
  local total
  if [ -n "${GR_RESERVE:-}" ]; then
    printf '%s' "$GR_RESERVE"
    return
  fi
  total=$(df -B1 --output=size "$1" | tail -n 1 | tr -d ' ')
  total=$((total / 20))
  printf '%s' "$((total > 268435456 ? total : 268435456))"
}

# A need rounds up and what is there rounds down, so that a message never says "300 MiB needed, 300 MiB free".
up() { printf '%s MiB' "$((($1 + 1048575) / 1048576))"; }
down() { printf '%s MiB' "$(($1 / 1048576))"; }

require_room() { # path, bytes, what for
  local free floor
  free=$(free_bytes "$1")
  floor=$(floor_of "$1")
  if [ "$free" -lt "$(($2 + floor))" ]; then
    fail "$(up "$(($2 + floor))") free on the volume of $1: $(up "$2") for $3, $(up "$floor") reserve" "$(down "$free") free" \
      'make room there or enlarge the volume, then run the step again'
  fi
}

above_floor() {
  local free floor
  free=$(free_bytes "$1")
  floor=$(floor_of "$1")
  if [ "$free" -lt "$floor" ]; then
    fail "at least $(up "$floor") free on the volume of $1 while $verb writes" "$(down "$free") free" \
      'make room there or enlarge the volume, then run the step again; what was written is removed'
  fi
}

# What a copy of the data directory takes: caches, redo log and logs of past transactions are not copied.
data_bytes() {
  local bytes
  # A live server removes files while du counts; then du says so and ends with 1.
  bytes=$(du -s --block-size=1 --exclude=galera.cache --exclude='gcache.page.*' --exclude='ib_logfile*' --exclude=ibtmp1 --exclude='lost+found' \
    --exclude='galera_runbook_*' --exclude='*.[0-9][0-9][0-9][0-9][0-9][0-9]' "$1" 2> /dev/null | cut -f1) || true
  printf '%s' "${bytes:?"du gave no size of $1"}"
}

size_of() { du -s --block-size=1 "$1" | cut -f1; }

# ---- files -----------------------------------------------------------------------------------------------------------------------

# Text into a file, so that after a crash there is the old one, none, or the new one whole.
write_file() { # path, text
  printf '%s' "$2" > "$1.tmp"
  sync "$1.tmp"
  mv -T -- "$1.tmp" "$1"
  sync "${1%/*}"
}

# What mysqld is to own is made by its own user: `owner` stands before such commands. It is the data directory's, since a pod
# whose image starts as root says nowhere which user its mysqld has.
owner=()
own() {
  [ "$(id -u)" -eq 0 ] || return 0
  command -v setpriv > /dev/null || fail 'setpriv in the image, or a pod that does not run as root' 'neither' 'set runAsUser in the StatefulSet'
  owner=(setpriv "--reuid=$(stat -c %u "$1")" "--regid=$(stat -c %g "$1")" --clear-groups)
}

make_folders() { # of the data directory's owner, as mysqld makes its own
  install -d -m 700 -- "$@"
  if [ ${#owner[@]} -gt 0 ]; then chown --reference="$GR_DATADIR" -- "$@"; fi
}

# Work folders are of runs, and this removes and renames as root.
require_work() {
  case ${GR_WORK##*/} in
    galera_runbook_?*) ;;
    *) fail 'a work folder named galera_runbook_RUN' "$GR_WORK" 'this is a defect of the program: report it' ;;
  esac
}

# ---- swaps -----------------------------------------------------------------------------------------------------------------------

# What stands in a data directory, each name ended by NUL; without what stays in place when data is swapped: a block volume's
# lost+found, our own folders, and what an operator's entrypoint put there.
entries() {
  find "$1" -mindepth 1 -maxdepth 1 ! -name lost+found ! -name 'galera_runbook_*' ! -name '*.pem' ! -name .my.cnf -printf '%f\0'
}

# none, swapping, whole, dropping (whole, the former data removed), returning or back: where a swap stands. Written before the
# first rename and after the last. What cannot be read is not none. Ask by an assignment: within `case` or `[` a failure would go unseen.
phase_of() {
  local file=${1%/}/state/swap.phase folder found
  for folder in "${1%/}" "${1%/}/state"; do
    if [ -e "$folder" ] && [ ! -x "$folder" ]; then
      fail "$folder readable, to know where a swap stands" 'no right to look into it' 'give it to the owner of the data directory'
    fi
  done
  if ! exists "$file"; then
    printf none
    return
  fi
  found=$(cat "$file" 2>&1) || fail "$file readable, to know where a swap stands" "$found" 'look at the volume; no member is started before this is known'
  case $found in
    none | swapping | whole | dropping | returning | back) printf %s "$found" ;;
    *) fail "where a swap stands in $file" "'$found'" 'look at the volume; no member is started before this is known' ;;
  esac
}
set_phase() { write_file "$GR_WORK/state/swap.phase" "$1"; }

# Work folders on the volume of the data directory, without those that `discard` has given up.
work_folders() {
  local pair root=$GR_DATADIR
  for pair in ${GR_CLAIMS:-}; do
    case $GR_DATADIR/ in "${pair%%=*}"/*) root=${pair%%=*} ;; esac
  done
  compgen -G "$root/galera_runbook_*/" | sed '/_going\/$/d' || true
}

# Of every work folder on the volume, into `swaps`, the members of a JSON list; `half` where one of them is neither whole nor undone;
# `dropped`: whole, and the former data was given up, so that there is no way back.
half='' swaps=''
read_swaps() {
  local work phase state run
  while IFS= read -r work; do
    [ -n "$work" ] || continue
    phase=$(phase_of "$work")
    case $phase in
      none) state=none ;;
      back) state=back ;;
      whole) state=whole ;;
      dropping) state=dropped ;;
      *) state=half half=yes ;;
    esac
    run=${work%/}
    swaps+="${swaps:+,}{\"run\":$(json "${run##*/galera_runbook_}"),\"state\":\"$state\"}"
  done <<< "$(work_folders)"
}

# A field of grastate.dat, or nothing.
saved() { sed -n "s/^$1: *\([^ ]*\) *\r*\$/\1/p" "$GR_DATADIR/grastate.dat" 2> /dev/null || true; }

exists() { [ -e "$1" ] || [ -L "$1" ]; }

# A rename that never replaces anything.
move() { # name, from, to
  if exists "$3/$1"; then
    fail "no $1 in $3" "it is there, and in $2 too" 'something else writes on this volume: find out what before going on; nothing is lost'
  fi
  mv -T -- "$2/$1" "$3/$1"
}

zero_uuid=00000000-0000-0000-0000-000000000000
is_position() { [[ $1 =~ ^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}:(-1|[0-9]+)$ ]]; }

# As Galera writes it, and its owner's, because Galera rewrites it in place. The line end at the end matters: without it Galera drops
# the last line, and safe_to_bootstrap is 1.
write_grastate() { # folder on the same volume to make it in, position, safe to bootstrap
  is_position "$2" || fail 'a position UUID:SEQNO' "$2" 'this is a defect of the program: report it'
  local made=$1/galera_runbook_grastate
  printf '# GALERA saved state\nversion: 2.1\nuuid:    %s\nseqno:   %s\nsafe_to_bootstrap: %s\n' "${2%:*}" "${2##*:}" "$3" > "$made"
  chmod 660 "$made"
  if [ ${#owner[@]} -gt 0 ]; then chown --reference="$GR_DATADIR" "$made"; fi
  sync "$made"
  mv -T -- "$made" "$GR_DATADIR/grastate.dat"
  sync "$GR_DATADIR"
}

# ---- long work -------------------------------------------------------------------------------------------------------------------

# In the background, because bash runs a trap only between foreground commands; in a process group of its own, so that all of a pipe
# can be ended.
start() {
  set -m
  "$@" &
  job=$!
  set +m
}

# Until the process $1 has ended, and meanwhile every 2 s the function $2. Polled: `wait -n` misses one that has ended just before it.
attend() {
  while kill -0 "$1" 2> /dev/null; do
    "$2"
    (
      for _ in {1..10}; do
        kill -0 "$1" 2> /dev/null || break
        sleep 0.2
      done
    ) > /dev/null 2>&1 &
    wait $! || true # a signal ends it too, and its trap comes next
  done
}

end_job() {
  local _
  [ -n "$job" ] || return 0
  kill -TERM -- "-$job" 2> /dev/null || return 0
  for _ in {1..50}; do
    kill -0 -- "-$job" 2> /dev/null || return 0
    sleep 0.2
  done
  kill -KILL -- "-$job" 2> /dev/null || true
}

pause() { # seconds; a trap runs at once
  sleep "$1" > /dev/null 2>&1 &
  wait $! || true
}

# Bytes that a process has read. Not every kernel keeps this, and it ends with the process: then nothing.
read_by() { sed -n 's/^rchar: //p' "/proc/$(cat "$1" 2> /dev/null)/io" 2> /dev/null || true; }

hash() { # sha256 of the input; openssl uses the processor's instructions, coreutils often does not
  if openssl dgst -sha256 -r < /dev/null > /dev/null 2>&1; then openssl dgst -sha256 -r; else sha256sum; fi
}

unpacker() { # of the archive $1; further arguments are its options
  case $1 in
    *.zst) zstd -q "${@:2}" ;;
    *) gzip "${@:2}" ;;
  esac
}

# A quarter of what the pod may use, at most 4 GiB; 512 MiB where nothing limits it, because the members' memory is not ours.
memory() {
  local limit
  limit=$(cat /sys/fs/cgroup/memory.max 2> /dev/null || cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2> /dev/null || printf max)
  case $limit in
    max | ?????????????????*) printf '536870912' ;;
    *) printf '%s' "$((limit / 4 < 4294967296 ? limit / 4 : 4294967296))" ;;
  esac
}

# ---- the server ------------------------------------------------------------------------------------------------------------------

# Within double quotes of an option file `#` begins no comment; only these have to be escaped.
option() {
  local text=${1//\\/\\\\}
  text=${text//\"/\\\"}
  text=${text//$'\n'/\\n}
  printf '"%s"' "${text//$'\r'/\\r}"
}

# The account as a file, since arguments and environment can be read from outside.
account() {
  local password
  IFS= read -r -d '' password < "${GR_PASSWORD_FILE:-/run/galera-runbook/secret/password}" || true
  (umask 077 && printf '[client]\nuser=%s\npassword=%s\n' "$(option "$GR_USER")" "$(option "$password")" > "$scratch/client.cnf")
}

# ---- from here on every way out goes through finish ------------------------------------------------------------------------------

set -E
trap 'where="line $LINENO: $BASH_COMMAND"' ERR
trap finish EXIT
# Coming between two $(…) of one command it makes bash 5.2 end with 2 instead, on "unexpected EOF": so nothing here relies on the 143.
trap 'exit 143' TERM INT
