#!/usr/bin/env python3
"""Runs `convgauge verify` on the faulty plugins and holds each verdict against expectations.json.

  run_expectations.py CONVGAUGE PLUGIN_FOLDER [--only REGEX] [--jobs N] [--list]

An expectation, by the name of the plugin (or of a case whose "plugin" names it):
  kind        verdict kinds that are right          rule        the ABI rule that must be named
  signal      Died: the signal (0: it exited)       status      Died: the exit status
  evidence    any of these texts, in the verdict    exit        exit codes that are right
  problem     instead of the common one             arguments   further arguments;
              a *.json stands for the problem
  verb        instead of verify                     limit_s     longest time allowed (default 60)
  races       how often at most it is run until it is as expected: in each run it may lose a race,
              and then it agrees, rightly
  costs_s     longest time allowed beyond that of the correct plugin:
              what a hang may cost, its limit and a second
  costs_cpu_s the same in CPU time, for a plugin that uses its limit up by computing: on a loaded
              machine that takes as long as it takes
  copy        true: run on a copy of the plugin, which may not survive
  load_error  "required": no case, exit 2, the evidence on standard error; "allowed": that or a case
Every run also must leave no process behind, and a JSON on standard output that nothing else got
into.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import uuid

COSTS = {"costs_s", "costs_cpu_s"}
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import marked_processes


def one_of(value):
    return value if isinstance(value, list) else [value]


def command(convgauge, folder, name, want, common):
    plugin = want.get("plugin", name)
    file = folder / f"{plugin}.so"
    verb = want.get("verb", "verify")
    if verb == "check-plugin":
        return [convgauge, verb, str(file), "--json"]
    arguments = want.get("arguments", [])
    config = [str(HERE / a) for a in arguments if a.endswith(".json")]
    problem = config or [want.get("problem", common)]
    flag = "--backends" if verb == "bench" else "--backend"
    # What a hang costs is its limit; to make it smaller afterwards costs what --shrink-budget says.
    unshrunk = ["--no-shrink"] if COSTS & set(want) else []
    return [
        convgauge,
        verb,
        *problem,
        "--plugin",
        str(file),
        flag,
        plugin,
        "--json",
        *unshrunk,
        *(a for a in arguments if not a.endswith(".json")),
    ]


def wait(process, limit):
    """CPU seconds of the process and of all that were waited for below it; None after the limit."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return usage.ru_utime + usage.ru_stime
        time.sleep(0.01)
    process.kill()
    process.wait()
    return None


def run(arguments, limit):
    """Output goes to files: a pipe would stay open as long as any process that the plugin left
    behind."""
    mark = uuid.uuid4().hex
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.monotonic()
        process = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env=marked_processes.environment(mark),
        )
        cpu = wait(process, limit)
        seconds = time.monotonic() - start
        left = marked_processes.survivors(mark)
        marked_processes.kill(left)
        out.seek(0)
        err.seek(0)
        return (
            None if cpu is None else process.returncode,
            {"costs_s": seconds, "costs_cpu_s": cpu or 0.0},
            left,
            out.read().decode(errors="replace"),
            err.read()[-20000:].decode(errors="replace"),
        )


