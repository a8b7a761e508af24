#!/usr/bin/env python3
"""The default gate against the zoo: which planted bug is caught, by what, and is it named rightly?

  zoo.py CONVGAUGE PLUGIN_FOLDER GATE.json [--table ZOO.md] [--update | --quick] [--jobs N]
         [--only REGEX] [--files REGEX] [--kinds LIST] [--types LIST] [--directions LIST] [--list]

Every backend of every plugin in the folder runs through the gate until its first failure, in the
data type and the direction of its bug. The selections show how many are caught of each file, kind,
type and direction, and leave the table alone. --quick asks each bug where ZOO.md says that it was
caught first of all, and the right ones on every fifth problem.

Fails where a bug that ZOO.md says is caught no longer is, where a right one (kind "none") is
accused, where less than 98% are caught or less than 80% of the specification errors are named
rightly, and where ZOO.md says of a bug what this run does not (--update writes it).
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
KINDS = ["specification", "tiling", "numeric", "memory", "state", "transform", "gradient"]
FIELDS = ["name", "kind", "source", "story", "says", "witness", "type", "direction"]


def bugs_of(plugin):
    """The rows of a plugin's table, with FIELDS, the plugin, and its file's name."""
    words = ctypes.CDLL(str(plugin)).zoo_words
    words.restype = ctypes.c_char_p
    rows = []
    while words(len(rows), 0) is not None:
        row = {field: words(len(rows), i).decode() for i, field in enumerate(FIELDS)}
        rows.append({**row, "plugin": plugin, "file": plugin.stem})
    return rows


def selected(options, bug):
    def wanted(field, listed):
        return not listed or bug[field] in listed.split(",")

    return (
        re.search(options.only, bug["name"])
        and re.search(options.files, bug["file"])
        and wanted("kind", options.kinds)
        and wanted("type", options.types)
        and wanted("direction", options.directions)
    )


EVERY_FIFTH = r"\.\d*[05]( |$)"  # of the problems that are numbered


def run(options, bugs, plugins, problems=""):
    """The record of each bug's first failure, by name; and how many of its cases came before, and
    how many of those were refused. The bugs are of one type and direction."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = [
            options.convgauge,
            "verify",
            options.gate,
            "--first-failures",
            "--no-shrink",
            "--threads",
            "2",
            "--dtype",
            bugs[0]["type"],
            "--direction",
            bugs[0]["direction"],
            "--out",
            folder,
            "--backends",
            ",".join(b["name"] for b in bugs),
        ]
        if problems:
            arguments += ["--filter", problems]
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


def kind_of(bug):
    """The kind, with the type and the direction where they are not f32 and forward."""
    return ", ".join(
        [bug["kind"]]
        + [bug["type"]] * (bug["type"] != "f32")
        + [bug["direction"]] * (bug["direction"] != "forward")
    )


def summary(planted):
    """Of each file, kind, type and direction: caught, of those planted."""
    lines = []
    for field in ("file", "kind", "type", "direction"):
        lines += ["", f"| {field} | planted | caught |", "|---|---|---|"]
        for value in sorted({f[field] for f in planted}):
            mine = [f for f in planted if f[field] == value]
            lines.append(f"| {value} | {len(mine)} | {sum(f['caught'] for f in mine)} |")
    lines += ["", f"caught {percent(sum(f['caught'] for f in planted), len(planted))}"]
    return "\n".join(lines)


def cell(text):
    return str(text).replace("|", "\\|").replace("\n", " ")


def percent(part, whole):
    return f"{part} of {whole} ({100 * part / max(1, whole):.1f}%)"


