#!/bin/bash
# template.sh: unpacks the image once into a containerd root that every node starts from as hard links. 11 s, then kept.
set -euo pipefail
. "$(dirname "$0")/env.sh"
stamp=$(cat "$LAB/img/galera.tar.stamp")
[ -d "$T" ] && [ "$(cat "$T.stamp" 2>/dev/null)" = "$stamp" ] && exit 0
echo "unpack: $IMAGE"
rm -rf "$T" "$T.partial"
dir=$(mktemp -d)
printf 'version = 2\nroot = "%s"\nstate = "%s/state"\n[grpc]\n  address = "%s/sock"\n' "$T.partial" "$dir" "$dir" > "$dir/config.toml"
containerd -c "$dir/config.toml" > "$dir/log" 2>&1 & pid=$!
trap 'kill $pid 2>/dev/null || true; wait $pid || true; rm -rf "$dir"' EXIT
until ctr -a "$dir/sock" version >/dev/null 2>&1; do kill -0 $pid || { cat "$dir/log" >&2; exit 1; }; sleep .1; done
ctr -a "$dir/sock" -n k8s.io images import "$LAB/img/galera.tar" >/dev/null
ctr -a "$dir/sock" -n k8s.io images tag "$IMAGE" "$PAUSE" >/dev/null # it sleeps for ever, all that a pause image must do
kill $pid; wait $pid || true
mv "$T.partial" "$T"
echo "$stamp" > "$T.stamp"
