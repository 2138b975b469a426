#!/bin/bash
# kill-members.sh NAMESPACE: SIGKILL to every member of a namespace whose data nobody wants any more: mariadbd, or start-member.sh while
# it waits (a SIGTERM that reaches bash as PID 1 before its trap is set is lost, and costs the whole grace period).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/in-lab.sh" bash -c '
  for pid in $(pgrep -x "mariadbd|bash"); do
    grep -qzx "NAMESPACE=$0" /proc/$pid/environ 2>/dev/null && grep -qz "^STATEFULSET=" /proc/$pid/environ && kill -9 $pid
  done
  true' "$1"
