"""publish_test.py CONVGAUGE: what is published is what its runs make;
and the check notices where it is not."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def publish(root, tool, *arguments):
    done = subprocess.run(
        [sys.executable, root / "scripts" / "publish", "--tool", tool, *arguments],
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr


def scratch(folder):
    """A small tree: the script, one run, and a page with marks."""
    root = pathlib.Path(folder)
    run = root / "results" / "bench" / "machine_2026-11-22" / "winograd"
    for path in (root / "scripts", run, root / "harness"):
        path.mkdir(parents=True)
    shutil.copy(ROOT / "scripts" / "publish", root / "scripts")
    source = sorted((ROOT / "results" / "bench").glob("*/winograd/results.jsonl"))[0]
    shutil.copy(source, run)
    (root / "README.md").write_text(
        "# x\n\n<!-- published: winograd answer -->\n<!-- end -->\n\n<!-- published: winograd table"
        " 2 -->\nold\n<!-- end -->\n<!-- published: runs -->\n<!-- end -->\n<!-- published:"
        " winograd picture 1 -->\n<!-- end -->\n```\n<!-- published: nothing at all -->\n<!-- end"
        " -->\n```\n"
    )
    return root, run


def expect(condition, why):
    if not condition:
        sys.exit(f"publish_test: {why}")


def main():
    tool = sys.argv[1]
    code, said = publish(ROOT, tool, "--check")
    expect(
        code == 0,
        (
            "the tree's own tables and pictures are not what their runs make; scripts/publish"
            f" --write\n{said}"
        ),
    )
    with tempfile.TemporaryDirectory() as folder:
        root, run = scratch(folder)
        code, said = publish(root, tool, "--check")
        expect(
            code == 1 and "README.md" in said and "report.md" in said,
            f"stale blocks go unnoticed: {code} {said}",
        )
        expect(publish(root, tool, "--write")[0] == 0, "--write fails")
        page = (root / "README.md").read_text()
        for words in (
            "Use winograd everywhere: ",
            "| **total** |",
            "(results/bench/machine_2026-11-22/winograd/picture-1.svg)",
            "machine_2026-11-22/winograd]",
            "published: nothing at all",
        ):
            expect(words in page, f"no word of {words!r} in\n{page}")
        expect((run / "picture-1.svg").exists(), "no picture")
        code, said = publish(root, tool, "--check")
        expect(code == 0, f"what --write wrote does not stand up to --check: {said}")
        (root / "README.md").write_text(page.replace("| **total** |", "| **sum** |"))
        expect(publish(root, tool, "--check")[0] == 1, "a number changed by hand goes unnoticed")
        (root / "README.md").write_text(page)
        (run / "picture-9.svg").write_text("<svg/>")
        expect(publish(root, tool, "--check")[0] == 1, "a picture of no run goes unnoticed")
        (run / "picture-9.svg").unlink()
        (root / "README.md").write_text("<!-- published: vgg table -->\n<!-- end -->\n")
        code, said = publish(root, tool, "--check")
        expect(
            code == 1 and "no run of vgg" in said, f"a suite without a run goes unnoticed: {said}"
        )
        other = root / "elsewhere"
        shutil.move(run, other)
        (root / "README.md").write_text("<!-- published: winograd answer -->\n<!-- end -->\n")
        code, said = publish(root, tool, "--machine", "m", "--from", str(other))
        expect(
            code == 0 and (root / "results/bench/m_2026-11-22/winograd/report.md").exists(),
            f"--from keeps no run: {said}",
        )
    print(
        f"{len(list((ROOT / 'results' / 'bench').glob('*/*/results.jsonl')))} published runs, every"
        " table and picture as their files make them"
    )


main()
