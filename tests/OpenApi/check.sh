#!/usr/bin/env bash
# Takes the API's document from a running server, lints it, generates a TypeScript client from it and compiles that strictly.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=$PWD/tests/OpenApi

work=$(mktemp -d)
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
dotnet build -v q -nologo src/Silo
program=$(dotnet msbuild src/Silo -getProperty:TargetPath)
dotnet "$program" "--Urls=http://127.0.0.1:$port" --Orleans:Endpoints:SiloPort=0 --Orleans:Endpoints:GatewayPort=0 "--Journal:Path=$work/data" >"$work/server.log" 2>&1 &
server=$!
cleanup() {
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT

for _ in $(seq 1 300); do
    curl -fs -o /dev/null "http://127.0.0.1:$port/health/ready" && break
    kill -0 "$server" 2>/dev/null || { cat "$work/server.log"; exit 1; }
    sleep 0.2
done
curl -fsS -o "$work/openapi.json" "http://127.0.0.1:$port/openapi/v1.json"
cp "$here"/package.json "$here"/redocly.yaml "$here"/tsconfig.json "$here"/uses.ts "$work"

cd "$work"
npm install --no-audit --no-fund --no-package-lock --loglevel=error >"$work/npm.log" 2>&1 || { cat "$work/npm.log"; exit 1; }
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
# The recommended rules warn of some things: here a warning counts.
npx redocly lint --config redocly.yaml --format=codeframe --max-problems=50 openapi.json >"$work/lint.log" 2>&1 || { cat "$work/lint.log"; exit 1; }
if grep -qE '^\[[0-9]+\]|[1-9][0-9]* warning' "$work/lint.log"; then
    cat "$work/lint.log"
    exit 1
fi
npx openapi-typescript openapi.json --output api.ts >"$work/types.log" 2>&1 || { cat "$work/types.log"; exit 1; }
npx tsc --project tsconfig.json
echo "The API's document is clean, and its TypeScript client compiles strictly."
