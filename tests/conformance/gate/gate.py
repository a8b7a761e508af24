#!/usr/bin/env python3
"""Holds a backend to the gate suite: right answers, honest refusals, and not refusals alone.

  gate.py list BACKEND [RUNS]                 its runs, one a line: NAME|TIMEOUT_S|SWITCH
  gate.py run CONVGAUGE BACKEND NAME [RUNS]   one of them; exit 0: good, 1: bad, 77: not here
      --plugin FILE                           the plugin, where convgauge does not find it by itself

Every backend has three runs, `forward`, `backward_data` and `backward_weights`: the whole gate
suite in that direction. Of `forward` something must agree. The other two may also be refused as a
whole, for the reason `direction`.

RUNS is the conformance.json in the folder of a backend: {BACKEND: {NAME: run}}. It replaces some of
the three runs, takes one away with null, and adds others. Every key of a run may be left out:
  problem       one, or a list of them, instead of the gate suite
  suite         a file beside RUNS, instead of the gate suite
  arguments     further ones of `convgauge verify`; {scratch} is a folder of the run
  known         failures that are the library's own, as in a config ("known"), each with an issue or
                a reproduction; that one of them no longer happens is an error too
  refusals      false: every case must agree
  refused       every case must be refused with this sentence
  lacking       where every case is refused with this sentence, the machine cannot run it: 77
  verb          a command line of convgauge, instead of `verify` and all of the above
  says          what the program must print, instead of the verdicts
  environment   variables
  hides         libraries that cannot be loaded
  needs_device  false: the run is also for machines where the backend has no device
  timeout_s     of the test; default 300
  switch        an option of CMake that must be on
Sentences are regular expressions.
"""
import argparse
import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

SUITE = pathlib.Path(__file__).resolve().parents[3] / "configs" / "gate.json"
DIRECTIONS = ("forward", "backward_data", "backward_weights")
CANNOT = 77
MOST_SHOWN = 20


def runs_of(backend, file):
    """The runs of a backend by name: the three that all have, and what its file says."""
    runs = {direction: {} for direction in DIRECTIONS}
    if file:
        runs.update(json.loads(file.read_text(encoding="utf-8")).get(backend, {}))
    return {name: run for name, run in runs.items() if run is not None}


def devices_of(output, backend):
    """Its kinds of devices, and why it has none, from the output of `convgauge list devices`."""
    found = re.findall(rf"^{re.escape(backend)} +(\w+): ?(.*)$", output, re.M)
    kinds = [kind for kind, _ in found if kind != "none"]
    return kinds, "".join(why for kind, why in found if kind == "none")


def plugin_arguments(options):
    return ["--plugin", str(options.plugin)] if options.plugin else []


def device_arguments(kinds):
    """A device that imitates a GPU is used only where it is named."""
    return ["--device", "0"] if set(kinds) == {"software"} else []


def suite_with_known(suite, known, scratch):
    """The suite with known failures, as a file of the run."""
    own = json.loads(suite.read_text(encoding="utf-8"))
    text = {key: own[key] for key in ("name", "settings") if key in own}
    file = pathlib.Path(scratch) / "known.json"
    file.write_text(json.dumps({**text, "include": [str(suite.resolve())], "known": known}))
    return file


def commands(options, run, kinds, scratch):
    """The command lines of a run, one for each of its problems."""
    if "verb" in run:
        return [[options.convgauge, *run["verb"], *plugin_arguments(options)]]
    suite = options.runs.parent / run["suite"] if "suite" in run else SUITE
    if "known" in run:
        suite = suite_with_known(suite, run["known"], scratch)
    problems = run.get("problem") or str(suite)
    direction = ["--direction", options.name] if options.name in DIRECTIONS else []
    more = [argument.replace("{scratch}", scratch) for argument in run.get("arguments", [])]
    return [
        [
            options.convgauge,
            "verify",
            problem,
            "--backend",
            options.backend,
            *plugin_arguments(options),
            *device_arguments(kinds),
            *direction,
            *more,
        ]
        for problem in (problems if isinstance(problems, list) else [problems])
    ]


def environment_of(run, scratch):
    """A library that a run hides is found first as an empty file, which cannot be loaded."""
    for library in run.get("hides", []):
        (pathlib.Path(scratch) / library).touch()
    hidden = {"LD_LIBRARY_PATH": scratch} if "hides" in run else {}
    return {**os.environ, **run.get("environment", {}), **hidden}


def is_refused(verdict, sentence):
    return verdict["kind"] == "refused" and bool(re.search(sentence, verdict["why"]))


