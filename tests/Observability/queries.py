#!/usr/bin/env python3
"""queries.py PROMETHEUS PANELS.json RULES.yml DOCUMENT [--write]

Asks Prometheus every query of every panel, of every recording rule and of every alert (without its comparison). Each has to return a series, and only
finite values. DOCUMENT has to list every panel with its queries; --write writes that list, with the values that came back.
"""
import json
import math
import re
import sys
import urllib.parse
import urllib.request

BEGIN, END = "<!-- panels -->", "<!-- end of panels -->"


def ask(prometheus, query):
    query = query.replace("$__rate_interval", "1m")
    url = f"{prometheus}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            result = json.load(answer)["data"]["result"]
    except urllib.error.HTTPError as refused:
        return [], refused.read().decode()
    return [float(series["value"][1]) for series in result], None


def fault(values, refused):
    if refused:
        return f"is refused: {refused}"
    if not values:
        return "returns nothing"
    return None if all(map(math.isfinite, values)) else f"returns {values}"


def of_rules(text):
    """Records and alerts of the file, each on lines of their own."""
    for kind, name, query in re.findall(r"- (record|alert): (\S+)\n\s+expr: (.*)", text):
        if kind == "alert":
            for part in re.split(r"\s+(?:and|or)\s+", query):
                yield f"alert {name}", re.sub(r"\s*(?:>|<)\s*[\d.]+$", "", re.split(r"\s+<\s+max_over_time", part)[0])
        else:
            yield f"record {name}", query


def shown(values):
    if not values:
        return "–"
    texts = [f"{value:.3g}" for value in sorted(values, reverse=True)[:3]]
    return ", ".join(texts) + (f" … ({len(values)} series)" if len(values) > 3 else "")


def main():
    prometheus, panels_path, rules_path, document = sys.argv[1:5]
    panels, faults, rows, board = json.load(open(panels_path)), [], [], None
    for panel in panels:
        values = []
        for query in panel["queries"]:
            found, refused = ask(prometheus, query)
            values += found
            if wrong := fault(found, refused):
                faults.append(f"{panel['dashboard']}, {panel['title']}: {query} {wrong}")
        if panel["dashboard"] != board:
            board = panel["dashboard"]
            rows += ["", f"### {board}", "", "| Panel | Meaning | Unit | Query | Value in the test |", "| --- | --- | --- | --- | --- |"]
        queries = "<br>".join(f"`{query}`".replace("|", "\\|") for query in panel["queries"])
        rows.append(f"| {panel['title']} | {panel['meaning']} | {panel['unit']} | {queries} | {shown(values)} |")
    rules = list(of_rules(open(rules_path).read()))
    for name, query in rules:
        if wrong := fault(*ask(prometheus, query)):
            faults.append(f"{name}: {query} {wrong}")
    # The check can fail: a metric that nobody has, and a division by zero.
    if not fault(*ask(prometheus, "pos_no_such_metric")) or not fault(*ask(prometheus, "vector(0) / vector(0)")):
        faults.append("The check would notice nothing.")

    text = open(document).read()
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    if "--write" in sys.argv:
        open(document, "w").write(before + BEGIN + "\n" + "\n".join(rows).strip() + "\n" + END + after)
    else:
        # Values differ from run to run; everything else is compared.
        listed = {line.rsplit(" | ", 1)[0] for line in text.splitlines()}
        faults += [f"{document} does not list: {row}" for row in rows if row and row.rsplit(" | ", 1)[0] not in listed]
    if faults:
        sys.exit("\n".join(faults))
    print(f"{sum(len(panel['queries']) for panel in panels)} queries of {len(panels)} panels and {len(rules)} of rules return finite values.")


main()
