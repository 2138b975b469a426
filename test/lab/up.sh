#!/bin/bash
# up.sh [--fresh]: three Kubernetes nodes and their control plane in namespaces of their own. With a lab that is up it says so;
# --fresh replaces it. Returns when everything is started; that the nodes are Ready, and the volumes, is lab.ts's.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/env.sh"
if [ "${1:-}" != --fresh ] && pid=$(lab_pid); then echo "The lab is up already (PID $pid)."; exit 0; fi
# The link's alias tells whose it is: of a lab that ended it is left over, of one that lives it is not ours to take.
owner=$(link_owner)
if [ -n "$owner" ] && [ "$owner" != "$LAB" ] && (GALERA_LAB=$owner && . "$here/env.sh" && lab_pid >/dev/null); then
  echo "Interface $LINK belongs to the lab in $owner, which is up. Take that one down, or set GALERA_LAB_LINK and GALERA_LAB_NET." >&2
  exit 1
fi
# Two interfaces with one network: the host would send what is for this lab to the other.
other=$(ip -4 -o addr show | grep -F " $NET.1/24 " | awk '{print $2}' | grep -vxF "$LINK" || true)
if [ -n "$other" ]; then echo "Interface $other has $NET.1/24 already. Set GALERA_LAB_NET to another." >&2; exit 1; fi
"$here/build.sh"
"$here/down.sh" # also what is left of one that crashed
"$here/certs.sh"
"$here/configure.sh"
# A lab takes some 25 of these, Debian gives 128 to all of a user: kubelet ends with "inotify_init: too many open files".
limit=fs.inotify.max_user_instances
[ "$(sysctl -n $limit)" -ge 1024 ] || sysctl -qw $limit=1024
setsid unshare --net --mount --pid --fork --kill-child "$here/control.sh" "$R" up > "$R/log/control.log" 2>&1 < /dev/null &
for _ in $(seq 200); do lab_pid >/dev/null && break; sleep .05; done
pid=$(lab_pid) || { cat "$R/log/control.log" >&2; exit 1; }
ip link add "$LINK" type veth peer name "$LINK" netns "$pid"
ip link set "$LINK" alias "$LAB"
ip addr add "$NET.1/24" dev "$LINK"
ip link set "$LINK" up
ip neigh replace "$NET.2" lladdr "$GATE" dev "$LINK" # as in link.sh
# A node counts from its PID 1 on: before that, repair.sh would take it for one that fell and start a second.
for i in $NODES; do for _ in $(seq 400); do [ -s "$R/node$i/init.pid" ] && break; sleep .05; done; done
