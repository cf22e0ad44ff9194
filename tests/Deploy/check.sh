#!/usr/bin/env bash
# Checks what is deployed, without a container and without a cluster: compose file and Dockerfile, workflows, every overlay of k8s/, and nginx with a
# real server behind it. Each check first proves on broken copies that it can fail.
#
#   tests/Deploy/check.sh [--without-proxy]
set -euo pipefail
cd "$(dirname "$0")/../.."
repository=$PWD

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp tests/Deploy/package.json tests/Deploy/*.mjs "$work"
(cd "$work" && npm install --no-audit --no-fund --no-package-lock --loglevel=error >npm.log 2>&1) || { cat "$work/npm.log"; exit 1; }

node "$work/compose.mjs" "$repository"
node "$work/proxy.mjs" "$repository"
node "$work/workflows.mjs" "$repository"

# In a copy, where the secrets that are never committed are made from their examples.
cp -r k8s "$work/k8s"
find "$work/k8s" -name '*.env.example' -exec sh -c 'cp "$1" "${1%.example}"' _ {} \;
version=$(kubectl version --client 2>/dev/null | grep -oE 'v1\.[0-9]+' | head -n 1)
if [ "${version#v1.}" -lt 21 ]; then
    # Debian's kubectl has a kustomize of 2019, which knows the same by other names.
    for file in "$work"/k8s/overlays/*/kustomization.yaml; do
        sed -i -E -e '/^  - \.\.\/\.\.\/base$/d' -e 's/^patches:/patchesStrategicMerge:/' -e 's/^  - path: /  - /' -e 's/envs: \["(.*)"\]/env: \1/' "$file"
        printf 'bases:\n  - ../../base\n' >>"$file"
    done
else
    # The overlay for a real cluster, with the component that has it observed.
    cp -r "$work/k8s/overlays/prod" "$work/k8s/overlays/prod-observed"
    printf 'components:\n  - ../../components/observability\n' >>"$work/k8s/overlays/prod-observed/kustomization.yaml"
fi
for overlay in "$work"/k8s/overlays/*/; do
    name=$(basename "$overlay")
    kubectl kustomize "$overlay" >"$work/$name.yaml"
    node "$work/kubernetes.mjs" "$name" "$work/$name.yaml"
done

[ "${1:-}" = --without-proxy ] || tests/Deploy/proxy.sh
