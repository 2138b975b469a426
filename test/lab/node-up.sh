#!/bin/bash
# node-up.sh I: node I starts again, with its disks as they were.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/in-lab.sh" bash -c 'setsid "$0" '"$1"' </dev/null >/dev/null 2>&1 &' "$here/start-node.sh"
