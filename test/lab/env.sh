# env.sh: sourced by every script of the lab: its folders, names and addresses, in one place.
# A second lab beside the first needs its own GALERA_LAB, GALERA_LAB_LINK and GALERA_LAB_NET; the rest is inside namespaces.
export GALERA_LAB="${GALERA_LAB:-${XDG_CACHE_HOME:-$HOME/.cache}/galera-runbook-lab}"
export GALERA_LAB_LINK="${GALERA_LAB_LINK:-lab0}" GALERA_LAB_NET="${GALERA_LAB_NET:-10.250.0}"
PATH=$PATH:/usr/sbin:/sbin # Debian keeps ip, iptables, mkfs.ext4 and runc there, and not every root shell looks there
LAB=$GALERA_LAB
LINK=$GALERA_LAB_LINK NET=$GALERA_LAB_NET # a /24: the host .1, control plane and cluster DNS .2, node I .1I
GATE=02:00:00:00:00:01                    # hardware address of .2
POD_NET=10.244 SERVICE_NET=10.96.0        # node I has $POD_NET.I.0/24
NODES="0 1 2"                             # Kubernetes nodes node0, node1, node2
VOLUMES="0 1 2 3 4 5 6 7 8"               # volume V is an ext4 of 3 GiB local to node V % 3
IMAGE=registry.local/galera:10.11 PAUSE=registry.local/pause:1
R=$LAB/run         # everything of one run; gone with down.sh
P=$LAB/pki        # certificates, kept
T=$LAB/template    # a containerd root with the images unpacked, kept
CG=galera-lab-$LINK # cgroup of all pods, so that down.sh can find what is left of it

# The host's PID of the lab's PID 1; fails when there is no lab. A recorded PID may be of another life: look who it is.
lab_pid() {
  local pid
  { read -r pid < "$R/init.pid"; } 2>/dev/null || return 1
  { tr '\0' ' ' < "/proc/$pid/cmdline"; } 2>/dev/null | grep -qF "control.sh $R " || return 1
  echo "$pid"
}

# The folder of the lab that made the link; nothing when there is no such interface, or it is none of a lab's.
link_owner() { { ip link show "$LINK" 2>/dev/null || true; } | sed -n 's/^ *alias //p'; }
