#!/usr/bin/env python3
"""What a reader may rely on in any file of the repository:
check.py CHECK ROOT prints each breach and exits 1.

format   every C, C++ and JavaScript file is as clang-format 14 writes it
python   every Python file is as black writes it, at 100 columns
lint     eslint has nothing to say of the page's scripts
columns  no line of code is wider than 100 columns
links    a link in a Markdown file to another file finds one
keys     every key that configs/schema.json knows stands in the table of configs/README.md
scripts  a shell script passes bash -n; what starts with #! under scripts/ and .ci/ may be executed
hosts    no file names a package registry's host:
         packages come by their ordinary clients' own settings

Where a formatter or eslint is not here, the check that needs it is skipped: exit code 77.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

TOP = ["harness", "backends", "plugins", "configs", "results", "tests", "scripts", "cmake", ".ci"]
CPP = {".h", ".hpp", ".c", ".cpp", ".cu", ".cuh"}
CODE = CPP | {".inc", ".comp", ".glsl", ".s", ".map", ".js", ".css", ".html", ".py", ".cmake"}
COLUMNS = 100
CLANG_FORMAT_MAJOR = "14"  # other versions write some lines otherwise
SKIPPED = 77
# In pieces, so that this file names none.
HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("crates", "io"),
        ("rubygems", "org"),
        ("anaconda", "org"),
        ("nuget", "org"),
        ("proxy.golang", "org"),
        ("maven.apache", "org"),
        ("docker", "io"),
        ("ghcr", "io"),
        ("nvcr", "io"),
        ("deb.debian", "org"),
        ("archive.ubuntu", "com"),
    )
]
LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.S | re.M)


def files(root):
    """Every file that is the repository's: none of a build's, none of a run's."""
    found = [p for p in root.iterdir() if p.is_file()]
    for folder in TOP:
        found += [p for p in (root / folder).rglob("*") if p.is_file()]
    mine = [
        p
        for p in found
        if "__pycache__" not in p.parts and not p.is_relative_to(root / "results" / "runs")
    ]
    return sorted(p for p in mine if p.name != ".git")


def text_of(path):
    try:
        return path.read_bytes().decode("utf-8", errors="replace")
    except FileNotFoundError:  # another test's, which was there when the files were listed
        return ""


def clang_format():
    for name in (f"clang-format-{CLANG_FORMAT_MAJOR}", "clang-format"):
        program = shutil.which(name)
        if program:
            said = subprocess.run(
                [program, "--version"], capture_output=True, text=True, check=True
            ).stdout
            if re.search(rf"version {CLANG_FORMAT_MAJOR}\.", said):
                return program
    return None


def skip(lacking):
    print(f"SKIPPED: no {lacking} here, so no file was looked at")
    sys.exit(SKIPPED)


def format(root):
    program = clang_format() or skip(f"clang-format {CLANG_FORMAT_MAJOR}")
    sources = [str(p) for p in files(root) if p.suffix in CPP | {".js"}]
    if not sources:
        return ["no C++ file was found"]
    said = subprocess.run(
        [program, "--dry-run", "--style=file", *sources], capture_output=True, text=True
    ).stderr
    suspects = {
        line.split(":")[0]: line
        for line in said.splitlines()
        if "warning:" in line or "error:" in line
    }
    # --dry-run also names places that it would replace by what stands there.
    return [line for file, line in suspects.items() if not stays(program, file)]


def stays(program, file):
    made = subprocess.run([program, "--style=file", file], capture_output=True)
    return made.returncode == 0 and made.stdout == pathlib.Path(file).read_bytes()


def script_kind(path):
    """The program that a script without an ending starts with: "python3", "bash", or ""."""
    found = re.match(r"#!.*\b(python3?|bash|sh)\b", text_of(path).split("\n", 1)[0])
    return found.group(1) if found else ""


def is_python(path):
    return path.suffix == ".py" or script_kind(path).startswith("python")


