#!/usr/bin/env python3
"""The dashboards of Grafana, as code; and the rules of Prometheus as the object that its operator takes.

    dashboards.py            writes one JSON file for each dashboard beside this program, and ../prometheus-rule.yaml from ../rules/pos.yml
    dashboards.py --check    fails when a file is not what this program would write
    dashboards.py --panels   prints every panel as JSON: for the test that asks each query, and for docs/observability.md

A panel is (title, unit of Grafana, queries by legend, meaning). Queries use $__rate_interval, which Grafana replaces.
"""
import json
import pathlib
import sys

API = 'http_route=~"/api/v1/.*"'
RATE = "[$__rate_interval]"


def selected(metric, where):
    return f"{metric}{{{where}}}" if where else metric


def p99(metric, by="", where=""):
    labels = f"le, {by}" if by else "le"
    return f"histogram_quantile(0.99, sum by ({labels}) (rate({selected(metric + '_bucket', where)}{RATE})))"


def p50(metric, by="", where=""):
    return p99(metric, by, where).replace("0.99", "0.5")


def rate(metric, by="", where=""):
    total = f"sum by ({by})" if by else "sum"
    return f"{total} (rate({selected(metric, where)}{RATE}))"


def or_zero(query):
    """A counter of failures has no series before the first failure."""
    return f"{query} or on() vector(0)"


