#!/usr/bin/env bash
# Replays a retailer's days, through carts, with cards and in cash, while the server is killed (SIGKILL) three times and started again.
# The replay must carry on by itself, the API and the file must agree to the penny, and the journal must verify, with the payment
# provider's ledger, inside the server and in its files.
#
#   tests/Chaos/replay-with-kill.sh [FILE]
#
# FILE   the shop's CSV; ../shared/data/online-retail-10k.csv by default
# SEED   chooses port and moments of death; printed, random by default
# TILLS  tills that ring at once; 16 by default
#
# The server dies when the replay has got as far as chosen, not after a while: a fast machine and a slow one see the same deaths.
set -euo pipefail
cd "$(dirname "$0")/../.."

file=$(realpath "${1:-../shared/data/online-retail-10k.csv}")
tills=${TILLS:-16}
seed=${SEED:-$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')}
echo "seed $seed (SEED=$seed repeats it)"
RANDOM=$seed

[ -f "$file" ] || { echo "There is no file $file." >&2; exit 2; }

work=$(mktemp -d)
server=
replay=

clean_up() {
    local code=$?
    trap - EXIT
    for pid in $replay $server; do
        kill -9 "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    if [ "$code" = 0 ]; then
        rm -rf "$work"
    else
        echo "FAILED (seed $seed). The server's and the replay's words are in $work" >&2
        tail -n 15 "$work"/*.log >&2 || true
    fi
    exit "$code"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

fail() {
    echo "$1" >&2
    exit 1
}

dotnet build src/Silo -c Release -v q -nologo
dotnet build src/Cli -c Release -v q -nologo
silo=$(dotnet msbuild src/Silo -getProperty:TargetPath -p:Configuration=Release)
pos=$(dotnet msbuild src/Cli -getProperty:TargetPath -p:Configuration=Release)

# Below the ports that the system hands out to clients: one of those could sit on the server's port while it is dead.
port=
for _ in $(seq 100); do
    port=$((20000 + RANDOM % 10000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
done
url=http://127.0.0.1:$port

export POS_KEY=chaos-$seed-$RANDOM$RANDOM
key_hash=$(printf %s "$POS_KEY" | sha256sum | cut -d ' ' -f 1)

start_server() {
    # In Development, where the simulated provider takes cards and its ledger may lie in a temporary folder.
    dotnet "$silo" --environment=Development --Urls="$url" --Orleans:Endpoints:SiloPort=0 --Orleans:Endpoints:GatewayPort=0 --Pos:Demo=false --Journal:Path="$work/data" \
        --Api:Keys:0:Actor=chaos --Api:Keys:0:Role=operator --Api:Keys:0:Sha256="$key_hash" >>"$work/server.log" 2>&1 &
    server=$!
}

kill_server() {
    kill -9 "$server"
    wait "$server" 2>/dev/null || true
}

wait_until_ready() {
    curl -sf -o /dev/null --retry 120 --retry-delay 1 --retry-all-errors "$url/health/ready" || fail "The server does not become ready."
}

# The report of a verification: nothing violated, nothing left open, and the provider's ledger compared for at least every card.
check_report() {
    python3 - "$1" "$cards" <<'CHECK' || fail "$1 is not as it has to be."
import json, sys
report, cards = json.load(open(sys.argv[1])), int(sys.argv[2])
broken = [rule for rule in report["invariants"] if rule["violations"]]
if not report["ok"] or broken:
    sys.exit("violations: " + json.dumps(broken, indent=2))
left = {what: report["open"][what] for what in ("orders", "returns", "payments", "holds")}
if any(left.values()):
    sys.exit(f"left open: {left}")
compared = next(rule["checked"] for rule in report["invariants"] if rule["name"] == "provider-ledger")
if not report["cards"]["isCompared"] or compared < cards:
    sys.exit(f"the provider's ledger was compared for {compared} payments of {cards} cards")
print(f"everything holds: {report['events']} events, {compared} payments equal in the provider's ledger")
CHECK
}

check_json() {
    grep -qF "\"$2\": \"$3\"" "$1" || fail "$1: $2 is not $3: $(grep -F "\"$2\"" "$1" || echo missing)"
}

# Three per cents of all invoices, at least ten apart, the last far enough from the end for the replay to notice.
moments=($((5 + RANDOM % 16)) $((31 + RANDOM % 16)) $((57 + RANDOM % 24)))
echo "the server dies at ${moments[*]} % of the invoices"

start_server
wait_until_ready
dotnet "$pos" import-retail "$file" --url "$url" 2>>"$work/import.log"

mkfifo "$work/progress"
dotnet "$pos" replay "$file" --tills "$tills" --url "$url" --json >"$work/replay.json" 2>"$work/progress" &
replay=$!
deaths=0
while IFS= read -r line; do
    echo "$line" >>"$work/replay.log"
    if [[ $line =~ ^replay\ ([0-9]+)/([0-9]+)\  ]] && ((deaths < ${#moments[@]})) \
        && ((BASH_REMATCH[1] * 100 >= moments[deaths] * BASH_REMATCH[2])); then
        # The last line is written when nothing is left to do: a death then would prove nothing.
        ((BASH_REMATCH[1] < BASH_REMATCH[2])) || fail "The replay was over before death $((deaths + 1))."
        kill_server
        deaths=$((deaths + 1))
        echo "death $deaths at ${BASH_REMATCH[1]} of ${BASH_REMATCH[2]} invoices"
        start_server
    fi
done <"$work/progress"
code=0
wait "$replay" || code=$?
replay=
cat "$work/replay.json"
[ "$deaths" = ${#moments[@]} ] || fail "The server died $deaths times, not ${#moments[@]}."
[ "$code" = 0 ] || fail "The replay exited with $code."
check_json "$work/replay.json" difference 0.00
if [ "$(basename "$file")" = online-retail-10k.csv ]; then
    check_json "$work/replay.json" gross 184248.33
    check_json "$work/replay.json" returns -3580.58
    check_json "$work/replay.json" charged 39335.25
fi
retries=$(sed -n 's/.*"retries": \([0-9]*\).*/\1/p' "$work/replay.json")
[ "${retries:-0}" -gt 0 ] || fail "The replay never noticed that the server was gone."

# The replay may have ended before the server, started for the last time, listened again.
wait_until_ready
echo "a second replay, with other tills, changes nothing:"
dotnet "$pos" replay "$file" --tills 5 --url "$url" --json >"$work/again.json" 2>>"$work/replay.log" || fail "The second replay exited with $?."
check_json "$work/again.json" difference 0.00
for figure in carts cards charged declined receipts; do
    [ "$(grep -F "\"$figure\"" "$work/again.json")" = "$(grep -F "\"$figure\"" "$work/replay.json")" ] || fail "The second replay has other $figure."
done
cards=$(sed -n 's/.*"cards": \([0-9]*\).*/\1/p' "$work/replay.json")

[ -r "/proc/$server/status" ] && grep -E '^Vm(HWM|RSS)' "/proc/$server/status"

echo "verified inside the server:"
dotnet "$pos" verify --url "$url" --json >"$work/verified.json" || true
check_report "$work/verified.json"

kill -TERM "$server"
wait "$server" || fail "The server did not stop well: $?."
server=
echo "verified in its files:"
dotnet "$pos" verify --data "$work/data" --json >"$work/files.json" || true
check_report "$work/files.json"
echo "PASSED (seed $seed)"
