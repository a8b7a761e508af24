"""A limit counts the time that a worker could use: who is kept from running is not blamed, and who
hangs is caught all the same."""
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cli import expect, main_of

PROBLEM = "n1c2h6w7_o3k3p1"


def line(plugin, limit_s):
    return (
        f"verify {PROBLEM} --plugin {{faulty}}/{plugin}.so --backend {plugin} --threads 1"
        f" --timeout {limit_s} --no-shrink --json"
    )


def verdict_of(done):
    return json.loads(done.out)[0]["verdict"]


@contextlib.contextmanager
def crowded_processor(loops=8):
    """This process and what it starts may use one processor only, which busy loops share."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(loops)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()
        os.sched_setaffinity(0, allowed)


def begin(cli, limit_s, mark):
    """A run whose worker has begun a computation of 0.3 s of CPU time, and its warden's pid."""
    begun = cli.folder / "begun"
    cli.environment["CONVGAUGE_TEST_BEGUN"] = str(begun)
    process = cli.start(line("computes_long", limit_s) + " --trust", mark)
    deadline = time.monotonic() + 60
    while not begun.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    expect(begun.exists(), "the plugin was not run")
    children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    expect(children, "the driver has no worker")
    return process, int(children[-1])


def a_worker_that_is_starved_agrees(cli):
    """0.3 s of CPU time last some 2.7 s beside eight others: the limit of 0.8 s is not reached."""
    with crowded_processor():
        done = cli.run(line("computes_long", 0.8)).is_(0)
    expect(verdict_of(done)["kind"] == "agrees", f"{done}")


def a_limit_is_that_of_one_execution(cli):
    """Where a step runs 17 of them in one call, each of 0.1 s, none takes the limit of 0.8 s."""
    done = cli.run(line("slow_each_time", 0.8)).is_(0)
    expect(verdict_of(done)["kind"] == "agrees", f"{done}")


def a_worker_that_was_stopped_agrees(cli):
    """Stopped for four times its limit by somebody else, then continued."""
    mark = uuid.uuid4().hex
    process, warden = begin(cli, 0.8, mark)
    os.killpg(warden, signal.SIGSTOP)
    time.sleep(3.2)
    os.killpg(warden, signal.SIGCONT)
    expect(verdict_of(cli.finish(process).is_(0))["kind"] == "agrees", "it does not agree")


def a_pause_of_everything_does_not_count(cli):
    """As by a container's freezer: driver and worker are stopped together."""
    mark = uuid.uuid4().hex
    process, warden = begin(cli, 0.8, mark)
    process.send_signal(signal.SIGSTOP)
    os.killpg(warden, signal.SIGSTOP)
    time.sleep(3.2)
    os.killpg(warden, signal.SIGCONT)
    process.send_signal(signal.SIGCONT)
    expect(verdict_of(cli.finish(process).is_(0))["kind"] == "agrees", "it does not agree")


def a_worker_that_stays_stopped_is_not_judged(cli):
    """Nobody knows whether it is right: exit code 5, and no process is left."""
    mark = uuid.uuid4().hex
    process, warden = begin(cli, 0.2, mark)
    os.killpg(warden, signal.SIGSTOP)
    done = cli.finish(process).is_(5)
    expect(not cli.wait_for_end(mark), f"left processes behind\n{done}")
    verdict = verdict_of(done)
    expect(verdict["kind"] == "unjudged", f"{verdict}")
    expect("another process had stopped it" in verdict["why"], f"{verdict}")


def hangs_are_caught_under_load(cli):
    """An endless loop gets a fifth of a processor, a deadlock needs none. Where other tests leave
    the loop less than a twentieth, it is not judged, and tried again."""
    with crowded_processor(4):
        for plugin in ("loops_forever", "deadlocks_in_wait"):
            for _ in range(6):
                done = cli.run(line(plugin, 0.3))
                verdict = verdict_of(done)
                if verdict["kind"] != "unjudged":
                    break
                expect(done.code == 5 and "got no processor" in verdict["why"], f"{done}")
            expect(done.code == 4 and verdict["kind"] == "timed_out", f"{done}")


if __name__ == "__main__":
    main_of(
        [
            a_worker_that_is_starved_agrees,
            a_limit_is_that_of_one_execution,
            a_worker_that_was_stopped_agrees,
            a_pause_of_everything_does_not_count,
            a_worker_that_stays_stopped_is_not_judged,
            hangs_are_caught_under_load,
        ]
    )
