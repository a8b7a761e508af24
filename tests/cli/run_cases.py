#!/usr/bin/env python3
"""Runs the cases of one file of tests/cli/cases:
run_cases.py CONVGAUGE FILE.json [--only REGEX]. See README.md."""
import argparse
import json
import pathlib
import re
import sys

from cli import Cli, Complaint, expect

KEYS = {"run", "before", "files", "exit", "stdout", "stderr", "json", "left", "needs", "why"}


def texts(value):
    return [value] if isinstance(value, str) else value


def check_text(which, wanted, text, done):
    for pattern in texts(wanted):
        if pattern == "":
            expect(text == "", f"{which} is not empty\n{done}")
        else:
            expect(re.search(pattern, text), f"{which} has no /{pattern}/\n{done}")


def check(cli, case):
    expect(set(case) <= KEYS, f"unknown keys {set(case) - KEYS}")
    for name, content in case.get("files", {}).items():
        cli.write(name, content)
    for line in case.get("before", []):
        cli.run(line).is_(0)
    there = cli.files()
    code = case["exit"]
    done = cli.run(case["run"]).is_(code)
    # A usage error says so on standard error, alone, in our name, and leaves nothing behind.
    check_text("stdout", case.get("stdout", "" if code == 2 else []), done.out, done)
    check_text("stderr", case.get("stderr", "" if code == 0 else []), done.err, done)
    if code == 2:
        expect(
            case.get("stderr") or case.get("stdout"),
            "a case with exit code 2 must say what the message is",
        )
        # No verb at all is answered by the whole help, and check-plugin by its table.
        expect(
            not case["run"]
            or case.get("stderr") == ""
            or (done.err.startswith("convgauge: ") and done.err.count("\n") <= 3),
            f"not a message of ours\n{done}",
        )
    if case.get("json"):
        expect(json.loads(done.out), f"no JSON\n{done}")
    new = {
        file
        for file in cli.files() - there
        if not any(file == l or file.startswith(l + "/") for l in case.get("left", []))
    }
    expect(not new, f"left {sorted(new)}\n{done}")
    for name in case.get("left", []):
        expect((cli.folder / name).exists(), f"did not make {name}\n{done}")


def missing(cli, case):
    """The first plugin or file that a case needs and that was not built."""
    for need in texts(case.get("needs", [])):
        file = (
            cli.arguments([need])[0]
            if "/" in need
            else cli.build / "plugins" / f"libconvgauge_{need}.so"
        )
        if not pathlib.Path(file).exists():
            return need
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("convgauge")
    parser.add_argument("file", type=pathlib.Path)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    failed = ran = 0
    for name, case in json.loads(options.file.read_text()).items():
        if not re.search(options.only, name):
            continue
        with Cli(options.convgauge) as cli:
            if need := missing(cli, case):
                print(f"SKIPPED {name}: {need} was not built")
                continue
            ran += 1
            try:
                check(cli, case)
            except (Complaint, json.JSONDecodeError) as complaint:
                failed += 1
                print(f"FAIL {name}: {complaint}\n", flush=True)
    print(f"{options.file.name}: {ran - failed} of {ran} as expected")
    return 1 if failed or not ran else 0


if __name__ == "__main__":
    sys.exit(main())
