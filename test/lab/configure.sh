#!/bin/bash
# configure.sh: writes the run folder: disks, and the configuration of the control plane and of each node.
set -euo pipefail
. "$(dirname "$0")/env.sh"
mkdir -p "$R"/{vol,pv,shared,moves,log}
disk() { truncate -s "$2" "$R/vol/$1.img"; mkfs.ext4 -q -m 0 -E nodiscard "$R/vol/$1.img"; mkdir "$R/pv/$1"; } # sparse files
for v in $VOLUMES; do disk "$v" 3G & done
disk small 300M &
wait
cat > "$R/audit-policy.yaml" <<K
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules: # everything but Kubernetes itself
- {level: None, userGroups: [system:nodes, "system:serviceaccounts:kube-system"]}
- {level: None, users: [system:apiserver, system:kube-controller-manager, system:kube-scheduler, system:kube-proxy, coredns]}
- {level: Metadata}
K
cat > "$R/Corefile" <<K
cluster.local:53 {
  bind $NET.2
  errors
  kubernetes cluster.local {
    kubeconfig $P/coredns.kubeconfig lab
    ttl 2
  }
}
K
for i in $NODES; do
n=$R/node$i
mkdir -p "$n"/{cni,log}
cat > "$n/containerd.toml" <<K
version = 2
root = "$n/containerd"
state = "$n/state"
[grpc]
  address = "$n/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "$PAUSE"
  restrict_oom_score_adj = true # without CAP_SYS_RESOURCE a score cannot be lowered, and no container would start
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$n/cni"
K
cat > "$n/cni/10-bridge.conflist" <<K
{"cniVersion":"0.4.0","name":"lab","plugins":[{"type":"bridge","bridge":"cni0","isGateway":true,"hairpinMode":true,"ipam":{"type":"host-local","dataDir":"$n/ipam","ranges":[[{"subnet":"$POD_NET.$i.0/24"}]],"routes":[{"dst":"0.0.0.0/0"}]}},{"type":"portmap","capabilities":{"portMappings":true}}]}
K
# cgroup v1 and no CAP_SYS_RESOURCE: failCgroupV1, cgroupsPerQOS, KubeletInUserNamespace and maxOpenFiles are for these two.
cat > "$n/kubelet.yaml" <<K
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
tlsCertFile: $P/node$i.crt
tlsPrivateKeyFile: $P/node$i.key
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $P/ca.crt}}
authorization: {mode: Webhook}
containerRuntimeEndpoint: unix://$n/containerd.sock
cgroupDriver: cgroupfs
cgroupRoot: /$CG
cgroupsPerQOS: false
enforceNodeAllocatable: []
failCgroupV1: false
failSwapOn: false
maxOpenFiles: 20000
featureGates: {KubeletInUserNamespace: true}
evictionHard: {"nodefs.available": "1%", "imagefs.available": "1%", "memory.available": "100Mi"}
imageGCHighThresholdPercent: 100
clusterDNS: [$NET.2]
clusterDomain: cluster.local
resolvConf: ""
podLogsDir: $n/podlogs
nodeStatusUpdateFrequency: 2s
nodeLeaseDurationSeconds: 8
K
done
