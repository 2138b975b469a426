#!/bin/bash
# link.sh cut|down|restore: the host loses, or regains, its connection to the lab; the lab itself does not notice.
# cut: packets vanish and nothing tells, as behind a VPN that died. down: the host's own interface is gone, errors come at once.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/env.sh"
case ${1:-} in
  cut) "$here/in-lab.sh" ip link set "$LINK" nomaster ;;
  down) ip link set "$LINK" down ;; # loses the entry of .2's hardware address, too
  restore) ip link set "$LINK" up
    ip neigh replace "$NET.2" lladdr "$GATE" dev "$LINK" # never asked for: a cut would be noticed after 3 s
    "$here/in-lab.sh" ip link set "$LINK" master br0 ;;
  *) echo "usage: link.sh cut|down|restore" >&2; exit 2 ;;
esac
