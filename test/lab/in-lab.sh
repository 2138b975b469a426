#!/bin/bash
# in-lab.sh CMD…: runs a command inside the lab's namespaces: the volumes are mounted there, at $GALERA_LAB/run/pv/*, and
# every process of every node can be seen, killed and entered there.
set -euo pipefail
. "$(dirname "$0")/env.sh"
pid=$(lab_pid) || { echo "The lab is not up." >&2; exit 1; }
exec nsenter -t "$pid" -n -m -p "$@"
