#!/bin/bash
# node-down.sh I: node I loses power: its processes and network are gone, its disks keep what was written.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/env.sh"
exec "$here/in-lab.sh" bash -c 'kill -9 $0; while [ -e /proc/$0 ]; do sleep .02; done' "$(cat "$R/node$1/init.pid")"
