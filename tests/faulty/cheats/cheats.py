#!/usr/bin/env python3
"""`convgauge bench` against the cheats: is each found out, and no honest kernel beside it?

  cheats.py CONVGAUGE PLUGIN_FOLDER [--table README.md] [--update] [--only REGEX]

Every backend of the plugin is verified and timed in one run. Fails where a cheat is not found out
as its row says, where an honest one is accused, and where the table is not as this run says
(--update writes it).
"""
import argparse
import ctypes
import json
import pathlib
import re
import statistics
import subprocess
import sys

FIELDS = ("name", "pattern", "source", "found", "says", "layout")
PROBLEM = "n2c4h12w12_o6k3p1"
DEFECTS = ("differs", "trespass", "died", "timed_out", "failed")
HOW = {
    "output": "a wrong output",
    "memory": "a rule of the interface",
    "time": "a time that cannot be",
    "noted": "a note in the results",
    "allowed": "it gains nothing",
}
BEGIN, END = "<!-- cheats -->\n", "<!-- end -->\n"


def rows_of(plugin):
    words = ctypes.CDLL(str(plugin)).cheat_words
    words.restype = ctypes.c_char_p
    rows = []
    while words(len(rows), 0) is not None:
        index = len(rows)
        rows.append({f: words(index, i).decode() for i, f in enumerate(FIELDS)})
    return rows


def records_of(options, rows, layout):
    names = [r["name"] for r in rows if r["layout"] == layout]
    if not names:
        return {}
    command = [options.convgauge, "bench", PROBLEM, "--json", "--rounds", "12", "--budget", "2"]
    command += ["--threads", "1", "--layout", layout, "--fill", "normal,integer"]
    command += ["--plugin", str(options.folder / "cheats.so"), "--backends", ",".join(names)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=500)
    try:
        return {r["label"]: r for r in json.loads(done.stdout)}
    except json.JSONDecodeError:
        sys.exit(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")


def told(record):
    """What the results say of a case: verdict, measurement, and their reasons, as one text."""
    verdict, measurement = record["verdict"], record["measurement"]
    texts = [verdict["kind"], *strings(verdict), measurement["kind"]]
    texts += [measurement.get("why", ""), measurement.get("note", "")]
    texts += [library.get("path", "") for library in record.get("libraries", [])]
    return "; ".join(t for t in texts if t)


def strings(value):
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [t for v in value for t in strings(v)] if isinstance(value, list) else []


# Their last output is late, unless the system runs a new thread before the one that made it goes
# on: then it is right, and they have saved nothing.
RACES = ("background_thread", "background_last")
LEAST_SAVED = 0.8


def time_of(record):
    evidence = record["measurement"].get("evidence") or record["time_ns"]
    samples = evidence.get("samples_ns") or evidence["samples"]
    return statistics.median(samples)


def saved_nothing(row, record, honest):
    return (
        row["name"] in RACES
        and record["verdict"]["kind"] == "agrees"
        and honest is not None
        and time_of(record) > LEAST_SAVED * time_of(honest)
    )


def complaint(row, record, honest):
    """Why the record is not as the row says; empty where it is."""
    if record is None:
        return "there is no record of it"
    if saved_nothing(row, record, honest):
        return ""
    kind, measurement = record["verdict"]["kind"], record["measurement"]
    implausible = bool(measurement.get("evidence", {}).get("doubt"))
    text = told(record)
    if row["found"] in ("output", "memory"):
        right = kind in DEFECTS and (row["found"] == "output" or kind in ("trespass", "failed"))
    elif row["found"] == "time":
        right = kind == "agrees" and implausible
    else:
        right = kind == "agrees" and not implausible
    if not right:
        return f"should be found by {HOW.get(row['found'], 'nothing')}: {text}"
    if row["says"] and not re.search(row["says"], text):
        return f"should say {row['says']!r}: {text}"
    return ""


def cell(text):
    return text.replace("|", "\\|")


def link(source):
    def one(name):
        if "#" in name:
            return name
        return f"[{name.split('/')[0]}](https://{name})"

    return ", ".join(one(n) for n in source.split(", ") if n) or "—"


def table(rows):
    lines = ["| cheat | what it does | told of in | found by |", "|---|---|---|---|"]
    lines += [
        f"| `{r['name']}` | {cell(r['pattern'])} | {link(r['source'])} | {HOW[r['found']]} |"
        for r in rows
        if r["found"] != "none"
    ]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("convgauge")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument(
        "--table", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent / "README.md"
    )
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--only", default="", help="cheats whose names match it")
    options = parser.parse_args()
    rows = [r for r in rows_of(options.folder / "cheats.so") if re.search(options.only, r["name"])]
    if not rows:
        sys.exit("no cheats")
    records = {}
    for layout in ("nchw", "native"):
        records.update(records_of(options, rows, layout))
    bad = []
    for row in rows:
        record = records.get(row["name"])
        why = complaint(row, record, records.get("honest"))
        print(f"{'FAIL' if why else 'ok  '} {row['name']}: {why or told(record)}"[:300])
        if why:
            bad.append(row["name"])
    if not options.only:
        text = options.table.read_text() if options.table.exists() else BEGIN + END
        head, rest = text.split(BEGIN)
        now = head + BEGIN + table(rows) + END + rest.split(END)[1]
        if options.update:
            options.table.write_text(now)
        elif now != text:
            print(f"FAIL {options.table} has another table: --update writes it")
            bad.append("table")
    print(f"{len(rows)} backends, {len(bad)} not as expected")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
