"""What a plugin had loaded belongs to its identity; two files of one backend side by side; files
that are replaced during a run."""
import json
import os
import pathlib
import shutil
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cli import expect, main_of  # noqa: E402

PROBLEM = "n1c1h4w4_o1k1"


def borrower(cli):
    folder = cli.build / "borrower"
    if not (folder / "borrower.so").exists():
        raise unittest.SkipTest("tests/cli/plugins was not built")
    return folder


def sweep(cli, version, out, name="borrower", more=""):
    folder = borrower(cli)
    cli.environment["LD_LIBRARY_PATH"] = str(folder / version)
    done = cli.run(
        f"sweep {PROBLEM} --plugin {folder}/{name}.so --backend {name} --threads 1 --rounds 7"
        f" --out {out} {more}"
    )
    del cli.environment["LD_LIBRARY_PATH"]
    return done


def libraries(cli, out):
    """The libwork.so that a run recorded, in its header or in a case."""
    lines = [json.loads(line) for line in open(cli.folder / out / "results.jsonl")]
    all = [library for line in lines for library in line.get("libraries", [])]
    expect(any(l["name"] == "libc.so.6" for l in all), f"no libc in {all}")
    return [l for l in all if l["name"] == "libwork.so"]


def told(done, folder):
    expect("libwork.so of" in done.out, f"the library is not named\n{done}")
    for version in ("fast", "slow"):
        expect(f"{folder}/{version}/libwork.so" in done.out, f"{version} is not named\n{done}")


def another_library_is_named(cli):
    for name in ("borrower", "lazy_borrower"):
        folder = borrower(cli)
        sweep(cli, "fast", f"then_{name}", name).is_(0)
        sweep(cli, "slow", f"now_{name}", name).is_(0)
        ids = [libraries(cli, f"{out}_{name}") for out in ("then", "now")]
        expect(all(len(i) == 1 for i in ids), f"not one libwork.so each: {ids}")
        expect(ids[0][0]["id"].startswith("build-id "), f"no build-id: {ids}")
        expect(ids[0][0]["id"] != ids[1][0]["id"], f"the same: {ids}")
        told(cli.run(f"compare then_{name} now_{name}").is_(0), folder)
        told(cli.run(f"report then_{name} now_{name}").is_(0), folder)
        gate = cli.run(f"gate now_{name} --baseline then_{name} --suspect-all --strict")
        told(gate, folder)
        gate = cli.run(f"gate now_{name} --baseline then_{name} --strict").is_(5)
        told(gate, folder)
        expect("so the machine differed" not in gate.out, f"the machine is blamed\n{gate}")


def the_same_library_is_no_difference(cli):
    sweep(cli, "plain", "then").is_(0)
    sweep(cli, "plain", "now").is_(0)
    expect(libraries(cli, "now")[0]["id"].startswith("hash "), "no hash without a build-id")
    done = cli.run("compare then now").is_(0)
    expect("libwork" not in done.out, f"a difference where there is none\n{done}")


def resume_refuses_another_library(cli):
    for name in ("borrower", "lazy_borrower"):
        suite = {
            "problems": [
                {"in_channels": 1, "out_channels": 1, "height": 4, "width": w, "kernel_size": 1}
                for w in (4, 5)
            ]
        }
        cli.write("two.json", suite)
        folder = borrower(cli)
        line = (
            f"sweep two.json --plugin {folder}/{name}.so --backend {name} --threads 1"
            f" --rounds 3"
        )
        cli.environment["LD_LIBRARY_PATH"] = str(folder / "fast")
        cli.run(f"{line} --out {name}").is_(0)
        file = cli.folder / name / "results.jsonl"
        kept = "".join(open(file).readlines()[:2])
        file.write_text(kept)
        cli.environment["LD_LIBRARY_PATH"] = str(folder / "slow")
        done = cli.run(f"{line} --resume {name}").is_(2)
        expect("libwork.so: build-id" in done.err, f"the library is not named\n{done}")
        expect(file.read_text() == kept, "the file was changed")


def two_files_by_labels(cli):
    image = (cli.build / "plugins" / "libconvgauge_naive.so").read_bytes()
    (cli.folder / "a.so").write_bytes(image)
    (cli.folder / "b.so").write_bytes(image + b"\0")
    both = "--plugin old=a.so --plugin new=./b.so"
    verbs = {
        f"verify {PROBLEM} --json": 0,
        f"bench {PROBLEM} --rounds 3": 0,
        f"sweep {PROBLEM} --rounds 3 --out ab": 0,
        "fuzz --count 3": 0,
    }
    for line, code in verbs.items():
        done = cli.run(f"{line} {both} --threads 1").is_(code)
        expect("old" in done.out and "new" in done.out, f"not both\n{done}")
    header = json.loads(open(cli.folder / "ab" / "results.jsonl").readline())
    files = {p["label"]: p["file"] for p in header["plugins"]}
    expect(files == {"old": "a.so", "new": "./b.so"}, f"{files}")
    cli.run("compare ab --of new --with old").is_(0)
    done = cli.run(f"verify {PROBLEM} {both} --backends new,reference --dry-run").is_(0)
    expect("new" in done.out and "old" not in done.out, f"{done}")


