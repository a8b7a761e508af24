#!/usr/bin/env python3
"""binaries.py CONVGAUGE NAME.so: a plugin of binaries/, compiled against ABI version 1 when it was
frozen, loads into this convgauge, keeps every rule, and gives the results that it gave then.
Exit 77 where it cannot run here."""
import collections
import hashlib
import json
import pathlib
import platform
import re
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent / "binaries"
# What Debian 12 has: a binary must not need newer ones.
NEWEST = {"GLIBC": (2, 36), "GLIBCXX": (3, 4, 30), "CXXABI": (1, 3, 13)}


def run(*words):
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def complaints(convgauge, name, known):
    file = FOLDER / name
    content = file.read_bytes()
    if hashlib.sha256(content).hexdigest() != known["sha256"]:
        yield f"{name} is not the file that binaries.json names: it must never change"
    for family, digits in re.findall(rb"\b(GLIBC|GLIBCXX|CXXABI)_([\d.]+)", content):
        version = tuple(int(part) for part in digits.decode().strip(".").split("."))
        if version > NEWEST[family.decode()]:
            yield f"{name} needs {family.decode()}_{digits.decode()}"
    code, out, err = run(convgauge, "check-plugin", file)
    if code != 0 or "BROKEN" in out or not re.search(r"right +kept", out):
        yield f"check-plugin: exit code {code}\n{out}{err}"
    code, out, err = run(
        *(convgauge, "verify", FOLDER / "suite.json", "--json", "--no-shrink"),
        *("--plugin", file, "--backend", known["backend"], *known.get("arguments", [])),
    )
    try:
        cases = json.loads(out)
    except json.JSONDecodeError:
        yield f"verify: exit code {code}: {out[:500]}{err}"
        return
    kinds = collections.Counter(case["verdict"]["kind"] for case in cases)
    if code != 0 or set(kinds) - {"agrees", "refused"} or kinds["agrees"] != known["agrees"]:
        yield f"verify: exit code {code}, {dict(kinds)}, and {known['agrees']} agreed before"
    details = known.get("details", [None])
    for case in cases:
        if case["verdict"]["kind"] not in ("agrees", "refused"):
            yield f"{case['replay']}: {json.dumps(case['verdict'])[:600]}"
        elif case["verdict"]["kind"] == "agrees" and case.get("details") not in details:
            yield f"{case['replay']}: details {case.get('details')}, not one of {details}"


def main():
    if platform.machine() != "x86_64" or platform.libc_ver()[0] != "glibc":
        print("skipped: the binaries are for x86-64 and the GNU C library")
        return 77
    convgauge, name = sys.argv[1:]
    found = list(
        complaints(convgauge, name, json.loads((FOLDER / "binaries.json").read_text())[name])
    )
    print("\n".join(found) or f"{name}: as it was")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
