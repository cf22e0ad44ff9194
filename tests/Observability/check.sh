#!/usr/bin/env bash
# What people see of a running system: rules and their tests, routes of alerts, runbooks, dashboards; and a real Prometheus that scrapes a real silo under
# load, and is asked every query of every panel and rule.
#
#   tests/Observability/check.sh [--write]     --write writes the list of panels in docs/observability.md
set -euo pipefail
cd "$(dirname "$0")/../.."

rules=k8s/components/observability/rules/pos.yml
dashboards=k8s/components/observability/dashboards/dashboards.py
alertmanager=deploy/observability/alertmanager/alertmanager.yml
work=$(mktemp -d)
pids=()
clean_up() {
    local code=$?
    trap - EXIT
    for pid in "${pids[@]}"; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    [ "$code" = 0 ] || tail -n 20 "$work"/*.log >&2 || true
    rm -rf "$work"
    exit "$code"
}
trap clean_up EXIT
trap 'exit 130' INT TERM
fail() {
    echo "$1" >&2
    exit 1
}

"$dashboards" --check
promtool check rules "$rules" >"$work/promtool.log"
promtool check config deploy/observability/prometheus/prometheus.yml >>"$work/promtool.log"
promtool test rules tests/Observability/rules_test.yml >>"$work/promtool.log"
# The tests can fail: a higher threshold leaves an alert out.
mkdir -p "$work/broken/a/b" "$work/broken/k8s/components/observability/rules"
sed 's/pos:saga_oldest:seconds > 300/pos:saga_oldest:seconds > 30000/' "$rules" >"$work/broken/k8s/components/observability/rules/pos.yml"
cp tests/Observability/rules_test.yml "$work/broken/a/b"
! promtool test rules "$work/broken/a/b/rules_test.yml" >/dev/null 2>&1 || fail "The tests of the alerts notice nothing."

amtool check-config "$alertmanager" >"$work/amtool.log"
amtool config routes test --config.file "$alertmanager" --verify.receivers=pager alertname=PosSagaStuck severity=page >>"$work/amtool.log" 2>&1
amtool config routes test --config.file "$alertmanager" --verify.receivers=tickets alertname=PosJournalSlow severity=ticket >>"$work/amtool.log" 2>&1
for alert in $(sed -n 's/^ *- alert: //p' "$rules"); do
    [ -f "docs/runbooks/$alert.md" ] || fail "docs/runbooks/$alert.md is missing."
    grep -q "runbook_url: .*/docs/runbooks/$alert.md$" "$rules" || fail "$alert names no runbook of its own."
    [ "$(grep -A1 "alertname: $alert$" tests/Observability/rules_test.yml | grep -c 'exp_alerts:$')" -gt 0 ] || fail "No test lets $alert fire."
    [ "$(grep -A1 "alertname: $alert$" tests/Observability/rules_test.yml | grep -c 'exp_alerts: \[\]$')" -gt 0 ] || fail "No test keeps $alert quiet."
done
for page in docs/runbooks/Pos*.md; do
    grep -q "alert: $(basename "$page" .md)$" "$rules" || fail "$page is of no alert."
done

dotnet build -v q -nologo src/Silo >"$work/build.log" || fail "The silo does not build."
dotnet build -v q -nologo src/Cli >"$work/build.log" || fail "pos does not build."
silo=$(dotnet msbuild src/Silo -getProperty:TargetPath)
pos=$(dotnet msbuild src/Cli -getProperty:TargetPath)
read -r server probes prometheus <<<"$(python3 - <<'END'
import socket
ports = [socket.socket() for _ in range(3)]
for port in ports:
    port.bind(("127.0.0.1", 0))
print(*(port.getsockname()[1] for port in ports))
END
)"
POS_KEY=pos_$(openssl rand -hex 32)
export POS_KEY
dotnet "$silo" --environment=Development --Urls="http://127.0.0.1:$server" --Api:ProbesUrl="http://127.0.0.1:$probes" --Journal:Path="$work/data" \
    --Orleans:Endpoints:SiloPort=0 --Orleans:Endpoints:GatewayPort=0 --Api:Keys:0:Actor=operator --Api:Keys:0:Role=operator \
    --Api:Keys:0:Sha256="$(printf %s "$POS_KEY" | sha256sum | cut -d ' ' -f 1)" >"$work/silo.log" 2>&1 &
pids+=($!)
for round in $(seq 1 300); do
    curl -fs -o /dev/null "http://127.0.0.1:$probes/health/ready" && break
    kill -0 "${pids[0]}" 2>/dev/null || fail "The silo does not start."
    [ "$round" -lt 300 ] || fail "The silo does not become ready."
    sleep 0.2
done

# Everything as deployed, but each second.
sed 's/interval: 15s/interval: 1s/' "$rules" >"$work/rules.yml"
cat >"$work/prometheus.yml" <<END
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [$work/rules.yml]
scrape_configs:
  - job_name: pos-silo
    static_configs: [{ targets: ["127.0.0.1:$probes"] }]
END
prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/tsdb" --web.listen-address="127.0.0.1:$prometheus" --log.level=warn >"$work/prometheus.log" 2>&1 &
pids+=($!)
for round in $(seq 1 100); do
    curl -fs -G "http://127.0.0.1:$prometheus/api/v1/query" --data-urlencode 'query=up == 1' 2>/dev/null | grep -q 127.0.0.1 && break
    kill -0 "${pids[1]}" 2>/dev/null || fail "Prometheus does not start."
    [ "$round" -lt 100 ] || fail "Prometheus does not scrape the silo."
    sleep 0.2
done
dotnet "$pos" load --scenario hot --clients 64 --duration 4s --target "http://127.0.0.1:$server" >"$work/load.log" 2>&1 || fail "pos load hot fails."
dotnet "$pos" load --scenario checkout --clients 8 --duration 5s --target "http://127.0.0.1:$server" >>"$work/load.log" 2>&1 || fail "pos load checkout fails."
sleep 2
"$dashboards" --panels >"$work/panels.json"
tests/Observability/queries.py "http://127.0.0.1:$prometheus" "$work/panels.json" "$work/rules.yml" docs/observability.md "$@"
echo "Rules, routes, runbooks and dashboards are well."