def may_be_refused(name, run, verdict):
    """A gradient of a backend whose folder does not say that it has one."""
    return (
        name in DIRECTIONS[1:]
        and not run
        and verdict["kind"] == "refused"
        and verdict["reason"] == "direction"
    )


def is_wrong(run, verdict):
    if "refused" in run:
        return not is_refused(verdict, run["refused"])
    return verdict["kind"] != "agrees" and not (
        verdict["kind"] == "refused" and run.get("refusals", True)
    )


def text(verdict):
    return json.dumps(verdict, ensure_ascii=False)[:600]


def complaints(name, run, cases):
    """What is wrong with the verdicts of a run, as sentences. cases: those of `verify --json`."""
    verdicts = [case["verdict"] for case in cases]
    wrong = [
        f"{text(case['verdict'])}: {case.get('replay', '')}"
        for case in cases
        if is_wrong(run, case["verdict"]) and "known" not in case
    ]
    if not verdicts:
        return ["no case ran"]
    if wrong or "refused" in run or any(v["kind"] == "agrees" for v in verdicts):
        return wrong
    if all(may_be_refused(name, run, v) for v in verdicts):
        return []
    return [f"no case agrees; the first of {len(verdicts)}: {text(verdicts[0])}"]


def lacks(run, cases):
    """Whether the machine lacks what the run needs."""
    return (
        "lacking" in run
        and cases
        and all(is_refused(case["verdict"], run["lacking"]) for case in cases)
    )


def counts(cases):
    kinds = collections.Counter(case["verdict"]["kind"] for case in cases)
    return "cases: " + ", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items()))


def report(bad, done):
    """Prints what is wrong with a command that has ended."""
    for line in bad[:MOST_SHOWN]:
        print("  " + line)
    if len(bad) > MOST_SHOWN:
        print(f"  and {len(bad) - MOST_SHOWN} more")
    print("repeat: " + " ".join(done.args))
    print(f"exit code {done.returncode}; standard error ends: {done.stderr[-1500:]}")
    return 1


def judge_words(run, done):
    said = done.stdout + done.stderr
    if re.search(run["says"], said):
        return 0
    return report([f"does not say '{run['says']}', but: {said[-1500:]}"], done)


def judge_cases(name, run, done):
    try:
        cases = json.loads(done.stdout or "[]")
    except json.JSONDecodeError as error:
        return report([f"standard output is no JSON: {error}"], done)
    print(counts(cases), flush=True)
    if lacks(run, cases):
        print(cases[0]["verdict"]["why"])
        return CANNOT
    bad = complaints(name, run, cases)
    if not bad and "known" in run and done.returncode != 0:
        bad = ["every case is as it should be, but for known failures that happen no more"]
    return report(bad, done) if bad else 0


def execute(command, environment=None):
    return subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


def judged(options, run, kinds, scratch):
    """The exit code of each command of a run."""
    environment = environment_of(run, scratch)
    for command in commands(options, run, kinds, scratch):
        if "says" in run:
            yield judge_words(run, execute(command, environment))
        else:
            done = execute([*command, "--json", "--no-shrink"], environment)
            yield judge_cases(options.name, run, done)


def run_one(options):
    run = runs_of(options.backend, options.runs)[options.name]
    found = execute([options.convgauge, "list", "devices", *plugin_arguments(options)]).stdout
    kinds, why_none = devices_of(found, options.backend)
    if not kinds and not why_none:
        print(f"convgauge knows no backend {options.backend}:\n{found}")
        return 1
    if not kinds and run.get("needs_device", True):
        print(f"no device: {why_none}")
        return CANNOT
    with tempfile.TemporaryDirectory() as scratch:
        codes = list(judged(options, run, kinds, scratch))
    return 1 if 1 in codes else max(codes)


def list_runs(options):
    for name, run in runs_of(options.backend, options.runs).items():
        print(f"{name}|{run.get('timeout_s', 300)}|{run.get('switch', '')}")
    return 0


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = parser.add_subparsers(required=True)
    listing = verbs.add_parser("list")
    listing.add_argument("backend")
    listing.set_defaults(do=list_runs)
    running = verbs.add_parser("run")
    running.add_argument("convgauge")
    running.add_argument("backend")
    running.add_argument("name")
    running.add_argument("--plugin", type=pathlib.Path)
    running.set_defaults(do=run_one)
    for verb in (listing, running):
        verb.add_argument("runs", nargs="?", type=pathlib.Path)
    options = parser.parse_args()
    return options.do(options)


if __name__ == "__main__":
    sys.exit(main())