def python(root):
    program = shutil.which("black") or skip("black")
    sources = [str(p) for p in files(root) if is_python(p)]
    command = [program, "--check", "--quiet", f"--line-length={COLUMNS}"]
    done = subprocess.run([*command, *sources], capture_output=True, text=True)
    if done.returncode == 0:
        return []
    each = [p for p in sources if subprocess.run([*command, p], capture_output=True).returncode]
    return [f"{p}: black would write it otherwise" for p in each] or [done.stderr]


def lint(root):
    program = shutil.which("eslint") or skip("eslint")
    sources = [str(p.relative_to(root)) for p in files(root) if p.suffix == ".js"]
    settings = pathlib.Path(__file__).parent / "eslint.json"
    # Debian's modules lie where another node than Debian's does not look by itself.
    places = dict(os.environ, NODE_PATH="/usr/share/nodejs")
    command = [
        program,
        "--no-eslintrc",
        f"--config={settings.resolve()}",
        "--format=unix",
        *sources,
    ]
    done = subprocess.run(command, capture_output=True, text=True, env=places, cwd=root)
    return (done.stdout + done.stderr).splitlines() if done.returncode else []


def is_code(path):
    return path.suffix in CODE or path.name == "CMakeLists.txt" or script_kind(path) != ""


def is_free_to_be_wide(line):
    """One word that cannot be broken, such as an address, whatever stands before it."""
    return re.fullmatch(r"\s*(\S{1,8}\s+)?\S+", line) is not None


def columns(root):
    wrong = []
    for path in filter(is_code, files(root)):
        # What a raw string of C++ holds is data, each byte of which may matter.
        text = re.sub(r'R"(\w*)\(.*?\)\1"', blank, text_of(path), flags=re.S)
        for number, line in enumerate(text.split("\n"), 1):
            if len(line) > COLUMNS and not is_free_to_be_wide(line):
                wrong.append(f"{path.relative_to(root)}:{number}: {len(line)} columns")
    return wrong


def blank(match):
    return "\n" * match.group(0).count("\n")


def links(root):
    wrong = []
    for path in files(root):
        if path.suffix != ".md":
            continue
        for target in LINK.findall(FENCE.sub("", text_of(path))):
            name = target.split("#")[0]
            if (
                name
                and "://" not in target
                and not target.startswith("mailto:")
                and not (path.parent / name).exists()
            ):
                wrong.append(f"{path.relative_to(root)}: {target} is not there")
    return wrong


def keys_of(schema):
    if isinstance(schema, list):
        return set().union(*map(keys_of, schema)) if schema else set()
    if not isinstance(schema, dict):
        return set()
    named = schema.get("properties")
    own = set(named) if isinstance(named, dict) else set()
    return own.union(*(keys_of(value) for value in schema.values()))


def keys(root):
    known = keys_of(json.loads(text_of(root / "configs" / "schema.json")))
    page = text_of(root / "configs" / "README.md")
    missing = [key for key in sorted(known) if f"`{key}`" not in page]
    return [f"configs/README.md: no word of the key `{key}` of schema.json" for key in missing]


def scripts(root):
    wrong = []
    for path in files(root):
        first = text_of(path).split("\n", 1)[0]
        if re.match(r"#!.*\b(ba)?sh\b", first):
            said = subprocess.run(["bash", "-n", str(path)], capture_output=True, text=True).stderr
            wrong += said.splitlines()
        place = path.relative_to(root).parts[0]
        if place in ("scripts", ".ci") and first.startswith("#!") and not os.access(path, os.X_OK):
            wrong.append(f"{path.relative_to(root)}: may not be executed")
    return wrong


def hosts(root):
    pattern = re.compile("|".join(rf"(?<![\w-]){re.escape(host)}\b" for host in HOSTS), re.I)
    return [
        f"{path.relative_to(root)}: names {match}"
        for path in files(root)
        for match in sorted(set(pattern.findall(text_of(path))))
    ]


CHECKS = {
    check.__name__: check for check in (format, python, lint, columns, links, keys, scripts, hosts)
}

if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in CHECKS:
        sys.exit(__doc__)
    breaches = CHECKS[sys.argv[1]](pathlib.Path(sys.argv[2]).resolve())
    print("\n".join(breaches) or "no breach")
    sys.exit(bool(breaches))
