"""Where memory is short, in a control group of its own: nothing is blamed on a plugin, and what
does not fit is told beforehand. Skipped where no such group can be made."""
import contextlib
import json
import os
import pathlib
import sys
import unittest
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cli import expect, main_of

MIB = 1 << 20
FAULTY = "takes_all_memory"  # gives up at 4 GiB


def memory_folder():
    """The folder of this process's memory control group, and the name of its limit."""
    for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if "memory" in controllers.split(","):
            return pathlib.Path("/sys/fs/cgroup/memory" + path), "memory.limit_in_bytes"
        folder = pathlib.Path("/sys/fs/cgroup" + path)
        if not controllers and (folder / "cgroup.controllers").exists():
            return folder, "memory.max"
    raise unittest.SkipTest("there is no memory control group")


@contextlib.contextmanager
def group_of(limit):
    """A control group with this limit, in bytes, beside or below this process's own."""
    parent, name = memory_folder()
    for beside in (parent, parent.parent):
        folder = beside / f"convgauge-test-{uuid.uuid4().hex}"
        try:
            folder.mkdir()
        except OSError:
            continue
        try:
            (folder / name).write_text(str(limit))
        except OSError:
            folder.rmdir()
            continue
        try:
            yield folder
        finally:
            with contextlib.suppress(OSError):
                folder.rmdir()
        return
    raise unittest.SkipTest("no memory control group can be made here")


def run_in(cli, limit, line):
    """Runs convgauge in a group of its own, by way of this process."""
    home, _ = memory_folder()
    with group_of(limit) as group:
        (group / "cgroup.procs").write_text(str(os.getpid()))
        try:
            return cli.run(line)
        finally:
            (home / "cgroup.procs").write_text(str(os.getpid()))


def faulty(cli, name):
    file = pathlib.Path(cli.names["faulty"]) / f"{name}.so"
    if not file.exists():
        raise unittest.SkipTest("tests/faulty is not built")
    return f"--plugin {file} --backend {name} --no-shrink"


def the_systems_kill_is_no_death(cli):
    """A plugin that takes all memory of the group: refused with what it held, exit code 6."""
    plugin = faulty(cli, FAULTY)
    done = run_in(cli, 512 * MIB, f"verify n1c2h4w4_o2k3p1 {plugin} --json").is_(6)
    verdict = json.loads(done.out)[0]["verdict"]
    expect(verdict["kind"] == "refused", f"{verdict}")
    expect(verdict["reason"] == "memory" and "during execute" in verdict["why"], f"{verdict}")
    expect("GiB at most" in verdict["why"], f"what it held is missing: {verdict}")


def its_own_kill_is_a_death(cli):
    """SIGKILL without want of memory stays the plugin's: exit code 4."""
    plugin = faulty(cli, "kills_itself")
    run_in(cli, 512 * MIB, f"verify n1c2h4w4_o2k3p1 {plugin} --json").is_(4)


def what_does_not_fit_is_told(cli):
    """120 MiB of tensors in 256 MiB: refused, with the group's limit named."""
    done = run_in(
        cli, 256 * MIB, "verify n4c64h64w64_o256k1 --backend reference --reference full --json"
    )
    verdict = json.loads(done.is_(6).out)[0]["verdict"]
    expect(verdict["kind"] == "refused" and verdict["reason"] == "memory", f"{verdict}")
    expect("control group's limit" in verdict["why"], f"{verdict}")


def entrants_take_turns(cli):
    """Where twelve at once do not fit, each is set up for its turn: all are measured in the rounds,
    and the records say so."""
    backends = [{"name": "reference", "label": f"r{i}"} for i in range(12)]
    settings = {"verify": {"fills": ["normal"]}, "measure": {"rounds": 3}, "threads": [1]}
    config = {
        "problems": [
            {
                "batch": 4,
                "in_channels": 256,
                "out_channels": 1,
                "height": 64,
                "width": 64,
                "kernel_size": 1,
                "bias": False,
            }
        ],
        "backends": backends,
        "settings": settings,
    }
    cli.write("c.json", config)
    run_in(cli, 368 * MIB, "sweep c.json --out o")
    _, records = cli.records("o")
    expect(len(records) == 12, f"{len(records)} records")
    for record in records:
        m = record["measurement"]
        evidence = m.get("evidence", m)
        expect(m["kind"] in ("measured", "inconclusive"), f"{m}")
        expect("set up anew for each round" in evidence["note"], f"{m}")


def several_jobs_share_a_small_group(cli):
    """Beside plugins that take all memory, time and again, nobody else is blamed or refused."""
    file = pathlib.Path(cli.names["faulty"]) / f"{FAULTY}.so"
    if not file.exists():
        raise unittest.SkipTest("tests/faulty is not built")
    shape = {"in_channels": 2, "out_channels": 2, "height": 4, "kernel_size": 3}
    cli.write("c.json", {"problems": [{**shape, "width": w} for w in range(4, 8)]})
    naive = "--plugin {plugins}/libconvgauge_naive.so"
    line = f"verify c.json --plugin {file} {naive} --threads 1 --no-shrink --jobs 3 --json"
    done = run_in(cli, 512 * MIB, line).is_(0)
    kinds = [(r["backend"], r["verdict"]["kind"]) for r in json.loads(done.out)]
    expect(kinds == [("naive", "agrees"), (FAULTY, "refused")] * 4, f"{kinds}\n{done}")


def the_machine_fits_into_a_small_group(cli):
    """The arrays that bandwidth is measured with follow the memory there is."""
    run_in(cli, 192 * MIB, "machine").is_(0)


main_of(
    [
        the_systems_kill_is_no_death,
        its_own_kill_is_a_death,
        what_does_not_fit_is_told,
        entrants_take_turns,
        several_jobs_share_a_small_group,
        the_machine_fits_into_a_small_group,
    ]
)
