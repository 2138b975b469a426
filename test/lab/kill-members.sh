#!/bin/bash
# kill-members.sh NAMESPACE: SIGKILL to every mariadbd of a namespace whose data nobody wants any more.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/in-lab.sh" bash -c '
  for pid in $(pgrep -x mariadbd); do
    grep -qzx "NAMESPACE=$0" /proc/$pid/environ 2>/dev/null && kill -9 $pid
  done
  true' "$1"
