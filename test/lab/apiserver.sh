#!/bin/bash
# apiserver.sh stop|start: the API server dies, or comes back with the same etcd behind it. Returns when it is so.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/env.sh"
url=https://$NET.2:6443/readyz
case ${1:-} in
  stop) touch "$R/apiserver.stopped" # control.sh would start it again
    "$here/in-lab.sh" bash -c 'kill -9 "$(cat "$0")" 2>/dev/null' "$R/apiserver.pid" || true
    while curl -sk -o /dev/null --max-time 2 "$url"; do sleep .1; done ;;
  start) rm -f "$R/apiserver.stopped"
    until curl -sfk -o /dev/null --max-time 2 --cert "$P/admin.crt" --key "$P/admin.key" "$url"; do sleep .1; done ;;
  *) echo "usage: apiserver.sh stop|start" >&2; exit 2 ;;
esac
