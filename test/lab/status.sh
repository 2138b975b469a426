#!/bin/bash
# status.sh: the host's PID of the lab's PID 1, or nothing when there is no lab.
. "$(dirname "$0")/env.sh"
lab_pid || true
