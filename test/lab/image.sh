#!/bin/bash
# image.sh ROOT.tar NAME CMD-JSON OUT.tar: wraps a root file system as a docker archive, which `ctr images import` reads:
# no container engine is needed to make an image.
set -euo pipefail
root=$1 name=$2 cmd=$3 out=$4
dir=$(mktemp -d "$(dirname "$out")/image.XXXXXX"); trap 'rm -rf "$dir"' EXIT
sha=$(sha256sum "$root" | cut -d' ' -f1)
mkdir "$dir/$sha"; ln "$root" "$dir/$sha/layer.tar" # the same file system: no second copy
printf '{"architecture":"%s","os":"linux","config":{"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],"Cmd":%s},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
  "$(dpkg --print-architecture)" "$cmd" "$sha" > "$dir/config.json"
printf '[{"Config":"config.json","RepoTags":["%s"],"Layers":["%s/layer.tar"]}]' "$name" "$sha" > "$dir/manifest.json"
tar -C "$dir" -cf "$out" manifest.json config.json "$sha/layer.tar"
