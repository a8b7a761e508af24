#!/usr/bin/env python3
"""Holds the memory that convgauge adds up beforehand against what its processes take.

  matrix.py CONVGAUGE [--only REGEX] [--json FILE]

For each verb, direction, size and backend: `counted` is the largest memory_bytes of the run's
records, plus what `verify` takes on a problem of one element, but at least what the verb itself
takes on that (`bench` and `sweep` read arrays larger than the caches first, and give them back);
`peak` is the largest sum, over all processes of the run, of their proportional set sizes (Pss of
/proc/PID/smaps_rollup), taken every few milliseconds. Pages in a shared file count once. Exit code
1 where counted / peak is not within 0.9 ... 1.3.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

LOW, HIGH = 0.9, 1.3
MIB = 1 << 20
TINY = "n1c1h1w1_o1k1"
# name: problem; the sum of its tensors in f32 is about that.
SIZES = {
    "tiny": "n1c8h14w14_o8k3p1",
    "2 MiB": "n1c64h56w56_o64k3p1",
    "50 MiB": "n8c64h112w112_o64k3p1",
    "200 MiB": "n8c64h224w224_o64k3p1",
    "800 MiB": "n32c64h224w224_o64k3p1",
}
BACKENDS = ["naive", "winograd", "fft", "onednn", "winograd,fft,onednn"]
DIRECTIONS = ["forward", "backward_data", "backward_weights"]


def descendants(root):
    """root and everything below it."""
    found, todo = [], [root]
    while todo:
        pid = todo.pop()
        found.append(pid)
        for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                todo += [int(child) for child in task.read_text().split()]
            except OSError:
                pass
    return found


def pss(pid):
    try:
        for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def peak_of(command, folder):
    """The peak, and the text of the run."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    most, over = 0, threading.Event()

    def watch():
        nonlocal most
        while not over.wait(0.003):
            most = max(most, sum(pss(pid) for pid in descendants(process.pid)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    out, err = process.communicate()
    over.set()
    watcher.join()
    return most, out, err


def keys_of(problem):
    """Of the names in SIZES."""
    number = {letter: int(n) for letter, n in re.findall(r"([nchwokp])(\d+)", problem)}
    keys = dict(n="batch", c="in_channels", h="height", w="width", o="out_channels")
    keys.update(k="kernel_size", p="padding")
    return {keys[letter]: value for letter, value in number.items()}


def run(convgauge, verb, problem, direction, backends):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        flags = {
            "verify": ["--json", "--no-shrink"],
            "bench": ["--json", "--rounds", "2"],
            "sweep": ["--out", str(folder / "o"), "--rounds", "2"],
        }[verb]
        what = [problem, "--direction", direction, "--backends", backends]
        if verb == "sweep":
            config = {
                "problems": [keys_of(problem)],
                "backends": backends.split(","),
                "settings": {"direction": [direction]},
            }
            (folder / "c.json").write_text(json.dumps(config))
            what = [str(folder / "c.json")]
        peak, out, err = peak_of([convgauge, verb, *what, "--threads", "1", *flags], folder)
        if verb == "sweep":
            out = (folder / "o" / "results.jsonl").read_text()
            cases = [json.loads(line) for line in out.splitlines()[1:]]
        else:
            cases = json.loads(out) if out else []
        if not cases:
            print(err, file=sys.stderr)
        return peak, [c for c in cases if c.get("memory_bytes")]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("convgauge")
    parser.add_argument("--only", default="", help="of 'VERB DIRECTION SIZE BACKENDS'")
    parser.add_argument("--json")
    options = parser.parse_args()
    bases, rows, bad = {}, [], 0
    print("| verb | direction | size | backends | counted MiB | peak MiB | counted / peak |")
    print("|---|---|---|---|--:|--:|--:|")
    for verb in ("verify", "bench", "sweep"):
        for direction in DIRECTIONS:
            for size, problem in SIZES.items():
                for backends in BACKENDS:
                    if not re.search(options.only, f"{verb} {direction} {size} {backends}"):
                        continue
                    key = (verb, direction, backends)
                    for base in (key, ("verify", direction, backends)):
                        if base not in bases:
                            bases[base] = run(options.convgauge, base[0], TINY, *base[1:])[0]
                    peak, cases = run(options.convgauge, verb, problem, direction, backends)
                    if not cases:
                        continue  # every backend refused
                    own = max(c["memory_bytes"] for c in cases)
                    counted = max(bases[key], bases["verify", direction, backends] + own)
                    share = counted / peak
                    bad += not LOW <= share <= HIGH
                    rows.append([*key, size, counted, peak])
                    print(
                        f"| {verb} | {direction} | {size} | {backends} | {counted / MIB:.0f} |"
                        f" {peak / MIB:.0f} | {share:.2f} |",
                        flush=True,
                    )
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(rows))
    print(f"{len(rows)} rows, {bad} outside {LOW} ... {HIGH}")
    sys.exit(1 if bad or not rows else 0)


if __name__ == "__main__":
    main()
