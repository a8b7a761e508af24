#!/usr/bin/env python3
"""Runs convgauge with right plugins on a loaded machine, and counts what it gets wrong there.

  loaded_runs.py BUILD [--runs 50] [--minutes M] [--only REGEX] [--quick]

A run in each situation (nothing beside it; four busy loops; half a processor by a CPU quota;
control groups of 1, 2 and 4 GiB) is one of
  suite    the gate suite with a right plugin: every defect is a false one
  sweep    five layers of two right plugins, timed: every defect is a false one
  same     a gate of one plugin in two files: RED is a false red
  slower   a gate of a plugin that computes half of its rows twice: GREEN is a false green
Undecided and unjudged cases are no mistakes; they are counted apart. Prints a table, and why a
situation cannot be had here. --runs is of each kind in each situation, --minutes ends all.
--quick: one small run of each kind, one busy loop, for ctest.
Exit code 1 where anything was wrong, 77 where nothing could be run.
"""
import argparse
import collections
import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from control_group import NoGroups, limited

SOURCE = pathlib.Path(__file__).resolve().parents[2]
GIB = 1 << 30
GOOD, WRONG, USAGE, SLOWER, CRASHED, UNDECIDED, NOTHING = range(7)  # exit codes
DEFECTS = {"differs", "trespass", "died", "timed_out", "failed"}
LAYERS = [
    "n1c3h32w32_o16k7s2p3",
    "n1c16h28w28_o32k3p1",
    "n1c32h14w14_o64k1",
    "n1c32h14w14_o32k3p1g32",
    "n2c16h14w14_o32k3s2p1",
]


@contextlib.contextmanager
def busy_loops(count):
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def situations(quick):
    if quick:
        return {
            "1 busy loop": lambda: busy_loops(1),
            "half a CPU": lambda: limited(cpus=0.5),
        }
    return {
        "alone": contextlib.nullcontext,
        "4 busy loops": lambda: busy_loops(4),
        "half a CPU": lambda: limited(cpus=0.5),
        "1 GiB": lambda: limited(memory=GIB),
        "2 GiB": lambda: limited(memory=2 * GIB),
        "4 GiB": lambda: limited(memory=4 * GIB),
    }


