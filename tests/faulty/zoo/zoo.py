#!/usr/bin/env python3
"""The default gate against the zoo: which planted bug is caught, by what, and is it named rightly?

  zoo.py CONVGAUGE PLUGIN_FOLDER GATE.json [--table ZOO.md] [--update] [--only REGEX] [--jobs N]

Every backend of every plugin in the folder runs through the gate until its first failure. Fails
where a bug that ZOO.md says is caught no longer is, where a right one (kind "none") is accused,
where less than 98% are caught or less than 80% of the specification errors are named rightly, and
where ZOO.md says of a bug what this run does not (--update writes it).
"""
import argparse
import collections
import concurrent.futures
import ctypes
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

DEFECTS = ("differs", "trespass", "died", "timed_out", "failed")
CAUGHT_GOAL, NAMED_GOAL = 0.98, 0.80
KINDS = ["specification", "tiling", "numeric", "memory", "state", "transform"]


def bugs_of(plugin):
    """The rows of a plugin's table: name, kind, source, story, says."""
    words = ctypes.CDLL(str(plugin)).zoo_words
    words.restype = ctypes.c_char_p
    rows = []
    while words(len(rows), 0) is not None:
        name, kind, source, story, says = (words(len(rows), field).decode() for field in range(5))
        rows.append(
            {
                "name": name,
                "kind": kind,
                "source": source,
                "story": story,
                "says": says,
                "plugin": plugin,
            }
        )
    return rows


