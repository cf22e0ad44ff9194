#!/usr/bin/env python3
"""Every link, path, type, setting, event and problem code that the documents name exists in the tree.

    tests/Docs/check.py

A name in backticks is checked by its form. Before that the check proves on broken texts that it notices each kind of wrong name.
"""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("src", "tests", "docs", "bench", "deploy", "k8s", ".ci", ".github", ".devcontainer")
# Names of others' things, and files that the reader makes.
# docs/new-aggregate.md invents gift notes.
INVENTED = re.compile(r"^(new )?(Withdraw$|GiftNotes?|Golden/gift-note|Workload/Client\.GiftNotes|Checks/GiftNoteTrace)")
OTHERS = {"HttpContext.User", "System.Private.CoreLib", "docker-compose.override.yml"}


def tracked():
    out = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in out.stdout.splitlines() if (ROOT / name).exists()]


class Tree:
    def __init__(self):
        self.files = tracked()
        self.paths = set(self.files)
        for name in self.files:
            self.paths.update(str(parent) for parent in Path(name).parents)
        self.names = {Path(name).name for name in self.files}
        self.code = "\n".join(
            (ROOT / name).read_text(encoding="utf-8-sig", errors="replace") for name in self.files
            if name.startswith(("src/", "tests/", "bench/", "deploy/", "k8s/", ".ci/")) or "/" not in name
            if Path(name).suffix in {".cs", ".csproj", ".props", ".json", ".sql", ".txt", ".yml", ".yaml", ".conf", ".sh", ".mjs", ".js", ".py", ".example", ""}
            if name != "tests/Docs/check.py" and not name.endswith(".md"))
        self.words = set(re.findall(r"[A-Za-z_]\w*", self.code))
        self.texts = set(re.findall(r'"([a-z][a-z0-9]*(?:[.-][a-z0-9]+)+)"', self.code))


def anchors(text):
    text = re.sub(r"```.*?```", "", text, flags=re.S)
    return {re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).strip().replace(" ", "-") for heading in re.findall(r"^#+ (.+)$", text, re.M)}


def check(page, text, tree):
    faults = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("http://", "https://")):
            continue
        file, _, anchor = target.partition("#")
        path = (ROOT / page).parent / file if file else ROOT / page
        if not path.exists():
            faults.append(f"{page}: the link {target} leads nowhere")
        elif anchor and path.suffix == ".md" and anchor not in anchors(path.read_text(encoding="utf-8")):
            faults.append(f"{page}: {file or page} has no heading #{anchor}")
    prose = re.sub(r"```.*?```", "", text, flags=re.S)
    for name in re.findall(r"`([^`\n]+)`", prose):
        fault = wrong(name, tree)
        if fault:
            faults.append(f"{page}: `{name}` {fault}")
    return faults


def wrong(name, tree):
    bare = name.rstrip("/")
    if bare in OTHERS or INVENTED.match(bare):
        return None
    if re.fullmatch(r"[\w.-]+(/[\w.*-]+)+", bare) and bare.split("/")[0] in FOLDERS:
        known = bare in tree.paths or ("*" in bare and list(ROOT.glob(bare)))
        return None if known or bare.startswith("tests/") and f"{bare}.cs" in tree.paths else "is no path"
    if re.fullmatch(r"[\w.-]+\.(cs|sh|sql|txt|conf|mjs|py|csproj|props|yml|yaml)", bare):
        return None if bare in tree.names else "is no file"
    # A setting: Pos:Grains:WakeUpPoll, Journal__Path, …:GatewayPort.
    setting = re.fullmatch(r"(?:--)?(?:…?(?:\w+)?(?::|__))+(\w+)(?:=.*)?", bare)
    if setting:
        return None if setting[1] in tree.words or setting[1].isdigit() else "is no setting"
    # A type or member: OrderSaga, Limits.ClockSkewMax, Owed(state), EventSourcedGrain<TState, TEvent>.
    if re.fullmatch(r"[A-Z]\w*(?:\.[A-Z]\w*)*(?:<[\w, ]+>)?(?:\([^)]*\))?", bare) and re.search(r"[a-z]", bare):
        parts = re.sub(r"<.*?>|\(.*\)", "", bare).split(".")
        lost = [part for part in parts if part not in tree.words]
        return f"names {lost[0]}, which is in no source" if lost else None
    # An event or a problem code: order.placed, no-card-provider.
    if re.fullmatch(r"(order|cart|payment|stock|return|store|product|barcode)\.[a-z]+(-[a-z]+)*", bare):
        return None if bare in tree.texts else "is no event"
    return None


def proves_that_it_fails(tree):
    for text, expected in [
        ("[x](docs/nowhere.md)", "leads nowhere"), ("[x](README.md#no-such-heading)", "has no heading"), ("`src/Grains/Nowhere`", "is no path"),
        ("`tests/Deploy/none.sh`", "is no path"), ("`OrderFairy`", "is in no source"), ("`Limits.FairiesMax`", "is in no source"),
        ("`Pos:Grains:FairyPoll`", "is no setting"), ("`Journal__Fairy`", "is no setting"), ("`order.enchanted`", "is no event"), ("`Fairy.cs`", "is no file"),
    ]:
        if not any(expected in fault for fault in check("README.md", text, tree)):
            sys.exit(f"The check does not notice that {text} {expected}.")


def main():
    tree = Tree()
    proves_that_it_fails(tree)
    pages = [name for name in tree.files if name.endswith(".md") and ("/" not in name or name.startswith("docs/"))]
    faults = [fault for page in pages for fault in check(page, (ROOT / page).read_text(encoding="utf-8"), tree)]
    if faults:
        sys.exit("\n".join(faults))
    print(f"{len(pages)} documents name nothing that is not there.")


if __name__ == "__main__":
    main()
