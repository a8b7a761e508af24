#!/usr/bin/env python3
"""How many files a change touches: recipes.py ROOT [--build FOLDER].

Each *.patch beside this file adds one thing of a kind (harness/README.md, change recipes). It must
apply to the tree as it is, touch no more files than its recipe promises, and compile. Without
--build, the sources that it touches, and every header of the harness in one unit, are checked by
the compiler. With --build, all patches together are built in FOLDER and the program must know what
they added.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
MOST = {"axis": 3, "verdict": 3, "format": 2, "dtype": 5}
# Arguments of the built program, and what it must print.
CHECKS = [
    (
        "bench n1c1h1w1_o1k1 --backends naive --threads 1 --pace steady,resting --dry-run",
        "pace=resting",
    ),
    ("bench n1c1h1w1_o1k1 --backends naive --dtype f16e6,f32 --dry-run", "dtype=f16e6"),
    ("report {golden} -o {folder}/small.tsv", ""),
    ("verify {folder}/known.json --backends naive --dry-run", "1 case"),
]
KNOWN = """{"problems": [{"in_channels": 1, "out_channels": 1, "height": 3, "width": 3,
"kernel_size": 1}], "known": [{"match": "no *", "verdict": "cheated", "issue": "a test"}]}"""


def touched(patch):
    return sorted(set(re.findall(r"^\+\+\+ b/(\S+)", patch.read_text(encoding="utf-8"), re.M)))


def copy_of(root, folder):
    """The tree's own files, without builds and results."""
    for name in ("harness", "plugins", "backends", "configs", "cmake"):
        shutil.copytree(root / name, folder / name)
    for name in ("CMakeLists.txt", "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md"):
        if (root / name).exists():
            shutil.copy(root / name, folder)
    for name in ("scripts", "results"):
        (folder / name).symlink_to(root / name)
    (folder / "tests").mkdir()
    for child in (root / "tests").iterdir():
        (folder / "tests" / child.name).symlink_to(child)
    # The one folder of the tests that a recipe changes.
    (folder / "tests/headers").unlink()
    shutil.copytree(root / "tests/headers", folder / "tests/headers")


def apply(patch, folder):
    said = subprocess.run(
        ["patch", "-p1", "--fuzz=3", "--no-backup-if-mismatch", "-s", "-i", str(patch)],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    return said.stdout + said.stderr if said.returncode else ""


def compiles(folder, files, includes):
    """What the compiler says of the sources, and of all headers of the harness together, but for
    those of programs beside convgauge."""
    together = folder / "together.cpp"
    headers = sorted((folder / "harness").rglob("*.hpp"))
    headers = [h for h in headers if "onnx" not in h.parent.name]
    lines = [f'#include "{h.relative_to(folder / "harness")}"' for h in headers]
    together.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sources = [folder / f for f in files if f.endswith(".cpp")] + [together]
    flags = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror"]
    flags += [f"-I{folder / 'harness'}", f"-I{folder / 'plugins/include'}"]
    flags += [f"-I{path}" for path in includes]
    compiler = os.environ.get("CXX", "c++")
    said = [
        subprocess.run([compiler, *flags, str(source)], capture_output=True, text=True)
        for source in sources
    ]
    return "\n".join(s.stderr for s in said if s.returncode)


def counts(patches):
    wrong = []
    for patch in patches:
        files = touched(patch)
        print(f"{patch.stem}: {len(files)} files, at most {MOST[patch.stem]}: {', '.join(files)}")
        if len(files) > MOST[patch.stem]:
            wrong.append(f"{patch.stem} touches more files than its recipe promises")
    return wrong


def check_alone(root, patch, includes):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        copy_of(root, folder)
        complaint = apply(patch, folder) or compiles(folder, touched(patch), includes)
        return [f"{patch.stem}: {complaint}"] if complaint else []


def run(program, line, folder, root):
    golden = root / "tests" / "golden" / "small.jsonl"
    arguments = line.format(folder=folder, golden=golden).split()
    return subprocess.run([program, *arguments], capture_output=True, text=True)


def build(root, patches, folder):
    source = folder / "source"
    shutil.rmtree(source, ignore_errors=True)
    source.mkdir(parents=True)
    copy_of(root, source)
    for patch in patches:
        if complaint := apply(patch, source):
            return [f"{patch.stem}: {complaint}"]
    make = ["cmake", "-S", source, "-B", folder / "build", "-G", "Ninja", "-DBUILD_TESTING=OFF"]
    make += ["-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_CXX_FLAGS_RELEASE=-O0"]
    subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
    targets = ["--target", "convgauge", "convgauge_naive"]
    subprocess.run(["cmake", "--build", folder / "build", *targets], check=True)
    (folder / "known.json").write_text(KNOWN, encoding="utf-8")
    wrong = []
    for line, wanted in CHECKS:
        done = run(folder / "build" / "bin" / "convgauge", line, folder, root)
        if done.returncode != 0 or wanted not in done.stdout:
            wrong.append(f"{line}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("--build", type=pathlib.Path)
    parser.add_argument("--include", action="append", default=[])
    arguments = parser.parse_args()
    root = arguments.root.resolve()
    patches = sorted(HERE.glob("*.patch"))
    if {p.stem for p in patches} != set(MOST):
        return ["the patches are not those of the recipes"]
    wrong = counts(patches)
    if arguments.build:
        return wrong + build(root, patches, arguments.build.resolve())
    for patch in patches:
        wrong += check_alone(root, patch, arguments.include)
    return wrong


if __name__ == "__main__":
    complaints = main()
    print("\n".join(complaints) or "every recipe keeps its promise")
    sys.exit(bool(complaints))