def cases_of(text):
    """The case records: one array, an object that holds them, or one a line."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        value = [json.loads(line) for line in text.splitlines() if line.strip()]
    if isinstance(value, dict):
        value = value.get("cases", [value])
    return [
        record
        for record in value
        if isinstance(record, dict) and record.get("record", "case") == "case"
    ]


def holds(evidence, text):
    return any(word.lower() in text.lower() for word in evidence)


def complaints_of_verdict(want, verdict):
    text = json.dumps(verdict, ensure_ascii=False)
    if verdict.get("kind") not in want["kind"]:
        yield f"kind {verdict.get('kind')}, not {' or '.join(want['kind'])}"
    for rule in one_of(want.get("rule", [])):
        if not re.search(rf"\b{rule}\b", text):
            yield f"does not name {rule}"
    for key in ("signal", "status"):
        if (
            key in want
            and verdict.get("kind") == "died"
            and verdict.get(key, 0) not in one_of(want[key])
        ):
            yield f"{key} {verdict.get(key, 0)}, not {want[key]}"
    if "evidence" in want and not holds(want["evidence"], text):
        yield f"evidence has none of {want['evidence']}"


def complaints(want, code, left, out, err):
    """What is wrong with a run; nothing if it is as expected."""
    if code is None:
        yield f"did not end within {want.get('limit_s', 60)} s"
        return
    if code not in one_of(want["exit"]):
        yield f"exit code {code}, not {want['exit']}"
    if left:
        yield f"left {len(left)} processes behind"
    loading = want.get("load_error")
    if want.get("verb") == "check-plugin":
        for word in [want["rule"]]:
            if word not in out:
                yield f"does not name {word}"
        return
    if loading == "required" or (loading == "allowed" and code == 2):
        if not holds(want.get("evidence", [""]), out + err):
            yield f"message has none of {want['evidence']}"
        return
    try:
        cases = cases_of(out)
    except (json.JSONDecodeError, AttributeError) as error:
        yield f"standard output is no JSON: {error}: {out[:200]!r}"
        return
    if not cases:
        yield "no case record"
    for case in cases:
        for complaint in complaints_of_verdict(want, case.get("verdict", {})):
            yield f"{complaint}: {json.dumps(case.get('verdict'), ensure_ascii=False)[:400]}"


def times_of_correct(convgauge, folder, want, common):
    """What the same command takes, in seconds, with a plugin that does nothing wrong."""
    arguments = command(convgauge, folder, "correct", {**want, "plugin": "correct"}, common)
    return run(arguments, want.get("limit_s", 60))[1]


def check(convgauge, folder, name, want, common):
    file = folder / f"{want.get('plugin', name)}.so"
    if not file.exists():
        return [] if want.get("only") else [f"{file} was not built"], 0.0
    with tempfile.TemporaryDirectory() as other:
        if want.get("copy"):
            shutil.copy(file, other)
        arguments = command(
            convgauge, pathlib.Path(other) if want.get("copy") else folder, name, want, common
        )
        for _ in range(want.get("races", 1)):
            code, times, left, out, err = run(arguments, want.get("limit_s", 60))
            bad = list(complaints(want, code, left, out, err))
            if not bad:
                break
    for key in COSTS & set(want):
        cost = times[key] - times_of_correct(convgauge, folder, want, common)[key]
        if cost > want[key]:
            bad.append(f"{key} {cost:.1f} s, more than {want[key]} s")
    if bad:
        bad += ["repeat: " + " ".join(arguments), "standard error ends: " + err[-600:].strip()]
    return bad, times["costs_s"]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("convgauge")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--only", default="", help="names that match this regular expression")
    parser.add_argument("--jobs", type=int, default=1, help="how many at once")
    parser.add_argument("--list", action="store_true", help="print the names and end")
    options = parser.parse_args()
    table = json.loads((HERE / "expectations.json").read_text())
    chosen = {
        name: want for name, want in table["plugins"].items() if re.search(options.only, name)
    }
    if options.list:
        print("\n".join(chosen))
        return 0
    if not chosen:
        print(f"no expectation matches {options.only!r}")
        return 2
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        results = {
            name: pool.submit(
                check, options.convgauge, options.folder.resolve(), name, want, table["problem"]
            )
            for name, want in chosen.items()
        }
        for name, result in results.items():
            bad, seconds = result.result()
            failed += bool(bad)
            print(f"{'FAIL' if bad else 'ok  '} {name:28} {seconds:6.2f} s", flush=True)
            for line in bad:
                print("       " + line.replace("\n", "\n       "))
    print(f"{len(chosen) - failed} of {len(chosen)} as expected")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