def line_of(f):
    """The bug's line in the table."""
    words = f"| `{f['name']}` | {kind_of(f)} | {f['source']} | {cell(f['story'])} |"
    if not f["caught"]:
        return f"{words} **not caught** | | | |"
    right = "yes" if f["named"] else "no" if f["says"] else "—"
    return (
        f"{words} {cell(f['oracle'])} | {f['case']} {f['layout']} |"
        f" {cell(f['told'] or f['place'])[:160]} | {right} |"
    )


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
            f"| `{f['name']}` | {kind_of(f)} | {f['source']} | {cell(f['story'])} |" for f in missed
        ]
    lines += [
        "",
        "## All",
        "",
        "| bug | kind | modelled on | what is wrong | caught by | at | diagnosis | right |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [line_of(f) for f in planted]
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


def by_settings(bugs):
    """Lists of bugs of one data type and one direction each."""
    settings = sorted({(b["type"], b["direction"]) for b in bugs})
    return [[b for b in bugs if (b["type"], b["direction"]) == s] for s in settings]


def places_in(text):
    """Where ZOO.md says that a bug was caught: the problem's text, by name."""
    rows = [re.split(r"(?<!\\)\|", row) for row in text.splitlines() if row.startswith("| `")]
    return {row[1].strip(" `"): row[6].split()[0] for row in rows if row[6:7] and row[6].strip()}


def shares_of(options, bugs):
    """(bugs of one run, the problems that it runs: a regular expression, or all), so that every
    bug meets the whole gate. With --quick a bug meets the problems at which it and a few others
    were caught, and a right one every fifth."""
    if not options.quick:
        for mine in by_settings(bugs):
            jobs = min(options.jobs, len(mine))
            yield from ((mine[job::jobs], "") for job in range(jobs))
        return
    places = places_in(options.table.read_text())
    for mine in by_settings([b for b in bugs if b["kind"] == "none"]):
        jobs = min(options.jobs, len(mine))
        yield from ((mine[job::jobs], EVERY_FIFTH) for job in range(jobs))
    for mine in by_settings([b for b in bugs if b["name"] in places]):
        mine.sort(key=lambda b: places[b["name"]])
        for start in range(0, len(mine), 12):
            share = mine[start : start + 12]
            texts = "|".join(sorted({re.escape(places[b["name"]]) for b in share}))
            yield share, rf"\b({texts})\b"
    for mine in by_settings([b for b in bugs if b["kind"] != "none" and b["name"] not in places]):
        yield mine, EVERY_FIFTH


def hunted(options, bugs):
    """Every bug with what the gate says of it."""
    shares = list(shares_of(options, bugs))

    def one(share):
        return run(options, share[0], sorted({b["plugin"] for b in share[0]}), share[1])

    first, before, refused = {}, collections.Counter(), collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for f, b, r in pool.map(one, shares):
            first.update(f), before.update(b), refused.update(r)
        late = (
            []
            if not options.quick
            else [
                b
                for b in bugs
                if b["name"] in places_in(options.table.read_text()) and b["name"] not in first
            ]
        )  # what another problem had left behind is caught by the whole gate
        for f, b, r in pool.map(one, [(mine, "") for mine in by_settings(late)]):
            first.update(f), before.update(b), refused.update(r)
    return [
        {
            **(
                judged(b, first[b["name"]])
                if b["name"] in first
                else {**b, "caught": False, "named": False}
            ),
            "ran": before[b["name"]] > refused[b["name"]],
        }
        for b in bugs
    ]


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
    parser.add_argument("--only", default="", help="bugs whose names match this regular expression")
    parser.add_argument("--files", default="", help="those of files whose names match this")
    parser.add_argument("--kinds", default="", help="those of these kinds: numeric,gradient")
    parser.add_argument("--types", default="", help="those of these data types: f32,f16,bf16")
    parser.add_argument("--directions", default="", help="those of these directions")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="each bug where ZOO.md says that it was caught, and the right ones on every fifth"
        " problem",
    )
    parser.add_argument("--list", action="store_true", help="print the selected bugs, run nothing")
    parser.add_argument("--jobs", type=int, default=4)
    options = parser.parse_args()
    if options.quick and options.update:
        parser.error("--update needs the whole gate")
    start = time.monotonic()
    planted = [b for plugin in sorted(options.folder.glob("*.so")) for b in bugs_of(plugin)]
    bugs = [b for b in planted if selected(options, b)]
    names = [b["name"] for b in planted]
    if not bugs or len(names) != len(set(names)):
        sys.exit(
            "no bugs, or a name twice:"
            f" {[n for n, c in collections.Counter(names).items() if c > 1]}"
        )
    if options.list:
        for b in bugs:
            print(f"{b['file']}: {b['name']}: {kind_of(b)}: {b['story']} [{b['source']}]")
        return 0
    found = hunted(options, bugs)
    whole = len(bugs) == len(planted)
    text = table(found)
    print(text if whole else "\n".join(line_of(f) for f in found if f["kind"] != "none"))
    print(summary([f for f in found if f["kind"] != "none"]))
    print(f"{len(bugs)} backends, {time.monotonic() - start:.1f} s")

    bad = []
    for f in found:
        if f["kind"] == "none" and f["caught"]:
            bad.append(f"{f['name']} is right, and accused: {f['case']}: {f['told']} {f['place']}")
        if f["kind"] == "none" and not f["ran"]:
            bad.append(f"{f['name']} agreed nowhere")
    planted = [f for f in found if f["kind"] != "none"]
    spec = [f for f in planted if f["kind"] == "specification" and f["caught"]]
    if whole:
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
