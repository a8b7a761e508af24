"""What a machine does not let convgauge keep plugins from is said in the header and by `machine`,
and plugins are right all the same; --trust keeps them from nothing."""
import json
import os
import pathlib
import signal
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cli import expect, main_of

VERIFY = "verify n1c2h6w7_o3k3p1 --backends naive,reference --threads 1 --json"
PLUGIN = "--plugin {plugins}/libconvgauge_naive.so"
NO_SECCOMP = 77


def subjects(cli, wrapper, arguments=""):
    """The first words of what the header of a run says was not enforced."""
    done = cli.run(f"{VERIFY} {PLUGIN} {arguments} --out r", wrapper=wrapper)
    if done.code == NO_SECCOMP:
        raise unittest.SkipTest("no seccomp on this machine")
    done.is_(0)
    header = json.loads((cli.folder / "r/results.jsonl").read_text().splitlines()[0])
    return {sentence.split(":")[0] for sentence in header.get("not_enforced", [])}


def denied(*calls):
    return " ".join(f"{{deny}} {call} EPERM" for call in calls)


def here(cli):
    everything = {"processes", "files", "storage", "system calls", "processes and threads"}
    expect(subjects(cli, "") <= everything, "another sentence")


def without_namespaces(cli):
    expect("storage" in subjects(cli, denied("unshare")), "nothing is said of storage")


def without_mounts(cli):
    said = subjects(cli, denied("mount"))
    expect("storage" in said, f"{said}")


def without_landlock(cli):
    said = subjects(cli, denied("unshare", "landlock_create_ruleset"))
    expect({"processes", "files", "storage"} <= said, f"{said}")
    expect("system calls" not in said, f"{said}")


def by_the_older_call_of_seccomp(cli):
    said = subjects(cli, denied("seccomp"))
    expect("system calls" not in said, f"{said}")


def trusted(cli):
    said = subjects(cli, "", "--trust")
    expect(said == {"files and other processes"}, f"{said}")


def children(process):
    tasks = pathlib.Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def killed_from_outside(cli):
    """Who kills convgauge's own processes beside a plugin says nothing of the plugin."""
    line = (
        "verify n1c2h6w7_o3k3p1 --plugin {faulty}/loops_forever.so --threads 1 --timeout 100000"
        " --no-shrink --json"
    )
    for generation, name in enumerate(("the warden", "the init", "the worker")):
        run = cli.start(line)
        # One worker describes the plugin and ends; the one that stays is in execute().
        processes, before, until = [], None, time.monotonic() + 60
        while (not processes or processes != before) and time.monotonic() < until:
            time.sleep(0.5)
            processes, before = [run.pid], processes
            for _ in range(generation + 1):
                processes = [c for p in processes for c in children(p)]
        for process in processes:
            os.kill(process, signal.SIGKILL)
        done = cli.finish(run)
        kind = json.loads(done.out)[0]["verdict"]["kind"]
        if name == "the worker":
            expect((kind, done.code) == ("died", 4), f"{name}: {kind}\n{done}")
        else:
            expect((kind, done.code) == ("unjudged", 5), f"{name}: {kind}\n{done}")


def machine(cli):
    done = cli.run("machine --json", wrapper=denied("unshare", "landlock_create_ruleset")).is_(0)
    said = json.loads(done.out)["not_enforced"]
    expect(any(sentence.startswith("files: no mount namespace") for sentence in said), f"{said}")


if __name__ == "__main__":
    main_of(
        [
            here,
            without_namespaces,
            without_mounts,
            without_landlock,
            by_the_older_call_of_seccomp,
            trusted,
            killed_from_outside,
            machine,
        ]
    )
