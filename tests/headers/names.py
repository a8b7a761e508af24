"""The naming rule of plugin.h: names.py ROOT prints each breach and exits 1.

Each enumeration has a typedef cvg_NAME right above it, and its enumerators are CVG_NAME_something.
Every other file, of code or of text, uses no CVG_ name that plugins/include does not define.
CVG_NAME_* and CVG_NAME_ stand for several.
"""
import pathlib
import re
import sys

FOLDERS = ("harness", "plugins", "backends", "tests", "scripts", "cmake", "configs")
SUFFIXES = {".h", ".hpp", ".c", ".cpp", ".cu", ".inc", ".py", ".cmake", ".txt", ".md", ".in"}
NAME = re.compile(r"\bCVG_[A-Za-z0-9_]+")
ENUMERATION = re.compile(r"(?:typedef int32_t cvg_(\w+);\s*)?\benum\s*\{(.*?)\}", re.S)


def without_comments(text):
    return re.sub(r"/\*.*?\*/", "", text, flags=re.S)


def enumeration_breaches(header):
    """What breaks the rule in the text of plugin.h."""
    for name, body in ENUMERATION.findall(without_comments(header)):
        for enumerator in NAME.findall(body):
            if not name:
                yield f"{enumerator} is of an enumeration without a typedef"
            elif not enumerator.startswith(f"CVG_{name.upper()}_"):
                yield f"{enumerator} is of cvg_{name}, but does not begin with CVG_{name.upper()}_"


def defined(root):
    """The names of plugins/include: enumerators of plugin.h, macros of every header."""
    include = root / "plugins/include/convgauge"
    header = without_comments((include / "plugin.h").read_text(encoding="utf-8"))
    names = {name for _, body in ENUMERATION.findall(header) for name in NAME.findall(body)}
    for path in include.rglob("*.h*"):
        names |= set(re.findall(r"#\s*define\s+(CVG_\w+)", path.read_text(encoding="utf-8")))
    return names


def is_known(name, known):
    return name in known or name.endswith("_") and any(other.startswith(name) for other in known)


def texts(root):
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in SUFFIXES and not path.name.startswith("names"):
                yield path, path.read_text(encoding="utf-8", errors="replace")


def breaches(root):
    header = root / "plugins/include/convgauge/plugin.h"
    for breach in enumeration_breaches(header.read_text(encoding="utf-8")):
        yield f"{header.relative_to(root)}: {breach}"
    known = defined(root)
    for path, text in texts(root):
        for name in sorted(set(NAME.findall(text))):
            if not is_known(name, known):
                yield f"{path.relative_to(root)}: {name} is not defined in plugins/include"


if __name__ == "__main__":
    found = list(breaches(pathlib.Path(sys.argv[1]).resolve()))
    print("\n".join(found) or "every name keeps the rule")
    sys.exit(1 if found else 0)
