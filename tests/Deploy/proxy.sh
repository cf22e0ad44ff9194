#!/usr/bin/env bash
# The nginx of docker-compose.yml, with a certificate of its own making, in front of a real server and of one that is down:
# its configuration, TLS, browsers' origins, request ids, access log, limits, and what clients hear when no server is left.
set -euo pipefail
cd "$(dirname "$0")/../.."

work=$(mktemp -d)
silo=
proxy=
clean_up() {
    local code=$?
    trap - EXIT
    for pid in $proxy $silo; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    [ "$code" = 0 ] || tail -n 20 "$work"/*.log "$work/answer" >&2 || true
    rm -rf "$work"
    exit "$code"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

fail() {
    echo "$1" >&2
    exit 1
}

free_ports() {
    python3 - <<'END'
import socket
ports = [socket.socket() for _ in range(4)]
for port in ports:
    port.bind(("127.0.0.1", 0))
print(*(port.getsockname()[1] for port in ports))
END
}
read -r server down https health <<<"$(free_ports)"

# As it is deployed, but for addresses, paths, and limits that a test can reach.
mkdir "$work/nginx" "$work/certificates"
cp deploy/nginx/* "$work/nginx"
configuration=$work/nginx/nginx.conf
becomes() {
    grep -qF "$1" "$configuration" || fail "nginx.conf has no '$1' to replace."
    python3 -c 'import sys; path, old, new = sys.argv[1:]; text = open(path).read(); open(path, "w").write(text.replace(old, new))' "$configuration" "$1" "$2"
}
becomes '/tmp/' "$work/"
becomes 'server api:8080 max_fails=3 fail_timeout=5s;' "server 127.0.0.1:$down max_fails=3 fail_timeout=5s; server 127.0.0.1:$server max_fails=3 fail_timeout=1s;"
becomes 'listen 8443' "listen 127.0.0.1:$https"
becomes 'listen 127.0.0.1:8081' "listen 127.0.0.1:$health"
becomes '/certificates/' "$work/certificates/"
becomes '/dev/stdout' "$work/access.json"
becomes '/dev/stderr' "$work/error.log"
becomes 'rate=200r/s' 'rate=50r/s'
becomes 'burst=400' 'burst=50'
echo '"https://till.example.com" $http_origin;' >>"$work/nginx/cors-origins.conf"
check_configuration() {
    nginx -t -q -c "$configuration" -g "error_log $work/check.log;" >"$work/check.out" 2>&1
}

POS_HOST=pos.example.com sh deploy/nginx/certificate.sh "$work/certificates" >"$work/certificate.log"
sha256sum "$work"/certificates/* >"$work/before"
POS_HOST=other.example.com sh deploy/nginx/certificate.sh "$work/certificates" >>"$work/certificate.log"
sha256sum --quiet -c "$work/before" || fail "A certificate that lasts was replaced."

check_configuration || { cat "$work/check.out" "$work/check.log"; fail "nginx refuses its configuration."; }
sed -i 's/proxy_http_version/proxy_https_version/' "$configuration"
! check_configuration || fail "The check of the configuration notices nothing."
sed -i 's/proxy_https_version/proxy_http_version/' "$configuration"

dotnet build -v q -nologo src/Silo >"$work/build.log" || { cat "$work/build.log"; exit 1; }
program=$(dotnet msbuild src/Silo -getProperty:TargetPath)
key=pos_$(openssl rand -hex 32)
start_server() {
    # With the environment that the compose file gives the API.
    ASPNETCORE_FORWARDEDHEADERS_ENABLED=true Urls=http://127.0.0.1:$server Journal__Path=$work/data Api__WaitMax=00:00:20 \
        Orleans__Endpoints__SiloPort=0 Orleans__Endpoints__GatewayPort=0 Api__Keys__0__Actor=operator Api__Keys__0__Role=operator Api__Keys__0__Sha256=$(printf %s "$key" | sha256sum | cut -d ' ' -f 1) \
        dotnet "$program" >>"$work/server.log" 2>&1 &
    silo=$!
    for _ in $(seq 1 300); do
        curl -fs -o /dev/null "http://127.0.0.1:$server/health/ready" && return
        kill -0 "$silo" 2>/dev/null || fail "The server does not start."
        sleep 0.2
    done
    fail "The server does not become ready."
}
start_server
nginx -c "$configuration" -g 'daemon off;' >"$work/nginx.log" 2>&1 &
proxy=$!
for round in $(seq 1 300); do
    curl -fs -o /dev/null "http://127.0.0.1:$health/" && break
    kill -0 "$proxy" 2>/dev/null || fail "nginx does not start."
    [ "$round" -lt 300 ] || fail "nginx does not answer."
    sleep 0.1
done

base=https://pos.example.com:$https
ask() {
    curl -sS -i --max-time 20 --cacert "$work/certificates/ca.crt" --resolve "pos.example.com:$https:127.0.0.1" "$@" | tr -d '\r' >"$work/answer"
}
has() {
    grep -qE "$1" "$work/answer" || fail "$2: the answer has no '$1'."
}
has_not() {
    ! grep -qiE "$1" "$work/answer" || fail "$2: the answer has '$1'."
}
times() {
    [ "$(grep -ciE "$1" "$work/answer")" = "$2" ] || fail "$3: the answer has '$1' not $2 times."
}

# TLS by the certificate's name, and nothing older than 1.2.
ask -H "Authorization: Bearer $key" "$base/api/v1/stores/demo/stock/mug"
has '^HTTP/1.1 200' TLS
has '"available":25' TLS
has '^Strict-Transport-Security' "The API knows that the client came by TLS"
! curl -s -o /dev/null --resolve "pos.example.com:$https:127.0.0.1" "$base/" || fail "Whoever does not know the authority is let down by nothing."
! curl -s -o /dev/null -k --tls-max 1.1 --ciphers DEFAULT@SECLEVEL=0 "https://127.0.0.1:$https/" || fail "TLS 1.1 is taken."

# One id for a request, its trace and its line in the log; a trace that the client began stays the client's.
ask "$base/api/v1/stores/demo"
has '^HTTP/1.1 401' "No key"
id=$(sed -n 's/^X-Request-Id: //p' "$work/answer")
[[ $id =~ ^[0-9a-f]{32}$ ]] || fail "There is no request id."
has "\"traceId\":\"$id\"" "Request ids"
theirs=0af7651916cd43dd8448eb211c80319c
ask -H "traceparent: 00-$theirs-b7ad6b7169203331-01" -H 'X-Request-Id: forged' "$base/api/v1/stores/demo"
has "\"traceId\":\"$theirs\"" "The client's trace"
has_not forged "Request ids"
times '^x-request-id' 1 "Request ids"

# Origins: what is listed may, preflight and answer; others hear nothing of it.
ask -X OPTIONS -H 'Origin: https://till.example.com' -H 'Access-Control-Request-Method: POST' -H 'Access-Control-Request-Headers: idempotency-key' "$base/api/v1/orders"
has '^HTTP/1.1 204' Preflight
has '^Access-Control-Allow-Origin: https://till.example.com$' Preflight
has '^Access-Control-Allow-Headers: .*Idempotency-Key' Preflight
has '^Access-Control-Allow-Methods: .*PATCH' Preflight
ask -H 'Origin: https://till.example.com' -H "Authorization: Bearer $key" "$base/api/v1/stores/demo"
times '^access-control-allow-origin: https://till.example.com$' 1 Origins
has '^Access-Control-Expose-Headers: .*X-Request-Id' Origins
times '^vary: origin$' 1 Origins
ask -X OPTIONS -H 'Origin: https://evil.example.com' -H 'Access-Control-Request-Method: POST' "$base/api/v1/orders"
has_not '^access-control-' "Another origin"

# What is not for clients is not there, until published.conf says so.
for hidden in / /index.html /swagger-ui.css /openapi/v1.json /dashboard /dashboard/x /admin/verify /metrics; do
    ask -H "Authorization: Bearer $key" "$base$hidden"
    has '^HTTP/1.1 404' "$hidden"
done
ask "$base/problems/not-found"
has '^HTTP/1.1 200' "The page of a problem"

# A sale goes through, and its key with it.
sale='{"store":"demo","till":"till-1","lines":[{"sku":"mug","quantity":1}],"cash":{"amount":5000,"currency":"EUR"}}'
sell() {
    ask -H "Authorization: Bearer $key" -H 'Content-Type: application/json' -H "Idempotency-Key: $1" -d "$sale" "$base/api/v1/orders"
}
for sold in $(seq 1 6); do
    sell "sale-$sold"
    has '^HTTP/1.1 201' "A sale, with one of two servers down"
done

# For programs on the machines themselves; too large; whatever it says in the log, it stays one line.
ask -X POST -H "Authorization: Bearer $key" "$base/admin/verify"
has '^HTTP/1.1 404' "/admin from outside"
ask -X POST -H "Authorization: Bearer $key" "$base/%61dmin//verify"
has '^HTTP/1.1 404' "/admin from outside, in disguise"
head -c 300000 /dev/zero | tr '\0' ' ' >"$work/large"
ask -H "Authorization: Bearer $key" -H 'Idempotency-Key: large' -H 'Content-Type: application/json' --data-binary "@$work/large" "$base/api/v1/orders"
has '^HTTP/1.1 413' "A large body"
has '"code":"body-too-large"' "A large body"
ask -A $'one"two\tthree' "$base/api/v1/stores/x%0Ay%22?secret=1"
python3 - "$work/access.json" "$id" "$key" <<'END'
import json, sys
path, request, key = sys.argv[1:]
text = open(path).read()
lines = [json.loads(line) for line in text.splitlines()]
mine = [line for line in lines if line["request"] == request]
assert len(mine) == 1 and mine[0]["status"] == 401 and request in mine[0]["traceparent"], mine
assert any("," in line["upstream"] for line in lines), "no request was passed on from the server that is down"
assert key not in text and "secret" not in text, "the log has a key or a query"
assert lines[-1]["path"].endswith('x\ny"') and lines[-1]["agent"] == 'one"two\tthree', lines[-1]
END

# More than the limit: 429 with a problem and a time to come back, readable by a listed page.
curl -s -o /dev/null -k -Z --parallel-max 20 "https://127.0.0.1:$https/health/live?[1-30000]" 2>/dev/null &
flood=$!
for _ in $(seq 1 100); do
    ask -H 'Origin: https://till.example.com' "$base/health/live"
    grep -q '^HTTP/1.1 429' "$work/answer" && break
done
kill "$flood" 2>/dev/null || true
wait "$flood" 2>/dev/null || true
has '^HTTP/1.1 429' "The rate"
has '^Retry-After: 1$' "The rate"
has '^Content-Type: application/problem\+json' "The rate"
has '"code":"too-many-requests"' "The rate"
has '^Access-Control-Allow-Origin: https://till.example.com$' "The rate"
sleep 2

# No server left: 503 in the API's own words, at once; and well again by itself.
kill -9 "$silo"
wait "$silo" 2>/dev/null || true
for attempt in $(seq 1 5); do
    sell "sale-7"
    has '^HTTP/1.1 503' "No server left, attempt $attempt"
    has '^Content-Type: application/problem\+json' "No server left"
    has '"code":"outcome-unknown"' "No server left"
    has '^Retry-After: 1$' "No server left"
done
start_server
for _ in $(seq 1 300); do
    sell "sale-7"
    grep -q '^HTTP/1.1 201' "$work/answer" && break
    sleep 0.2
done
has '^HTTP/1.1 201' "The server is back"
ask -H "Authorization: Bearer $key" "$base/api/v1/stores/demo/stock/mug"
has '"available":18' "Every sale once"
echo "nginx does what docs/operations.md says, in front of a real server."