def two_files_without_labels(cli):
    image = (cli.build / "plugins" / "libconvgauge_naive.so").read_bytes()
    (cli.folder / "a.so").write_bytes(image)
    (cli.folder / "b.so").write_bytes(image + b"\0")
    for more in ("", "--backend naive"):
        for verb in ("verify", "bench", "sweep"):
            done = cli.run(f"{verb} {PROBLEM} --plugin a.so --plugin b.so {more}").is_(2)
            expect("a.so" in done.err and "b.so" in done.err and "label" in done.err, f"{done}")
    for wrong in ("--plugin x=a.so --plugin x=b.so", "--plugin x=", "--plugin =a.so"):
        cli.run(f"verify {PROBLEM} {wrong}").is_(2)
    done = cli.run(f"verify {PROBLEM} --plugin b.so --backend naive --threads 1").is_(0)
    expect("b.so is used, and not" in done.err, f"the shadowed file is not named\n{done}")


def a_plugin_replaced_in_mid_run(cli):
    image = (cli.build / "plugins" / "libconvgauge_naive.so").read_bytes()
    (cli.folder / "a.so").write_bytes(image)
    suite = {
        "problems": [
            {"in_channels": 64, "out_channels": 64, "height": 40, "width": w, "kernel_size": 3}
            for w in range(20, 400)
        ]
    }
    cli.write("many.json", suite)
    run = cli.start("sweep many.json --plugin a.so --backend naive --threads 1 --rounds 3 --out r")
    file = cli.folder / "r" / "results.jsonl"
    while run.poll() is None and not (file.exists() and file.read_text().count("\n") > 1):
        time.sleep(0.02)
    (cli.folder / "new.so").write_bytes(image + b"\0")
    os.replace(cli.folder / "new.so", cli.folder / "a.so")
    done = cli.finish(run).is_(2)
    expect("a.so: the plugin file of 'naive' has changed" in done.err, f"{done}")
    for line in open(file).readlines()[1:]:
        expect(json.loads(line)["verdict"]["kind"] == "agrees", f"a verdict on the plugin: {line}")


def convgauge_replaced_in_mid_run(cli):
    own = cli.folder / "bin" / "convgauge"
    own.parent.mkdir()
    shutil.copy(cli.convgauge, own)
    cli.convgauge = own
    suite = {
        "problems": [
            {"in_channels": 8, "out_channels": 8, "height": 9, "width": w, "kernel_size": 3}
            for w in range(9, 21)
        ]
    }
    cli.write("many.json", suite)
    naive = "{plugins}/libconvgauge_naive.so"
    run = cli.start(
        f"sweep many.json --plugin {naive} --backend naive --threads 1,2 --rounds 3 --processes 2"
        " --out r"
    )
    file = cli.folder / "r" / "results.jsonl"
    while run.poll() is None and not file.exists():
        time.sleep(0.02)
    own.unlink()
    own.write_text("#!/bin/false\n")
    own.chmod(0o755)
    cli.finish(run).is_(0)


def a_hanging_library_in_the_search_path(cli):
    hangs = cli.build / "faulty" / "hangs_on_load.so"
    if not hangs.exists():
        raise unittest.SkipTest("tests/faulty was not built")
    (cli.folder / "path").mkdir()
    shutil.copy(hangs, cli.folder / "path" / "zz.so")
    naive = cli.build / "plugins" / "libconvgauge_naive.so"
    shutil.copy(naive, cli.folder / "path" / "libconvgauge_naive.so")
    cli.environment["CONVGAUGE_PLUGIN_PATH"] = str(cli.folder / "path")
    done = cli.run("list").is_(0)
    expect("zz.so: did not say within" in done.err, f"the file is not named\n{done}")
    # By name it is not even started.
    done = cli.run(f"verify {PROBLEM} --backend naive --threads 1").is_(0)
    expect("zz.so" not in done.err, f"{done}")


main_of(
    [
        another_library_is_named,
        the_same_library_is_no_difference,
        resume_refuses_another_library,
        two_files_by_labels,
        two_files_without_labels,
        a_plugin_replaced_in_mid_run,
        convgauge_replaced_in_mid_run,
        a_hanging_library_in_the_search_path,
    ]
)
