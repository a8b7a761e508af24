#!/usr/bin/env python3
"""commands.py CONVGAUGE ROOT: every command that a page shows is one that the program knows.

Looks at `convgauge VERB --option ...` in fences and in code between backticks, and asks VERB --help
which options there are. Prints each breach and exits 1.
"""
import functools
import pathlib
import re
import subprocess
import sys

from pages import pages
from check import text_of

CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.S | re.M)
COMMAND = re.compile(r"(?:^|[\s`/])convgauge +([a-z][a-z-]*)([^`\n#|;&]*)", re.M)
OPTION = re.compile(r"(?<![\w-])(--?[A-Za-z][\w-]*)")
VERBS = re.compile(r"^ +convgauge ([a-z-]+)", re.M)


def commands(text):
    """(verb, what follows it) of each command in the code of a page."""
    for code in CODE.findall(text):
        yield from COMMAND.findall(code.replace("\\\n", " "))


def asker(program):
    """said(*arguments): what the program answers, asked once for each."""

    @functools.lru_cache(maxsize=None)
    def said(*arguments):
        return subprocess.run([program, *arguments], capture_output=True, text=True).stdout

    return said


def breaches_of(text, said):
    for verb, rest in commands(text):
        if verb not in VERBS.findall(said("--help")):
            yield f"convgauge {verb}: there is no such verb"
            continue
        known = set(OPTION.findall(said(verb, "--help")))
        for option in OPTION.findall(rest):
            if option not in known:
                yield f"convgauge {verb} {option}: there is no such option"


def breaches(root, said):
    return [
        f"{path.relative_to(root)}: {why}"
        for path in pages(root)
        for why in sorted(set(breaches_of(text_of(path), said)))
    ]


def shown(root):
    return sum(1 for path in pages(root) for _ in commands(text_of(path)))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    root = pathlib.Path(sys.argv[2]).resolve()
    found = breaches(root, asker(sys.argv[1]))
    print("\n".join(found) or f"{shown(root)} commands, each known")
    sys.exit(bool(found))
