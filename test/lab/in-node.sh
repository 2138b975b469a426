#!/bin/bash
# in-node.sh I CMD…: runs a command inside node I's namespaces, e.g.
# in-node.sh 0 ctr -a "$GALERA_LAB/run/node0/containerd.sock" -n k8s.io containers ls
# A node's recorded PID is one of the lab's PID namespace, so it is entered from there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/env.sh"
i=$1; shift
exec "$here/in-lab.sh" nsenter -t "$(cat "$R/node$i/init.pid")" -n -m -p "$@"
