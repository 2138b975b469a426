#!/bin/bash
# repair.sh: ends what a test may have left broken: link cut, API server stopped, a node down. Prints the nodes that it started.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/env.sh"
"$here/link.sh" restore
for i in $NODES; do
  # The PID alone may be of another process by now; a node's is the one that runs node.sh.
  "$here/in-lab.sh" grep -qaF node.sh "/proc/$(cat "$R/node$i/init.pid")/cmdline" 2>/dev/null && continue
  "$here/node-up.sh" "$i"
  echo "node$i"
done
"$here/apiserver.sh" start
