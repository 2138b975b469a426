# position: where a stopped member's data stands, and what swaps left on its volume.
read_swaps

cleanup() { end_job; }

tell() { # source, uuid, seqno, safe to bootstrap
  succeed "\"source\":\"$1\",\"uuid\":\"${2,,}\",\"seqno\":\"$3\",\"safeToBootstrap\":$4,\"swaps\":[$swaps]"
  exit 0
}
# A server started on half a data directory would make a new system tablespace in it.
[ -z "$half" ] || tell half "$zero_uuid" -1 false
if [ ! -d "$GR_DATADIR" ] || [ -z "$(entries "$GR_DATADIR" | tr -d '\0')" ]; then tell empty "$zero_uuid" -1 false; fi

uuid=$(saved uuid) seqno=$(saved seqno) safe=false
if [ "$(saved safe_to_bootstrap)" = 1 ]; then safe=true; fi
is_position "$uuid:$seqno" || uuid='' seqno=''
# Zeros are an answer too: Galera wrote them before a state transfer that did not end, or this program did. What InnoDB says then
# is of data that is not to be trusted.
if [ "$uuid" = "$zero_uuid" ]; then tell grastate "$zero_uuid" -1 false; fi
if [ -n "$uuid" ] && [ "$seqno" != -1 ]; then tell grastate "$uuid" "$seqno" "$safe"; fi

[ -f "$GR_DATADIR/ibdata1" ] || fail "ibdata1 in $GR_DATADIR, to read the position from" 'not there, and no position in grastate.dat' \
  'look at the volume; a member without data can be emptied and takes a state transfer'
own "$GR_DATADIR"
run=$scratch/run
make_folders "$run"
# With a binary log, transactions between prepare and commit are decided from it.
logs=()
for index in "$GR_DATADIR"/*.index; do
  case ${index##*/} in '*.index' | *relay*) ;; *) logs=("--log-bin=${index%.index}") ;; esac
done
recover() {
  cd "$run" && exec "${owner[@]}" mariadbd --no-defaults --wsrep-recover --wsrep-on=ON --wsrep-provider=/bin/true \
    --wsrep-cluster-address=gcomm:// --binlog-format=ROW --datadir="$GR_DATADIR" --skip-networking --socket="$run/mysqld.sock" \
    --pid-file="$run/mysqld.pid" --tmpdir="$run" --innodb-buffer-pool-size="$(memory)" "${logs[@]}" > "$run/log" 2>&1
}
recovering() { progress recover 0 0; }
start recover
attend "$job" recovering
found=$(sed -n 's/.*Recovered position: *\([^ ,]*\).*/\1/p' "$run/log" | tail -n 1)
if ! is_position "$found" || [ "${found%%:*}" = "$zero_uuid" ]; then
  excerpt "$run/log"
  fail "Recovered position from mariadbd --wsrep-recover on $GR_DATADIR" "${found:-none; $(grep '\[ERROR\]' "$run/log" | tail -n 1)}" "look at the step's output"
fi
if [ -n "$uuid" ] && [ "${found%%:*}" != "${uuid,,}" ]; then
  fail "one history in $GR_DATADIR" "grastate.dat has $uuid, InnoDB $found" 'decide by hand which is right; a member can be emptied and takes a state transfer'
fi
tell recovered "${found%%:*}" "${found##*:}" "$safe"
