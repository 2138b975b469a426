#!/bin/bash
# program.sh NAME: becomes one program of the control plane. Started by control.sh, inside the lab's namespaces.
set -euo pipefail
. "$(dirname "$0")/env.sh"
case $1 in
  etcd) set -- etcd etcd --data-dir "$R/etcd" --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379
    set -- "$@" --listen-peer-urls http://127.0.0.1:2380 --unsafe-no-fsync ;;
  apiserver) set -- apiserver "$LAB/kube/kube" apiserver --etcd-servers http://127.0.0.1:2379 --service-cluster-ip-range "$SERVICE_NET.0/16"
    set -- "$@" --bind-address 0.0.0.0 --advertise-address "$NET.2" --endpoint-reconciler-type master-count --allow-privileged
    set -- "$@" --tls-cert-file "$P/apiserver.crt" --tls-private-key-file "$P/apiserver.key" --client-ca-file "$P/ca.crt"
    set -- "$@" --service-account-issuer https://kubernetes.default.svc --service-account-key-file "$P/sa.key" --service-account-signing-key-file "$P/sa.key"
    set -- "$@" --authorization-mode Node,RBAC --kubelet-client-certificate "$P/admin.crt" --kubelet-client-key "$P/admin.key"
    set -- "$@" --kubelet-preferred-address-types InternalIP # nodes have no name in DNS: exec and logs would fail
    set -- "$@" --audit-policy-file "$R/audit-policy.yaml" --audit-log-path "$R/log/audit.log" --audit-log-maxsize 4000 ;; # never rotated
  controller-manager) set -- controller-manager "$LAB/kube/kube" controller-manager --kubeconfig "$P/system:kube-controller-manager.kubeconfig"
    set -- "$@" --root-ca-file "$P/ca.crt" --service-account-private-key-file "$P/sa.key" --use-service-account-credentials
    set -- "$@" --leader-elect=false --node-monitor-grace-period 16s --kube-api-qps 200 --kube-api-burst 400 ;;
  scheduler) set -- scheduler "$LAB/kube/kube" scheduler --kubeconfig "$P/system:kube-scheduler.kubeconfig" --leader-elect=false ;;
  coredns) set -- coredns "$LAB/coredns/coredns" -conf "$R/Corefile" ;;
  *) echo "program.sh: no program $1" >&2; exit 2 ;;
esac
name=$1; shift
echo $$ > "$R/$name.pid" # of the lab's PID namespace, not the host's
exec "$@" >> "$R/log/$name.log" 2>&1
