#!/bin/bash
# start-node.sh I: runs inside the lab's namespaces: puts node.sh into namespaces of its own and wires it to the bridge.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/env.sh"
i=$1 n=$R/node$1
rm -f "$n/init.pid"
unshare --net --mount --pid --fork --kill-child "$here/node.sh" "$i" > "$n/log/node.log" 2>&1 < /dev/null &
for _ in $(seq 200); do [ -s "$n/init.pid" ] && break; sleep .05; done
pid=$(cat "$n/init.pid")
ip link del "n$i" 2>/dev/null
ip link add "n$i" type veth peer name eth0 netns "$pid"
ip link set "n$i" master br0 up
ip route replace "$POD_NET.$i.0/24" via "$NET.1$i"
