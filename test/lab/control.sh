#!/bin/bash
# control.sh RUN-FOLDER up: PID 1 of the lab's namespaces: the disks, a bridge, the control plane, and the nodes in namespaces of
# their own. Its arguments are only for lab_pid, which knows it by them.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/env.sh"
# /proc is still the host's here, so this is the host's name for PID 1. `read` opens it in this very process.
read -r pid _ < /proc/self/stat && echo "$pid" > "$R/init.pid"
mount --make-rprivate / && mount -t proc proc /proc
for v in $VOLUMES small; do mount -o loop "$R/vol/$v.img" "$R/pv/$v"; done
ip link set lo up; ip link add br0 address "$GATE" type bridge; ip addr add "$NET.2/24" dev br0; ip link set br0 up
for _ in $(seq 200); do ip link show "$LINK" >/dev/null 2>&1 && break; sleep .05; done
ip link set "$LINK" master br0 up
# Started again when they end, as systemd would: a scheduler that finds its cache wrong after an API server's fall ends itself.
keep() { while :; do [ -e "$R/$1.stopped" ] || "$here/program.sh" "$1"; sleep .2; done; }
for program in etcd apiserver controller-manager scheduler coredns; do keep $program & done
for i in $NODES; do "$here/start-node.sh" "$i"; done
while :; do wait -n; sleep .2; done # as PID 1 it reaps whatever ends, and must not end itself
