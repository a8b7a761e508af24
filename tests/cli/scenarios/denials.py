"""A machine that denies what a worker needs is named, in every verb, and no plugin is blamed for
it; where there is another way, it is taken."""
import json
import os
import pathlib
import resource
import signal
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cli import expect, main_of, small_config

PROBLEM = "n1c2h6w7_o3k3p1"
VERIFY = f"verify {PROBLEM} --backend reference --threads 1"
DENIED, NO_SECCOMP = 71, 77


def run(cli, line, call, error, code):
    done = cli.run(line, wrapper=f"{{deny}} {call} {error}")
    if done.code == NO_SECCOMP:
        raise unittest.SkipTest("no seccomp on this machine")
    done.is_(code)
    if code == DENIED:
        expect(f"this machine denies {call} ({error}: " in done.err, f"{done}")
        expect(done.out == "", f"a result\n{done}")
    return done


def limited(which, count, user=None):
    """Sets a limit in the new process; root is bound by the number of processes as another user
    only."""

    def prepare():
        resource.setrlimit(which, (count, count))
        if user and os.geteuid() == 0:
            os.setgid(user)
            os.setuid(user)

    return prepare


def each_verb(cli):
    cli.write("c.json", small_config(2))
    for line in (
        VERIFY,
        f"bench {PROBLEM} --backends reference --threads 1 --rounds 2",
        "sweep c.json --out r",
        "fuzz --backend reference --count 3",
        "list backends",
        "list devices",
        f"list algorithms {PROBLEM}",
        "check-plugin {plugins}/libconvgauge_naive.so",
    ):
        run(cli, line, "memfd_create", "EPERM", DENIED)


def each_call(cli):
    for call in ("memfd_create", "socketpair", "pipe2"):
        for error in ("EPERM", "ENOSYS"):
            run(cli, VERIFY, call, error, DENIED)


def other_ways(cli):
    for call, error in (
        ("clone3", "EPERM"),
        ("clone3", "ENOSYS"),
        ("setpgid", "EPERM"),
        ("setsid", "EPERM"),
        ("mount", "EPERM"),
        ("unshare", "EPERM"),
    ):
        done = run(cli, f"{VERIFY} --json", call, error, 0)
        expect(json.loads(done.out)[0]["verdict"]["kind"] == "agrees", f"{call} {error}\n{done}")


def without_proc(cli):
    hide = ["unshare", "-m", "sh", "-c", 'umount -l /proc && exec "$0" "$@"']
    done = cli.run(f"{VERIFY} --json", wrapper=hide)
    if done.err.startswith(("unshare: ", "umount: ")):
        raise unittest.SkipTest("/proc cannot be unmounted here")
    done.is_(0)
    expect(json.loads(done.out)[0]["verdict"]["kind"] == "agrees", f"{done}")


def few_files(cli):
    prepare = limited(resource.RLIMIT_NOFILE, 32)
    cli.run(VERIFY, prepare=prepare).is_(0)
    done = cli.run(VERIFY, prepare=limited(resource.RLIMIT_NOFILE, 9)).is_(DENIED)
    expect("ulimit -n allows 9 open files" in done.err, f"{done}")
    labels = [{"name": "reference", "label": f"r{i}"} for i in range(8)]
    cli.write("c.json", small_config(1, backends=labels))
    done = cli.run("verify c.json --json", prepare=prepare).is_(DENIED)
    kinds = [(r["verdict"]["kind"], r["verdict"].get("reason", "")) for r in json.loads(done.out)]
    expect(("agrees", "") in kinds and ("refused", "machine") in kinds, f"{kinds}\n{done}")
    expect(set(kinds) == {("agrees", ""), ("refused", "machine")}, f"{kinds}\n{done}")
    expect("ulimit -n allows 32 open files" in done.err, f"{done}")


def few_processes(cli):
    os.chmod(cli.folder.parent, 0o777)
    os.chmod(cli.folder, 0o777)
    user = 61234 + os.getpid() % 1000
    for count, threads, code in ((1, 1, DENIED), (4, 1, 0), (4, 4, DENIED)):
        done = cli.run(
            f"verify {PROBLEM} --backend reference --threads {threads}",
            prepare=limited(resource.RLIMIT_NPROC, count, user),
        )
        if os.geteuid() != 0 and done.code == DENIED:
            continue  # this user has other processes
        done.is_(code)
        if code == DENIED:
            expect(f"ulimit -u allows {count} processes and threads" in done.err, f"{done}")


def small_files(cli):
    cli.write("c.json", small_config(40))
    for limit in (4096, 60_000):
        out = f"r{limit}"
        done = cli.run(f"sweep c.json --out {out}", prepare=limited(resource.RLIMIT_FSIZE, limit))
        expect(done.code in (2, DENIED), f"exit code {done.code}\n{done}")
        expect("File too large" in done.err, f"{done}")
        if (cli.folder / out / "results.jsonl").stat().st_size:
            cli.records(out)


def blocked_signals(cli):
    def block():
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())

    done = cli.run(
        f"verify {PROBLEM} --plugin {{faulty}}/reads_past_source.so --backend reads_past_source"
        " --threads 1 --json",
        prepare=block,
    ).is_(4)
    verdict = json.loads(done.out)[0]["verdict"]
    expect((verdict["kind"], verdict["rule"]) == ("trespass", "R10"), f"{verdict}")
    cli.write("c.json", small_config(200))
    process = cli.start("sweep c.json --out r", prepare=block)
    file = cli.folder / "r" / "results.jsonl"
    while process.poll() is None and not (file.exists() and file.read_bytes().count(b"\n") > 2):
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    cli.finish(process).is_(130)


def ignored_signals(cli):
    def ignore():
        for number in (signal.SIGCHLD, signal.SIGSEGV, signal.SIGPIPE, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)

    cli.run(VERIFY, prepare=ignore).is_(0)
    done = cli.run(
        f"verify {PROBLEM} --plugin {{faulty}}/reads_past_source.so --backend reads_past_source"
        " --threads 1 --json",
        prepare=ignore,
    ).is_(4)
    expect('"R10"' in done.out, f"{done}")


def without_locks(cli):
    cli.write("c.json", small_config(1))
    done = run(cli, "sweep c.json --out r", "flock", "ENOLCK", 2)
    expect("cannot be locked" in done.err and "No locks available" in done.err, f"{done}")
    expect("another convgauge" not in done.err, f"{done}")


if __name__ == "__main__":
    main_of(
        [
            each_verb,
            each_call,
            other_ways,
            without_proc,
            few_files,
            few_processes,
            small_files,
            blocked_signals,
            ignored_signals,
            without_locks,
        ]
    )