class Runner:
    """convgauge in a folder of its own, and the counts of one row of the table."""

    def __init__(self, build, quick):
        build = build.resolve()
        self.convgauge = build / "bin" / "convgauge"
        self.slowed = build / "slowed" / "slowed.so"
        self.quick = quick
        self.folder = None
        self.counts = collections.Counter()
        self.evidence = []

    def run(self, *arguments):
        done = subprocess.run(
            [self.convgauge, *map(str, arguments)],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env={**os.environ, "XDG_CACHE_HOME": str(self.folder / "cache")},
        )
        return done

    def wrong(self, what, text):
        self.counts[what] += 1
        self.evidence.append(f"{what}: {text}")

    def count_defects(self, done):
        """Of `--json`; what a run ends with must follow from its cases."""
        try:
            records = json.loads(done.stdout)
        except json.JSONDecodeError:
            return self.wrong("false defects", f"exit {done.returncode}: {done.stderr[-400:]}")
        for record in records:
            verdict = record["verdict"]
            self.counts["cases"] += 1
            self.counts["unjudged"] += verdict["kind"] == "unjudged"
            if verdict["kind"] in DEFECTS:
                self.wrong("false defects", f"{record['replay']}\n    {json.dumps(verdict)}")
        if done.returncode not in (GOOD, UNDECIDED):
            self.wrong("false reds", f"exit {done.returncode}: {done.stderr[-400:]}")

    def suite(self):
        some = ["--filter", "extreme"] if self.quick else []
        suite = SOURCE / "configs" / "gate.json"
        backends = ["--backends", "naive", "--threads", 1]
        self.count_defects(self.run("verify", suite, *backends, *some, "--json"))

    def sweep(self):
        few = ["--rounds", 2] if self.quick else []
        for layer in LAYERS[:2] if self.quick else LAYERS:
            backends = ["--backends", "naive,winograd", "--threads", 1]
            self.count_defects(self.run("bench", layer, *backends, *few, "--json"))

    def gate(self, percent):
        """The exit code of a gate under --strict, and all that it said."""
        image = self.slowed.read_bytes()
        (self.folder / "a.so").write_bytes(image)
        (self.folder / "b.so").write_bytes(image + b"\0")  # another hash
        for plugin, share, out in (("a.so", 0, "then"), ("b.so", percent, "now")):
            shutil.rmtree(self.folder / out, ignore_errors=True)
            option = f"percent={share}"
            backend = ["--plugin", plugin, "--backend", "slowed", "--threads", 1]
            few = ["--rounds", 7] if self.quick else []
            line = ["sweep", LAYERS[1], *backend, "--option", option, *few, "--out", out]
            done = self.run(*line)
            if done.returncode != GOOD:
                return done
        budget = ["--budget", 2] if self.quick else []
        return self.run("gate", "now", "--baseline", "then", *budget, "--strict")

    def same(self):
        done = self.gate(0)
        self.counts["undecided"] += done.returncode == UNDECIDED
        if done.returncode not in (GOOD, UNDECIDED):
            self.wrong("false reds", f"exit {done.returncode}: {done.stdout[-800:]}{done.stderr}")

    def slower(self):
        done = self.gate(50)
        self.counts["undecided"] += done.returncode == UNDECIDED
        if done.returncode == GOOD:
            self.wrong("false greens", done.stdout[-800:])
        elif done.returncode not in (SLOWER, UNDECIDED):
            self.wrong("false reds", f"exit {done.returncode}: {done.stdout[-800:]}{done.stderr}")


KINDS = ("suite", "sweep", "same", "slower")
COLUMNS = ["runs", "cases", "false defects", "false reds", "false greens", "undecided", "unjudged"]


def row(situation, kind, counts):
    cells = "".join(f"{counts[c]:>{len(c) + 2}}" for c in COLUMNS)
    print(f"{situation:<14}{kind:<8}{cells}", flush=True)


def one_run(runner, make, kind):
    with make(), tempfile.TemporaryDirectory(prefix="convgauge-loaded-") as folder:
        runner.folder = pathlib.Path(folder)
        getattr(runner, kind)()
    runner.counts["runs"] += 1


def print_table(cells):
    print(f"{'':<22}" + "".join(f"  {c}" for c in COLUMNS))
    total = collections.Counter()
    for (situation, kind), cell in cells.items():
        if isinstance(cell, Runner):
            row(situation, kind, cell.counts)
            total.update(cell.counts)
        else:
            print(f"{situation:<14}{kind:<8}  {cell}")
    row("all", "", total)
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=1e9)
    parser.add_argument("--only", default="", help="situations and kinds: 'half a CPU suite'")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    end = time.monotonic() + 60 * options.minutes
    cells = {}  # (situation, kind): a Runner, or why there is none
    for number in range(1 if options.quick else options.runs):
        for situation, make in situations(options.quick).items():
            for kind in KINDS:
                if time.monotonic() > end or not re.search(options.only, f"{situation} {kind}"):
                    continue
                cell = cells.setdefault((situation, kind), Runner(options.build, options.quick))
                if isinstance(cell, Runner):
                    try:
                        one_run(cell, make, kind)
                    except NoGroups as why:
                        cells[situation, kind] = f"not here: {why}"
        if not options.quick:
            print(f"after round {number + 1}:")
            print_table(cells)
    total = print_table(cells)
    for (situation, kind), cell in cells.items():
        for text in cell.evidence if isinstance(cell, Runner) else []:
            print(f"{situation}, {kind}: {text}")
    if not total["runs"]:
        sys.exit(77)
    sys.exit(any(total[c] for c in COLUMNS if c.startswith("false")))


if __name__ == "__main__":
    main()