def run(options, bugs, plugins):
    """The record of each bug's first failure, by name; and how many of its cases came before."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = [
            options.convgauge,
            "verify",
            options.gate,
            "--first-failures",
            "--no-shrink",
            "--threads",
            "2",
            "--out",
            folder,
            "--backends",
            ",".join(b["name"] for b in bugs),
        ]
        for plugin in plugins:
            arguments += ["--plugin", str(plugin)]
        done = subprocess.run(arguments, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        first, before, refused = {}, collections.Counter(), collections.Counter()
        for line in (pathlib.Path(folder) / "results.jsonl").read_text().splitlines():
            record = json.loads(line)
            if record.get("record") != "case":
                continue
            name, kind = record["backend"], record["verdict"]["kind"]
            if kind in DEFECTS:
                first.setdefault(name, record)
            elif name not in first:
                before[name] += 1
                refused[name] += kind == "refused"
        if done.returncode not in (0, 1, 4):
            sys.exit(f"exit {done.returncode}: {done.stderr[-2000:]}\n{' '.join(arguments)}")
        return first, before, refused


def oracle_of(verdict):
    """What caught it: the fill and step of a wrong result, or the rule of the ABI,
    or what became of the process."""
    if verdict["kind"] == "differs":
        return re.sub(r", placement \w+", "", verdict.get("oracle", "?"))
    text = json.dumps(verdict)
    rule = re.search(r"\bR\d+\b", text)
    return f"{verdict['kind']} {rule.group(0) if rule else ''}".strip()


def said(verdict):
    """What a person is told of the cause:
    the diagnosis, and for a wrong access or failure its words."""
    if verdict["kind"] == "differs":
        return verdict.get("diagnosis", "")
    return "; ".join(str(v) for k, v in verdict.items() if k in ("rule", "why", "where", "place"))


def judged(bug, record):
    verdict = record["verdict"]
    told = said(verdict)
    # The place of the error is a diagnosis too, but not of a misread specification.
    place = (
        ""
        if bug["kind"] == "specification" and verdict["kind"] == "differs"
        else str(verdict.get("where", ""))
    )
    named = bool(bug["says"]) and bool(re.search(bug["says"], f"{told}; {place}", re.I))
    return {
        **bug,
        "caught": True,
        "kind_of_verdict": verdict["kind"],
        "oracle": oracle_of(verdict),
        "case": record["problem_text"],
        "layout": record["settings"]["layout"],
        "told": told,
        "place": str(verdict.get("where", "")),
        "named": named,
    }


def cell(text):
    return str(text).replace("|", "\\|").replace("\n", " ")


def percent(part, whole):
    return f"{part} of {whole} ({100 * part / max(1, whole):.1f}%)"


def table(found):
    planted = [f for f in found if f["kind"] != "none"]
    caught = [f for f in planted if f["caught"]]
    spec = [f for f in caught if f["kind"] == "specification"]
    lines = [
        "# The zoo: planted bugs, and what the default gate says of them",
        "",
        (
            "Written by `zoo.py --update`; a test holds it against each run. A bug is a row of a"
            " table in one of this folder's sources; where it is modelled on a report, that is"
            " named."
        ),
        "",
        f"- caught: {percent(len(caught), len(planted))}",
        (
            "- specification errors named rightly, of those caught:"
            f" {percent(sum(f['named'] for f in spec), len(spec))}"
        ),
    ]
    lines += ["", "| kind | planted | caught | named rightly |", "|---|---|---|---|"]
    for kind in KINDS:
        mine = [f for f in planted if f["kind"] == kind]
        expected = [f for f in mine if f["says"]]
        lines.append(
            f"| {kind} | {len(mine)} | {sum(f['caught'] for f in mine)} | "
            f"{sum(f['named'] for f in mine)} of {len(expected)} |"
        )
    lines += ["", "| caught by | bugs |", "|---|---|"]
    for oracle, count in sorted(
        collections.Counter(f["oracle"] for f in caught).items(), key=lambda p: (-p[1], p[0])
    ):
        lines.append(f"| {cell(oracle)} | {count} |")
    missed = [f for f in planted if not f["caught"]]
    if missed:
        lines += [
            "",
            "## Not caught",
            "",
            "| bug | kind | modelled on | what is wrong |",
            "|---|---|---|---|",
        ]
        lines += [
            f"| `{f['name']}` | {f['kind']} | {f['source']} | {cell(f['story'])} |" for f in missed
        ]
    lines += [
        "",
        "## All",
        "",
        "| bug | kind | modelled on | what is wrong | caught by | at | diagnosis | right |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for f in planted:
        if not f["caught"]:
            lines.append(
                f"| `{f['name']}` | {f['kind']} | {f['source']} | {cell(f['story'])} | **not"
                " caught** | | | |"
            )
            continue
        right = "yes" if f["named"] else "no" if f["says"] else "—"
        lines.append(
            f"| `{f['name']}` | {f['kind']} | {f['source']} | {cell(f['story'])} |"
            f" {cell(f['oracle'])} | {f['case']} {f['layout']} |"
            f" {cell(f['told'] or f['place'])[:160]} | {right} |"
        )
    return "\n".join(lines) + "\n"


def facts_in(text):
    """Of each bug in a table: whether it is caught,
    and whether named rightly. The rest may depend on the machine."""
    rows = [
        re.split(r"(?<!\\)\|", line)
        for line in text.split("## All")[-1].splitlines()
        if line.startswith("| `")
    ]
    return {
        row[1].strip(" `"): (
            tuple(cell.strip() for cell in row[2:5]),
            "not caught" not in row[5],
            row[8].strip(),
        )
        for row in rows
    }


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("convgauge")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("gate")
    parser.add_argument(
        "--table", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent / "ZOO.md"
    )
    parser.add_argument("--update", action="store_true")
    parser.add_argument(
        "--only",
        default="",
        help="bugs whose names match this regular expression; the table is left alone",
    )
    parser.add_argument("--jobs", type=int, default=4)
    options = parser.parse_args()
    start = time.monotonic()
    bugs = [
        b
        for plugin in sorted(options.folder.glob("*.so"))
        for b in bugs_of(plugin)
        if re.search(options.only, b["name"])
    ]
    names = [b["name"] for b in bugs]
    if not bugs or len(names) != len(set(names)):
        sys.exit(
            "no bugs, or a name twice:"
            f" {[n for n, c in collections.Counter(names).items() if c > 1]}"
        )
    shares = [
        [b for i, b in enumerate(bugs) if i % options.jobs == job] for job in range(options.jobs)
    ]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        results = list(
            pool.map(
                lambda share: run(options, share, sorted({b["plugin"] for b in share})),
                filter(None, shares),
            )
        )
    first, before, refused = {}, collections.Counter(), collections.Counter()
    for f, b, r in results:
        first.update(f), before.update(b), refused.update(r)
    found = [
        (
            judged(b, first[b["name"]])
            if b["name"] in first
            else {**b, "caught": False, "named": False}
        )
        for b in bugs
    ]
    text = table(found)
    print(text)
    print(f"{len(bugs)} backends, {time.monotonic() - start:.1f} s")

    bad = []
    for f in found:
        if f["kind"] == "none" and f["caught"]:
            bad.append(f"{f['name']} is right, and accused: {f['case']}: {f['told']} {f['place']}")
        if f["kind"] == "none" and before[f["name"]] == refused[f["name"]]:
            bad.append(f"{f['name']} agreed nowhere")
    planted = [f for f in found if f["kind"] != "none"]
    spec = [f for f in planted if f["kind"] == "specification" and f["caught"]]
    if not options.only:
        if sum(f["caught"] for f in planted) < CAUGHT_GOAL * len(planted):
            bad.append(f"less than {CAUGHT_GOAL:.0%} caught")
        if sum(f["named"] for f in spec) < NAMED_GOAL * len(spec):
            bad.append(f"less than {NAMED_GOAL:.0%} of the specification errors named rightly")
        if options.update:
            options.table.write_text(text)
        known = options.table.read_text() if options.table.exists() else ""
        then, now = facts_in(known), facts_in(text)
        bad += [
            f"{name} was caught once"
            for name in sorted(now)
            if then.get(name, (0, False))[1] and not now[name][1]
        ]
        bad += [
            f"{options.table}: {name} is not as this run says: --update writes it"
            for name in sorted(then.keys() | now.keys())
            if then.get(name) != now.get(name)
        ]
    print("\n".join("FAIL " + line for line in bad) or "as expected")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
