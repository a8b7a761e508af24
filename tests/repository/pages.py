#!/usr/bin/env python3
"""What a reader of the pages may rely on: pages.py CHECK ROOT prints each breach and exits 1.

anchors  a link to a #heading finds it in its page (check.py looks at links between files)
tables   a file that a folder's README lists (first column of a table) is there
outside  no file sends its reader to a page that the tree does not have
size     README.md is a first page: at most 9,000 bytes
"""
import pathlib
import re
import sys

from check import FENCE, LINK, files, text_of

LARGEST_README = 9_000  # bytes
CODE = re.compile(r"`[^`\n]*`")
HEADING = re.compile(r"^#{1,6} +(.*?)#* *$", re.M)
NAMED_PLACE = re.compile(r"<a (?:id|name)=\"([^\"]+)\"")
FIRST_CELL = re.compile(r"^\| ([^|]*)\|", re.M)
# `axis.hpp`, `geometry.*`; not `plugins/NAME.cpp`, which stands for many.
FILE_NAME = re.compile(
    r"`([a-z0-9_./*-]+\.(?:\*|[ch]pp|[hc]|cu|inc|comp|js|css|html|py|cmake|json))`"
)
PAGE_NAME = re.compile(r"[\w./-]+\.md\b")
# What follows starts a comment, by the file's suffix; a line of a block comment starts with a star.
COMMENT = {
    suffix: re.compile(start, re.M)
    for start, suffixes in (
        (r"//.*$|^\s*/?\*.*$", ".h .hpp .c .cpp .cu .cuh .inc .comp .js"),
        (r"#.*$", ".py .cmake .txt"),
    )
    for suffix in suffixes.split()
}
# Pages that the project was planned on, and that were never part of the tree; in pieces, so that
# this file names none.
PLANS = "design|verification|measurement|conv2d-semantics|cpu-backends|gpu-backends|redesign"
PLAN = re.compile(rf"(?<![\w/-])(?:\.\./)*{'shared'}/[\w.-]*|(?<![\w-])(?:{PLANS})\.md\b")


def pages(root):
    return [path for path in files(root) if path.suffix == ".md"]


def slug(heading):
    """The anchor that a heading gets: as GitHub makes it."""
    words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", words).replace(" ", "-")


def anchors_of(text):
    """Of a page: its headings', of which a repeated one is numbered, and those set by hand."""
    found = set(NAMED_PLACE.findall(text))
    for heading in HEADING.findall(FENCE.sub("", text)):
        anchor, number = slug(heading), 1
        while anchor in found:
            anchor, number = f"{slug(heading)}-{number}", number + 1
        found.add(anchor)
    return found


def targets(text):
    """What a page links to: not in code, which shows how a link is written."""
    return LINK.findall(CODE.sub("", FENCE.sub("", text)))


def leads_nowhere(path, target):
    """Whether the page at `path` names a heading that the page at `target` does not have."""
    name, _, anchor = target.partition("#")
    place = path.parent / name if name else path
    if "://" in target or not anchor or place.suffix != ".md" or not place.exists():
        return False
    return anchor not in anchors_of(text_of(place))


def anchors(root):
    return [
        f"{path.relative_to(root)}: {target}: that page has no such heading"
        for path in pages(root)
        for target in targets(text_of(path))
        if leads_nowhere(path, target)
    ]


def listed(text):
    """The files that the tables of a page name in their first column."""
    return [name for cell in FIRST_CELL.findall(text) for name in FILE_NAME.findall(cell)]


def tables(root):
    return [
        f"{path.relative_to(root)}: `{name}` is not in its folder"
        for path in pages(root)
        if path.name == "README.md"
        for name in listed(text_of(path))
        if not any(path.parent.glob(name))
    ]


def absent(root, path, name):
    return not (path.parent / name).exists() and not (root / name).exists()


def outside(root):
    wrong = []
    for path in files(root):
        text = text_of(path)
        named = [m.group() for m in PLAN.finditer(text)]
        if path.suffix in COMMENT:
            comments = " ".join(COMMENT[path.suffix].findall(text))
            named += [name for name in PAGE_NAME.findall(comments) if absent(root, path, name)]
        where = path.relative_to(root)
        wrong += [f"{where}: {name} is not in the tree" for name in sorted(set(named))]
    return wrong


def size(root):
    length = (root / "README.md").stat().st_size
    if length <= LARGEST_README:
        return []
    return [f"README.md: {length} bytes, more than {LARGEST_README}; a folder's page can have them"]


CHECKS = {check.__name__: check for check in (anchors, tables, outside, size)}

if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in CHECKS:
        sys.exit(__doc__)
    breaches = CHECKS[sys.argv[1]](pathlib.Path(sys.argv[2]).resolve())
    print("\n".join(breaches) or "no breach")
    sys.exit(bool(breaches))