DASHBOARDS = {
    "shop": ("Shop", [
        ("Orders", "ops", {"{{verdict}}": rate("pos_orders_duration_seconds_count", "verdict")}, "Orders that reached a verdict, a second."),
        ("Revenue", "none", {"{{currency}}": f"sum by (currency) (increase(pos_orders_revenue_total[1h]))"},
         "Gross of confirmed orders in the last hour, in whole units of the currency. Returns do not reduce it."),
        ("Time to the verdict", "s", {"p99": p99("pos_orders_duration_seconds"), "p50": p50("pos_orders_duration_seconds")},
         "From the moment an order is placed to CONFIRMED or CANCELLED."),
        ("Cancelled orders by reason", "ops", {"{{reason}}": or_zero(rate("pos_orders_duration_seconds_count", "reason", 'verdict="cancelled"'))},
         "The refusal that ended an order, or `asked` when somebody cancelled it."),
        ("In checkout now", "none", {"{{step}}": 'sum by (step) (pos_saga_open{saga="order"})'}, "Orders that owe something, by the step that is owed."),
        ("Refusals by code", "ops", {"{{category}} {{code}}": or_zero(rate("pos_grains_refusals_total", "category, code"))},
         "Commands that a grain refused. `InsufficientStock` of `stock` means that customers want more than is there."),
        ("Holds", "ops", {"{{type}}": rate("pos_grains_events_total", "type", 'category="stock"')},
         "Events of stock: holds taken, committed, released and expired, goods received."),
        ("Returns and carts", "ops", {"{{category}}": or_zero(rate("pos_grains_events_total", "category", 'category=~"return|cart|payment"'))},
         "Events of carts, returns and payments."),
    ]),
    "sagas": ("Sagas", [
        ("Open sagas", "none", {"{{saga}} {{step}}": "sum by (saga, step) (pos_saga_open)"}, "Sagas that owe something, by kind and by the step that is owed."),
        ("Oldest open saga", "s", {"{{saga}}": "max by (saga) (pos_saga_oldest_seconds)"},
         "How long the oldest saga has owed something without a pause. Minutes mean that a step is refused again and again."),
        ("Time of a step", "s", {"{{saga}} {{step}}": p99("pos_saga_step_duration_seconds", "saga, step")}, "p99 of one attempt at a step, waits for other grains and the disk included."),
        ("Steps by outcome", "ops", {"{{outcome}}": rate("pos_saga_step_duration_seconds_count", "outcome")},
         "`recorded`: done. `later`: no answer, repeated after a pause. `failed`: an exception, repeated after a pause."),
        ("Sagas that ended", "ops", {"{{saga}} {{state}}": rate("pos_saga_ended_total", "saga, state")}, "Sagas that owe nothing any more, by their last state."),
        ("Lag of wake-ups", "s", {"{{category}}": or_zero(p99("pos_wake_ups_lag_seconds", "category") + " >= 0")},
         "p99 from the time at which a wake-up is due to its claim. Half a second is the poll."),
        ("Wake-ups without an answer", "ops", {"{{category}}": or_zero(rate("pos_wake_ups_total", "category", 'answered="False"'))}, "They come again when their lease has run out."),
    ]),
    "hot-items": ("Hot items", [
        ("Decisions waiting on one item", "none", {"{{item}}": "topk(10, max by (item) (pos_stock_waiting))"},
         "The most decisions on an item that waited for the disk together since the last scrape. Only items with 8 and more have a series."),
        ("Refused for want of stock", "ops", {"refused": or_zero(rate("pos_grains_refusals_total", "", 'category="stock",code="InsufficientStock"'))}, "Reservations beyond what is available."),
        ("Reservations", "ops", {"reserved": rate("pos_grains_events_total", "", 'category="stock",type="stock.reserved"')}, "Holds taken a second, of all items."),
    ]),
    "silo": ("Silo", [
        ("Silos and APIs that answer", "none", {"{{job}}": 'sum by (job) (up{job=~"pos-.*"})'}, "Targets that Prometheus can scrape."),
        ("Activations", "none", {"{{grain_type}}": 'sum by (grain_type) (orleans_catalog_activations{grain_type!~"sys.*"})'}, "Grains in memory, by type."),
        ("Activations made", "ops", {"{{grain_type}}": rate("orleans_catalog_activation_created_total", "grain_type", 'grain_type!~"sys.*"')}, "A high rate of `stock` means that items are collected too early."),
        ("Time of calls", "ms", {"p99": p99("orleans_app_requests_latency_milliseconds"), "p50": p50("orleans_app_requests_latency_milliseconds")}, "Calls of grains, from sending to the answer."),
        ("Events committed", "ops", {"events": rate("pos_journal_events_total")}, "Events that are on disk, a second."),
        ("Time of a batch", "s", {"p99": p99("pos_journal_batch_duration_seconds", "instance"), "p50": p50("pos_journal_batch_duration_seconds", "instance")},
         "From taking a batch to telling its callers: the transaction, the commit and the sync."),
        ("Events in a batch", "none", {"mean": f"sum (rate(pos_journal_batch_events_sum{RATE})) / sum (rate(pos_journal_batch_events_count{RATE}))"},
         "Decisions that share one disk write. It grows with the load."),
        ("Queue of the journal", "none", {"{{instance}}": "max by (instance) (pos_journal_queue_events)"}, "Events that wait for the disk. At `Journal:QueueEventsMax` requests get 503."),
        ("Failures of the journal", "ops", {"{{kind}}": or_zero(rate("pos_journal_failures_total", "kind"))}, "Failures of the store by kind, see operations.md."),
        ("Activations that lost the journal", "ops", {"{{category}} {{result}}": or_zero(rate("pos_grains_poisoned_total", "category, result"))}, "`Conflict` is expected while silos come and go; another result means trouble with the store."),
        ("Processor", "none", {"{{instance}}": f"sum by (instance) (rate(dotnet_process_cpu_time_seconds_total{RATE}))"}, "Cores in use."),
        ("Memory", "bytes", {"{{instance}}": "max by (instance) (dotnet_process_memory_working_set_bytes)"}, "Working set."),
        ("Pauses of the collector", "percentunit", {"{{instance}}": f"sum by (instance) (rate(dotnet_gc_pause_time_seconds_total{RATE}))"}, "Share of time in which garbage collection stops the process."),
        ("Queue of the thread pool", "none", {"{{instance}}": "max by (instance) (dotnet_thread_pool_queue_length_total)"}, "Work items that wait for a thread. A growing queue means blocked threads."),
    ]),
    "outside": ("Streams and outside", [
        ("Events that the views lack", "none", {"{{instance}}": "max by (instance) (pos_feed_lag)"}, "Events in the journal that the views of a silo (product search, barcodes) have not read."),
        ("Events delivered to consumers", "ops", {"events": or_zero(rate("pos_streams_delivered_total"))}, "Events of the journal that a silo put before the consumers of its streams. 0 while `Pos:Streams:Enabled` is `false`."),
        ("Consumers that met an event they cannot take", "none", {"{{consumer}}": or_zero("sum by (consumer) (increase(pos_streams_poison_total[1h]))")}, "Events that parked their subscription in the last hour, see streams.md."),
        ("Calls of the payment provider", "ops", {"{{operation}} {{answer}}": rate("pos_payments_call_duration_seconds_count", "operation, answer")}, "`Unknown`, `NotSent`, `TimedOut` and `Failed` are failures."),
        ("Time of a call of the provider", "s", {"{{operation}}": p99("pos_payments_call_duration_seconds", "operation")}, "p99 of one call, repetitions apart."),
        ("Calls repeated", "ops", {"{{operation}}": or_zero(rate("pos_payments_retries_total", "operation"))}, "Calls that did nothing and were repeated at once."),
        ("Changes of the circuit breaker", "ops", {"{{state}}": or_zero(rate("pos_payments_breaker_total", "state"))}, "`open`: the provider failed too often and is left alone."),
    ]),
    "slo": ("SLO", [
        ("Requests", "reqps", {"{{http_response_status_code}}": rate("http_server_request_duration_seconds_count", "http_response_status_code", API)}, "Requests of the API by status."),
        ("Share of failures", "percentunit", {"5 min": "pos:api_failures:ratio_rate5m", "1 h": "pos:api_failures:ratio_rate1h", "6 h": "pos:api_failures:ratio_rate6h"},
         "Requests answered with 5xx. The objective is 99.9 % without: 0.1 % in the long run."),
        ("Burn of the error budget", "none", {"5 min": "pos:api_failures:ratio_rate5m / 0.001", "1 h": "pos:api_failures:ratio_rate1h / 0.001"},
         "1 uses the month's budget up in a month; 14.4 uses 2 % of it in an hour."),
        ("Time of a request", "s", {"p99": p99("http_server_request_duration_seconds", "", API), "p50": p50("http_server_request_duration_seconds", "", API)}, "The objective is p99 below 500 ms."),
        ("Slower than 500 ms", "percentunit", {"5 min": "pos:api_slow:ratio_rate5m"}, "Share of requests above 500 ms; the objective is 1 %."),
        ("Time by route", "s", {"{{http_route}}": f"topk(10, {p99('http_server_request_duration_seconds', 'http_route', API)})"}, "p99 of the ten slowest routes."),
        ("Requests under way", "none", {"{{instance}}": "sum by (instance) (http_server_active_requests)"}, "Requests that have no answer yet."),
    ]),
}


