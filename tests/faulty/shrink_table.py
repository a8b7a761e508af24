#!/usr/bin/env python3
"""Every plugin of expectations.json whose result is wrong is shrunk; the table says to what.

  shrink_table.py CONVGAUGE PLUGIN_FOLDER [--only REGEX]

Fails where a failure is more than three parameters from the trivial problem, where nothing was
shrunk, or where the replay line of the smallest case does not fail in the same way.
"""
import argparse
import json
import pathlib
import re
import shlex
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
MOST_AWAY = 3  # parameters, as results/failures.md says


def records(convgauge, words):
    done = subprocess.run(
        [convgauge, *words, "--json"],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )
    return json.loads(done.stdout)


def complaints(convgauge, folder, name, want, common):
    plugin = want.get("plugin", name)
    words = [
        "verify",
        want.get("problem", common),
        "--plugin",
        str(folder / f"{plugin}.so"),
        "--backend",
        plugin,
        "--threads",
        "1",
        # On a loaded machine the usual five seconds may end before the search.
        "--shrink-budget",
        "120",
        *want.get("arguments", []),
    ]
    (record,) = records(convgauge, words)
    kind = record["verdict"]["kind"]
    if kind not in want["kind"]:
        return f"{kind}, not {want['kind']}", ""
    smallest = record.get("smallest")
    if not smallest:
        return f"was not shrunk: {record.get('shrink_note')}", ""
    row = (
        f"{len(smallest['away'])}  {smallest['trials']:4} "
        f" {smallest['problem_text']:34} {', '.join(smallest['away']):30} "
        f"{smallest['verdict'].get('diagnosis', '')}"
    )
    if len(smallest["away"]) > MOST_AWAY:
        return f"{len(smallest['away'])} parameters away", row
    (again,) = records(convgauge, shlex.split(smallest["replay"])[1:] + ["--no-shrink"])
    if again["verdict"]["kind"] != kind:
        return f"its replay is {again['verdict']['kind']}, not {kind}: {smallest['replay']}", row
    return "", row


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("convgauge")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    table = json.loads((HERE / "expectations.json").read_text())
    chosen = {
        name: want
        for name, want in table["plugins"].items()
        if want.get("kind") == ["differs"]
        and want.get("verb", "verify") == "verify"
        and re.search(options.only, name)
        and not any(a.endswith(".json") for a in want.get("arguments", []))
    }
    bad = 0
    print(f"{'':4} {'plugin':28} away trials  smallest")
    for name, want in chosen.items():
        complaint, row = complaints(
            options.convgauge, options.folder.resolve(), name, want, table["problem"]
        )
        bad += bool(complaint)
        print(
            f"{'FAIL' if complaint else 'ok  '} {name:28} {row}",
            *([f" {complaint}"] if complaint else []),
            flush=True,
        )
    print(
        f"{len(chosen) - bad} of {len(chosen)} at most {MOST_AWAY} parameters from the trivial"
        " problem, and replayed"
    )
    return 1 if bad or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
