#!/bin/bash
# certs.sh: one CA, the API server's certificate, client certificates with kubeconfigs, the service account key. Kept.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/env.sh"
[ "$(cat "$P/done" 2>/dev/null)" = "$NET" ] && exit 0 # they name the addresses
rm -rf "$P"; mkdir -p "$P"; cd "$P"
q() { openssl "$@" 2>/dev/null; }
q req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj /CN=lab-ca -keyout ca.key -out ca.crt
server() { # name subject-alternative-names
  q req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr"
  q x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 -out "$1.crt" -extfile <(echo "subjectAltName=$2")
}
user() { "$here/user.sh" "$P" "$@" >/dev/null; }
server apiserver "DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local,IP:127.0.0.1,IP:$SERVICE_NET.1,IP:$NET.2"
user admin system:masters
user coredns system:masters # a name of its own keeps its list and watch out of the audit log
user system:kube-controller-manager
user system:kube-scheduler
user system:kube-proxy
for i in $NODES; do
  user "system:node:node$i" system:nodes
  server "node$i" "DNS:node$i,IP:$NET.1$i"
done
q genrsa -out sa.key 2048
echo "$NET" > done
