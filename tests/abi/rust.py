#!/usr/bin/env python3
"""rust.py CONVGAUGE LATER_HOST: the plugin of rust/ built by rustc, held against every rule,
verified, and used by a host of a later time. Exit 77 where there is no rustc."""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def run(words):
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True)
    print(done.stdout, done.stderr, sep="")
    if done.returncode != 0:
        sys.exit(f"exit code {done.returncode}: {' '.join(map(str, words))}")
    return done.stdout


def main():
    convgauge, later_host = sys.argv[1:]
    rustc = shutil.which("rustc")
    if not rustc or subprocess.run([rustc, "--version"], capture_output=True).returncode != 0:
        print("skipped: no rustc here")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "librusty.so"
        run(
            [rustc, "--edition", "2021", "--crate-type", "cdylib", "-O"]
            + ["-o", file, HERE / "rust/plugin.rs"]
        )
        out = run([convgauge, "check-plugin", file])
        if "BROKEN" in out or not re.search(r"right +kept", out):
            sys.exit("a rule is broken")
        of = ["--plugin", file, "--backend", "rusty"]
        out = run([convgauge, "verify", HERE / "binaries/suite.json", *of])
        if not re.search(r"\d+ agrees", out):
            sys.exit("nothing ran")
        run([later_host, file])
    return 0


if __name__ == "__main__":
    sys.exit(main())
