#!/bin/bash
# node.sh I: PID 1 of one Kubernetes node: containerd, kubelet, kube-proxy. Killing it is a node that lost power.
set -uo pipefail
. "$(dirname "$0")/env.sh"
i=$1 n=$R/node$1
read -r pid _ < /proc/self/stat && echo "$pid" > "$n/init.pid" # /proc is still the lab's: this is the PID that node-down.sh needs
mount -t proc proc /proc
# What containerd, CNI and kubelet leave under fixed paths must neither meet another node's nor stay on the host. (The folders stay:
# to remove one that is a mount point of another lab would unmount it there.)
mount -t tmpfs tmpfs /run
for dir in /var/lib/cni /var/lib/kubelet /var/log; do mkdir -p $dir; mount -t tmpfs tmpfs $dir; done
ip link set lo up; sysctl -qw net.ipv4.ip_forward=1
for _ in $(seq 200); do ip link show eth0 >/dev/null 2>&1 && break; sleep .05; done
ip addr add "$NET.1$i/24" dev eth0; ip link set eth0 up
for j in $NODES; do [ "$j" = "$i" ] || ip route add "$POD_NET.$j.0/24" via "$NET.1$j"; done
if [ ! -d "$n/containerd" ]; then # the unpacked image as hard links; the databases are real copies, being written to
  cp -al "$T" "$n/containerd"
  find "$n/containerd" -name '*.db' -exec sh -c 'cp "$1" "$1.own" && mv "$1.own" "$1"' - {} \;
fi
rm -rf "$n/state" "$n/ipam" "$n/containerd.sock" # a node that comes back has no containers and gives its addresses anew
containerd -c "$n/containerd.toml" > "$n/log/containerd.log" 2>&1 &
until ctr -a "$n/containerd.sock" version >/dev/null 2>&1; do sleep .1; done # a kubelet that finds no socket ends
keep() { while :; do "$@"; sleep 1; done; }
keep "$LAB/kube/kube" kubelet --kubeconfig "$P/system:node:node$i.kubeconfig" --config "$n/kubelet.yaml" --root-dir "$n/kubelet" \
  --hostname-override "node$i" --node-ip "$NET.1$i" > "$n/log/kubelet.log" 2>&1 &
keep "$LAB/kube/kube" proxy --kubeconfig "$P/system:kube-proxy.kubeconfig" --proxy-mode iptables --cluster-cidr "$POD_NET.0.0/16" \
  --hostname-override "node$i" --conntrack-max-per-core 0 --conntrack-tcp-timeout-established 0 --conntrack-tcp-timeout-close-wait 0 \
  > "$n/log/proxy.log" 2>&1 &
while :; do wait -n; sleep .2; done