def panel(number, title, unit, queries, meaning):
    return {
        "id": number,
        "type": "timeseries",
        "title": title,
        "description": meaning,
        "datasource": {"type": "prometheus", "uid": "${datasource}"},
        "gridPos": {"h": 8, "w": 12, "x": 12 * ((number - 1) % 2), "y": 8 * ((number - 1) // 2)},
        "fieldConfig": {"defaults": {"unit": unit, "min": 0, "custom": {"fillOpacity": 10, "showPoints": "never"}}, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom", "showLegend": True}, "tooltip": {"mode": "multi", "sort": "desc"}},
        "targets": [
            {"refId": chr(ord("A") + i), "expr": expr, "legendFormat": legend, "datasource": {"type": "prometheus", "uid": "${datasource}"}, "exemplar": True}
            for i, (legend, expr) in enumerate(queries.items())
        ],
    }


def dashboard(uid, title, panels):
    return {
        "uid": f"pos-{uid}",
        "title": f"Pos.Orleans: {title}",
        "tags": ["pos"],
        "timezone": "browser",
        "schemaVersion": 39,
        "version": 1,
        "refresh": "10s",
        "time": {"from": "now-30m", "to": "now"},
        "editable": False,
        "graphTooltip": 1,
        "templating": {"list": [{"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus", "current": {}, "hide": 0}]},
        "annotations": {"list": []},
        "links": [{"title": "Dashboards", "type": "dashboards", "tags": ["pos"], "asDropdown": True, "includeVars": True, "keepTime": True}],
        "panels": [panel(i + 1, *one) for i, one in enumerate(panels)],
    }


RULE = """# Written by dashboards.py from rules/pos.yml.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: pos
  labels:
    app.kubernetes.io/name: pos
spec:
"""


def texts(here):
    """Every file that is written, with its text."""
    for uid, (title, panels) in DASHBOARDS.items():
        yield here / f"pos-{uid}.json", json.dumps(dashboard(uid, title, panels), indent=1, ensure_ascii=False) + "\n"
    rules = (here.parent / "rules" / "pos.yml").read_text().splitlines()
    yield here.parent / "prometheus-rule.yaml", RULE + "".join(f"  {line}\n" for line in rules if not line.startswith("#"))


def main():
    here = pathlib.Path(__file__).parent
    if "--panels" in sys.argv:
        print(json.dumps([
            {"dashboard": title, "title": one[0], "unit": one[1], "queries": list(one[2].values()), "meaning": one[3]}
            for title, panels in DASHBOARDS.values() for one in panels]))
        return
    for path, text in texts(here):
        if "--check" in sys.argv:
            if not path.exists() or path.read_text() != text:
                sys.exit(f"{path.name} is not what dashboards.py writes: run k8s/components/observability/dashboards/dashboards.py.")
        else:
            path.write_text(text)


main()
