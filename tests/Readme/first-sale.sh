#!/usr/bin/env bash
# Starts the server with the README's command and runs the README's "first sale" as it is written, on a free port and a new journal, and with
# more patience: on a slow machine too an order is answered when it has ended.
set -euo pipefail
cd "$(dirname "$0")/../.."

work=$(mktemp -d)
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
command=$(sed -n 's/^\(dotnet run --project src\/Silo\).*/\1/p' README.md)
[ -n "$command" ] || { echo "README.md does not say how to start the server"; exit 1; }

$command -- "--Urls=http://127.0.0.1:$port" "--Journal:Path=$work/data" --Orleans:Endpoints:SiloPort=0 --Orleans:Endpoints:GatewayPort=0 --Api:WaitMax=00:00:20 >"$work/server.log" 2>&1 &
server=$!
cleanup() {
    # dotnet run is the parent of the server: both go, by their process ids.
    pkill -P "$server" 2>/dev/null || true
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT

# The README's command builds first, if nobody has.
for round in $(seq 1 1500); do
    curl -fs -o /dev/null "http://127.0.0.1:$port/health/ready" && break
    [ "$round" -lt 1500 ] || { echo "The server does not become ready."; cat "$work/server.log"; exit 1; }
    kill -0 "$server" 2>/dev/null || { cat "$work/server.log"; exit 1; }
    sleep 0.2
done

# The key as the README's reader takes it: the line that the server shows, which may come a moment after it is ready.
for _ in $(seq 1 300); do
    grep -o 'export POS_KEY=[^ ]*' "$work/server.log" >"$work/key.sh" && break
    sleep 0.2
done
[ -s "$work/key.sh" ] || { echo "The server shows no key."; cat "$work/server.log"; exit 1; }

awk '/^## Your first sale/ { on = 1 } /^## Where to go on/ { on = 0 } on && /^```sh/ { code = 1; next } /^```/ { code = 0 } on && code' README.md |
    sed -e "s#localhost:5080#127.0.0.1:$port#g" -e 's/curl /curl -sS /' >"$work/sale.sh"
cat "$work/key.sh" "$work/sale.sh" | bash -e >"$work/answers" 2>&1 || { cat "$work/answers"; exit 1; }

expect() {
    grep -q "$1" "$work/answers" || { echo "The README's first sale did not answer $1:"; cat "$work/answers"; exit 1; }
}
expect '201 Created'
expect '"state":"CONFIRMED"'
expect '"change":{"amount":2170,"currency":"EUR"}'
expect '"available":23'
expect '409 Conflict'
expect '"code":"insufficient-stock"'
expect '"onHand":13'
expect '"state":"COMPLETED"'
echo "The README's first sale works as written."
