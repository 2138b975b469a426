#!/bin/bash
# down.sh: ends the lab and leaves nothing of it but what was built. Killing PID 1 of the namespaces ends every process, mount and
# interface (SIGKILL: unshare ignores SIGTERM); then the run folder and the empty cgroups go. Safe when there is no lab, or a dead one.
set -euo pipefail
. "$(dirname "$0")/env.sh"
if pid=$(lab_pid); then
  kill -9 "$pid"
  while [ -e "/proc/$pid" ]; do sleep .02; done # it goes after the last process of its namespace
fi
owner=$(link_owner)
if [ -z "$owner" ] || [ "$owner" = "$LAB" ]; then ip link del "$LINK" 2>/dev/null || true; fi
for _ in $(seq 250); do losetup -nO BACK-FILE | grep -qF "$R/vol/" || break; sleep .02; done # the kernel frees them a moment later
rm -rf --one-file-system "$R"
find /sys/fs/cgroup -depth -type d \( -path "*/$CG" -o -path "*/$CG/*" \) -exec rmdir {} + 2>/dev/null || true
