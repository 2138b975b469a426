#!/bin/bash
# user.sh FOLDER NAME GROUP…: a client certificate for a user of these groups; prints the path of its kubeconfig.
# What the user may do is RBAC's; the audit log shows it by this name.
set -euo pipefail
. "$(dirname "$0")/env.sh"
mkdir -p "$1"; cd "$1"; name=$2; shift 2
subject=
for group in "$@"; do subject+="/O=$group"; done
q() { openssl "$@" 2>/dev/null; }
q req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "$subject/CN=$name" -keyout "$name.key" -out "$name.csr"
# A serial number of its own at random: with -CAcreateserial two at once would write one file.
q x509 -req -in "$name.csr" -CA "$P/ca.crt" -CAkey "$P/ca.key" -set_serial "0x$(openssl rand -hex 16)" -days 3650 -out "$name.crt"
cat > "$name.kubeconfig" <<K
{"apiVersion":"v1","kind":"Config","current-context":"lab","clusters":[{"name":"lab","cluster":{"server":"https://$NET.2:6443","certificate-authority-data":"$(base64 -w0 "$P/ca.crt")"}}],"contexts":[{"name":"lab","context":{"cluster":"lab","user":"$name"}}],"users":[{"name":"$name","user":{"client-certificate-data":"$(base64 -w0 "$name.crt")","client-key-data":"$(base64 -w0 "$name.key")"}}]}
K
echo "$PWD/$name.kubeconfig"
