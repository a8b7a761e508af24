"""The naming rule of plugin.h: names.py ROOT prints each breach and exits 1.

Each enumeration has a typedef cvg_NAME right above it, and its enumerators are CVG_NAME_something.
Every other file, of code or of text, uses no CVG_ name that plugins/include does not define.
CVG_NAME_* and CVG_NAME_ stand for several.

And the rule of a frozen interface: plugin_layout.c has a line for every enumerator, struct, field
and function of plugin.h, and ENDS for each struct that may grow: it ends without padding, which a
field appended later would fall into.
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


STRUCT = re.compile(r"typedef struct (cvg_\w+) \{(.*?)\} \1;", re.S)
FUNCTION = re.compile(r"\(\*(\w+)\)\(.*?\)", re.S)


def fields_of(body):
    """The names of a struct's fields, and those of them that are functions."""
    functions = FUNCTION.findall(body)
    names = []
    for declaration in FUNCTION.sub(r"\1", body).split(";"):
        words = re.sub(r"\[[^]]*\]", "", declaration).split(",")
        names += [re.findall(r"\w+", word)[-1] for word in words if word.strip()]
    return names, functions


def layout_breaches(header, layout):
    """What of the text of plugin.h has no line in that of plugin_layout.c."""
    header = without_comments(header)
    lines = set(re.findall(r"^\w+\([\w, ]*", without_comments(layout), re.M))

    def missing(line):
        return not any(have == line or have.startswith(line + ",") for have in lines)

    for _, body in ENUMERATION.findall(header):
        for enumerator in NAME.findall(body):
            if missing(f"VALUE({enumerator}"):
                yield f"VALUE({enumerator}, ...)"
    for struct, body in STRUCT.findall(header):
        fields, functions = fields_of(body)
        wanted = [f"SIZE({struct}"] + [f"FIELD({struct}, {field}" for field in fields]
        if fields[0] == "struct_size":
            wanted.append(f"ENDS({struct}, {fields[-1]}")
        wanted += [f"FUNCTION({struct}, {function}" for function in functions]
        yield from (f"{line}, ...)" for line in wanted if missing(line))


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
    layout = root / "tests/headers/plugin_layout.c"
    if layout.exists():
        text = header.read_text(encoding="utf-8")
        for line in layout_breaches(text, layout.read_text(encoding="utf-8")):
            yield f"{layout.relative_to(root)}: has no {line}"
    known = defined(root)
    for path, text in texts(root):
        for name in sorted(set(NAME.findall(text))):
            if not is_known(name, known):
                yield f"{path.relative_to(root)}: {name} is not defined in plugins/include"


if __name__ == "__main__":
    found = list(breaches(pathlib.Path(sys.argv[1]).resolve()))
    print("\n".join(found) or "every name keeps the rule")
    sys.exit(1 if found else 0)
