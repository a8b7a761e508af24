"""What a plugin can do to the processes above it where convgauge runs as an ordinary user, or may
make no PID namespace; and that nothing stays when the driver is killed there."""
import json
import os
import pathlib
import signal
import sys
import time
import unittest
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cli import expect, main_of

PROBLEM = "n1c2h6w7_o3k3p1"
NO_SECCOMP = 77


def ordinary_user():
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(61234)
        os.setuid(61234)


def open_folder(cli):
    os.chmod(cli.folder.parent, 0o777)
    os.chmod(cli.folder, 0o777)
    if not os.stat(cli.convgauge).st_mode & 0o005:
        raise unittest.SkipTest("other users cannot run this build")


def keeps_memory_to_itself(cli):
    open_folder(cli)
    harm = cli.folder / "harm"
    cli.environment["CONVGAUGE_TEST_HARM"] = str(harm)
    done = cli.run(
        f"verify {PROBLEM} --plugin {{faulty}}/opens_memory_of_others.so"
        " --backend opens_memory_of_others --threads 1 --json",
        prepare=ordinary_user,
    ).is_(0)
    expect(json.loads(done.out)[0]["verdict"]["kind"] == "agrees", f"{done}")
    expect(not harm.exists(), "a plugin could open the memory of a process above it")


def wait_for_start(cli, process, mark):
    """Until the plugin has started its children: they sleep beside driver, warden and worker."""
    import marked_processes

    deadline = time.monotonic() + 60
    while len(marked_processes.survivors(mark)) < 6 and time.monotonic() < deadline:
        expect(process.poll() is None, "the run ended before the signal")
        time.sleep(0.01)


def nothing_stays(cli):
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGKILL):
        for _ in range(3):
            mark = uuid.uuid4().hex
            process = cli.start(
                f"verify {PROBLEM} --plugin {{faulty}}/starts_children_and_hangs.so"
                " --backend starts_children_and_hangs --threads 1 --timeout 3",
                mark,
                wrapper="{deny} unshare EPERM",
            )
            wait_for_start(cli, process, mark)
            process.send_signal(number)
            done = cli.finish(process)
            if done.code == NO_SECCOMP:
                raise unittest.SkipTest("no seccomp on this machine")
            left = cli.wait_for_end(mark, 20)
            expect(not left, f"{number.name} left {len(left)} processes\n{done}")


if __name__ == "__main__":
    main_of([keeps_memory_to_itself, nothing_stays])
