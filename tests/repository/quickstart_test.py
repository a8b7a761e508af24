"""quickstart_test.py BUILD ROOT: the targets that scripts/quickstart builds hold every program
that is installed, so that the commands of the README work after it."""
import pathlib
import re
import shutil
import subprocess
import sys


def main():
    build, root = map(pathlib.Path, sys.argv[1:])
    if not (build / "build.ninja").exists() or not shutil.which("ninja"):
        print("quickstart_test: what a target needs is asked of ninja, which did not build this")
        sys.exit(77)
    script = (root / "scripts" / "quickstart").read_text()
    targets = re.search(r"--target ((?:\S+/all ?)+)$", script, re.MULTILINE)
    if not targets:
        sys.exit("quickstart_test: scripts/quickstart names no folders to build")
    asked = subprocess.run(
        ["ninja", "-C", build, "-t", "commands", *targets.group(1).split()],
        capture_output=True,
        text=True,
        check=True,
    )
    made = set(re.findall(r" -o (bin/\S+)", asked.stdout))
    programs = {f"bin/{p.name}" for p in (build / "bin").iterdir() if p.is_file()}
    missing = programs - made
    if not programs or missing:
        sys.exit(f"quickstart_test: scripts/quickstart does not build {sorted(missing)}")


if __name__ == "__main__":
    main()
