"""scripts/slurm_sweep on a real SLURM: a job array of shards on two nodes, of which one goes down
and comes back, merged, is the run of one machine but for the times; what is wrong is said before
anything is submitted."""
import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cli import SOURCE, expect, keys_of, main_of, small_config  # noqa: E402
from slurm_cluster import Cluster, why_not  # noqa: E402

SCRIPT = SOURCE / "scripts" / "slurm_sweep"
TASKS, PROBLEMS = 8, 200
LONG = 600.0


@contextlib.contextmanager
def cluster():
    if reason := why_not():
        raise unittest.SkipTest(reason)
    folder = tempfile.mkdtemp(prefix="slurm-", dir="/tmp")
    try:
        with Cluster(folder) as made:
            yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def submit(cli, made, *words):
    return subprocess.run(
        [SCRIPT, *map(str, words)],
        cwd=cli.folder,
        env={
            **made.environment,
            "CONVGAUGE": str(cli.convgauge),
            "XDG_CACHE_HOME": cli.environment["XDG_CACHE_HOME"],
        },
        capture_output=True,
        text=True,
    )


def lines_of(file):
    with contextlib.suppress(FileNotFoundError):
        return file.read_text().count("\n")
    return 0


def pull_the_plug(cli, made):
    """Of the node on which a task has measured some problems; returns the task's number."""
    found = []

    def is_under_way():
        for name, task, state, node in made.tasks():
            file = cli.folder / "out" / "shards" / task / "results.jsonl"
            if state == "RUNNING" and name == "convgauge" and 3 < lines_of(file) < 20:
                found[:] = [(task, node)]
        return bool(found)

    made.wait("a task under way", is_under_way, LONG)
    task, node = found[0]
    made.kill_node(node)
    return task, node


def verdicts(records):
    return sorted((*key, str(r["verdict"])) for key, r in zip(keys_of(records), records))


def a_node_goes_down(cli):
    with cluster() as made:
        cli.write("c.json", small_config(PROBLEMS))
        done = submit(cli, made, "c.json", "--tasks", TASKS, "--out", "out", "--sbatch=--time=30")
        expect(done.returncode == 0 and done.stdout.startswith("array "), str(done))
        task, node = pull_the_plug(cli, made)
        made.wait(f"node {node} down", lambda: node in made.nodes("down*"), LONG)
        made.begin_node(node)
        out = cli.folder / "out"

        def is_over():
            jobs = made.tasks()
            left = [j for j in jobs if j[2] not in ("COMPLETED", "FAILED", "NODE_FAIL")]
            return bool(jobs) and not left

        made.wait("the end of all jobs", is_over, LONG)
        said = (out / "logs" / "merge").read_text()
        expect((out / "whole" / "report.html").exists(), f"no merged report: {said[-800:]}")
        ran = (out / "logs" / f"task-{task}").read_text()
        expect(ran.count("convgauge: shard ") >= 2, f"task {task} was not started again: {ran}")
        cli.run("sweep c.json --out alone").is_(0)
        want, got = cli.records("alone")[1], cli.records("out/whole")[1]
        expect(keys_of(got) == keys_of(want), "other cases than on one machine, or another order")
        expect(verdicts(got) == verdicts(want), "other verdicts than on one machine")
        expect(len(got) == PROBLEMS, f"{len(got)} lines")
        again = submit(cli, made, "c.json", "--tasks", TASKS, "--out", "out")
        expect(again.returncode == 2 and "is merged" in again.stderr, str(again))


def what_is_wrong_is_said(cli):
    with cluster() as made:
        cli.write("c.json", small_config(2))
        cli.write("wrong.json", small_config(2, color="red"))
        for words, complaint in (
            ("", "no config"),
            ("c.json", "--tasks ''"),
            ("c.json --tasks 0 --out o", "--tasks '0'"),
            ("c.json --tasks 2", "no --out"),
            ("c.json --tasks 2 --out o --fast", "--fast: no such option"),
            ("c.json --tasks 2 --out o -- --resume o", "--resume: each task has its own"),
            ("absent.json --tasks 2 --out o", "absent.json"),
            ("wrong.json --tasks 2 --out o", "color"),
            ("c.json --tasks 2 --out o -- --rounds many", "--rounds"),
        ):
            done = submit(cli, made, *words.split())
            expect(done.returncode == 2 and complaint in done.stderr, f"{words}: {done}")
        expect(not (cli.folder / "o").exists() and not made.tasks(), "something was begun")


if __name__ == "__main__":
    main_of([what_is_wrong_is_said, a_node_goes_down])
