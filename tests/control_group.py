"""Control groups (cgroups(7)) for tests: a CPU quota, a limit of memory, or both."""
import contextlib
import os
import pathlib
import time


class NoGroups(Exception):
    """Why this machine lets us make none."""


def _group(controller):
    """The folder in which this process's group of a controller can get a child, that which this
    process is in now, and whether they are of version 1."""
    paths = {}
    for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines():
        _, names, path = line.split(":", 2)
        paths.update({name: path for name in names.split(",")})
    for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines():
        front, back = line.split(" - ", 1)
        root, point = front.split()[3:5]
        kind, _, options = (back.split() + ["", ""])[:3]
        first = kind == "cgroup" and controller in options.split(",")
        if not first and (kind != "cgroup2" or controller in paths):
            continue
        path = os.path.relpath(paths[controller if first else ""], root)
        home = pathlib.Path(point) / ("" if path.startswith("..") else path)
        # In version 2 a group with processes of its own, but for the topmost, has no children that
        # are limited.
        return (home if first else pathlib.Path(point)), home, first
    raise NoGroups(f"no control groups with the controller {controller} are mounted")


def _limits(controller, first, cpus, memory, period_us):
    if controller == "memory":
        return {"memory.limit_in_bytes" if first else "memory.max": str(memory)}
    quota = str(int(cpus * period_us))
    if first:
        return {"cpu.cfs_period_us": str(period_us), "cpu.cfs_quota_us": quota}
    return {"cpu.max": f"{quota} {period_us}"}


@contextlib.contextmanager
def limited(cpus=None, memory=None, period_us=100_000):
    """This process, and what it starts meanwhile, may use that many processors' time (in periods of
    `period_us`) and bytes of memory. NoGroups where the system does not let us."""
    made, homes = [], []
    try:
        for controller, wanted in (("cpu", cpus), ("memory", memory)):
            if wanted is None:
                continue
            parent, home, first = _group(controller)
            group = parent / f"convgauge_{os.getpid()}"
            try:
                if not first:
                    (parent / "cgroup.subtree_control").write_text(f"+{controller}")
                if group not in made:
                    group.mkdir()
                    made.append(group)
                    homes.append(home)
                for file, text in _limits(controller, first, cpus, memory, period_us).items():
                    (group / file).write_text(text)
                (group / "cgroup.procs").write_text(str(os.getpid()))
            except OSError as error:
                raise NoGroups(f"{error.filename}: {error.strerror}") from None
        yield
    finally:
        for home, group in zip(homes, made):
            with contextlib.suppress(OSError):
                (home / "cgroup.procs").write_text(str(os.getpid()))
            for _ in range(100):  # until what was killed in it has ended
                try:
                    group.rmdir()
                    break
                except OSError:
                    time.sleep(0.05)
