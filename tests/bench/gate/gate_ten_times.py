#!/usr/bin/env python3
"""The gate end to end, by hand on a quiet machine:
gate_ten_times.py BUILD slower|same [--times 10] [--percent 5]

slower   a stored baseline against candidates that do 5% more work: each must end with exit code 3
same     against the same code in another file (one byte behind the ELF image,
         so another hash): each with 0
Prints a line each and the ratio that was measured; exit code 1 if any was judged wrongly. About 75
s for ten.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

PROBLEM = "n1c16h28w28_o32k3p1"


def run(convgauge, folder, *arguments):
    done = subprocess.run(
        [convgauge, *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "XDG_CACHE_HOME": str(folder / "cache")},
    )
    return done.returncode, done.stdout + done.stderr


def sweep(convgauge, folder, plugin, percent, out):
    code, text = run(
        convgauge,
        folder,
        "sweep",
        PROBLEM,
        "--plugin",
        plugin,
        "--backend",
        "slowed",
        "--threads",
        1,
        "--option",
        f"percent={percent}",
        "--out",
        out,
    )
    if code != 0:
        sys.exit(f"sweep ended with {code}\n{text}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("kind", choices=["slower", "same"])
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--percent", type=int, default=5)
    options = parser.parse_args()
    convgauge = options.build.resolve() / "bin" / "convgauge"
    plugin = options.build.resolve() / "slowed" / "slowed.so"
    wanted, percent = (3, options.percent) if options.kind == "slower" else (0, 0)
    wrong = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        other = folder / "other.so"
        other.write_bytes(plugin.read_bytes() + b"\0")
        sweep(convgauge, folder, plugin, 0, "baseline")
        for i in range(options.times):
            start = time.monotonic()
            sweep(convgauge, folder, other, percent, f"candidate{i}")
            # A single case scatters about nothing, so it is always a suspect;
            # a run of many would be cleared at times.
            code, text = run(
                convgauge,
                folder,
                "gate",
                f"candidate{i}",
                "--baseline",
                "baseline",
                "-o",
                f"{i}.json",
            )
            suspects = (
                json.loads((folder / f"{i}.json").read_text())["suspects"]
                if (folder / f"{i}.json").exists()
                else []
            )
            ratio = suspects[0]["time_ratio"] if suspects else None
            shown = (
                "no ratio"
                if not ratio
                else (
                    f"time {ratio['ratio']:.4f} ({ratio['low']:.4f} .. {ratio['high']:.4f}),"
                    f" {ratio['rounds']} rounds"
                )
            )
            wrong += code != wanted
            print(
                (
                    f"{'ok   ' if code == wanted else 'WRONG'} {options.kind} {i + 1}: exit code"
                    f" {code}, {shown}, {time.monotonic() - start:.1f} s"
                ),
                flush=True,
            )
            if code not in (0, 3):
                print(text)
    print(f"{options.kind}: {options.times - wrong} of {options.times} judged rightly")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
