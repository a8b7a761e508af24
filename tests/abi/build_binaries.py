#!/usr/bin/env python3
"""Makes the binaries of binaries/ that are not there yet, on Debian 12, x86-64.

What is there is never built again: it stands for the plugins that are out in the world. A new
feature of the interface gets a new source, and with it a binary and a line in binaries.json
(`agrees`: of the cases of suite.json, 0 until binaries.py has told it).
"""
import hashlib
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
FOLDER, ROOT = HERE / "binaries", HERE.parents[1]
# For any x86-64 processor; as small as can be.
FLAGS = (
    "-Os -march=x86-64 -mtune=generic -fPIC -shared -s -fvisibility=hidden -ffp-contract=off"
    " -fno-asynchronous-unwind-tables -Wl,-z,defs -Wl,-z,noseparate-code -Wl,--gc-sections"
    " -Wl,--build-id=sha1 -Wl,--hash-style=gnu"
).split()
LANGUAGES = {
    ".c": ["gcc", "-std=c11"],
    ".cpp": ["g++", "-std=c++20", "-fvisibility-inlines-hidden"],
}


def command(source, file):
    return [
        *LANGUAGES[source.suffix],
        *FLAGS,
        f"-Wl,--version-script={ROOT / 'cmake/plugin_exports.map'}",
        f"-I{ROOT / 'plugins/include'}",
        str(source),
        "-o",
        str(file),
    ]


def main():
    table = FOLDER / "binaries.json"
    known = json.loads(table.read_text()) if table.exists() else {}
    for source in sorted((FOLDER / "sources").glob("*.c*")):
        file = FOLDER / f"{source.stem}.so"
        if file.exists():
            continue
        subprocess.run(command(source, file), check=True)
        known[file.name] = {
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
            "backend": f"abi1_{source.stem}",
            "agrees": 0,
        }
        print(f"{file.name}: {file.stat().st_size} bytes")
    lines = ",\n".join(f"  {json.dumps(n)}: {json.dumps(known[n])}" for n in sorted(known))
    table.write_text("{\n" + lines + "\n}\n")


if __name__ == "__main__":
    sys.exit(main())
