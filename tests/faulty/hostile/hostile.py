#!/usr/bin/env python3
"""`convgauge` against a plugin that attacks it: does the driver hold, and all that is the user's?

  hostile.py CONVGAUGE PLUGIN_FOLDER [--table README.md] [--update] [--only REGEX] [--user WHO]
             [--no-namespaces] [--trust]

Every attack runs as a backend between honest ones, as this user and, where that is root, as an
ordinary user too. Afterwards: the verdicts are as the attack's row says, the honest backends agree,
the exit code is right, every file but the results is as it was, the results have the records of the
run and no others, and no process, socket, shared memory or temporary file is left. Then the driver
is killed at several moments, and nothing may be left either. --trust shows what the attacks do
where nothing is contained; never use it as root.
"""
import argparse
import collections
import contextlib
import ctypes
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))
import marked_processes

FIELDS = ("name", "what", "kind", "verdicts")
PROBLEM = "n1c3h6w6_o4k3p1"
LARGE = "n1c128h14w14_o64k3p1"  # whose reference is worth a file
CRASHES = ("died", "trespass", "timed_out")
WRONG = ("differs", "failed")
ORDINARY = 54321  # a user id that nobody has
SEGMENT = 0x436F4761
# What the header of a run says is not enforced without namespaces.
SAID = ("reads_cache_key", "leaves_in_shm", "fills_scratch", "fork_bomb", "too_many_threads")
# And of root before Linux 6.14.
SAID_OF_ROOT = ("too_many_threads",)
BEGIN, END = "<!-- attacks -->\n", "<!-- end -->\n"


def rows_of(plugin):
    words = ctypes.CDLL(str(plugin)).cheat_words
    words.restype = ctypes.c_char_p
    rows = []
    while words(len(rows), 0) is not None:
        index = len(rows)
        rows.append({f: words(index, i).decode() for i, f in enumerate(FIELDS)})
    return rows


class Place:
    """A user's home, results, baseline and cache, and the programs that run in it."""

    def __init__(self, folder, options, user):
        self.folder, self.options, self.user = folder, options, user
        for name in ("home/empty", "baseline", "cache", "tmp", "out"):
            (folder / name).mkdir(parents=True)
        (folder / "home/notes").write_text("mine\n")
        (folder / "baseline/results.jsonl").write_text('{"record": "header"}\n')
        shutil.copy(options.convgauge, folder / "convgauge")
        shutil.copy(options.folder / "hostile.so", folder)
        shutil.copy(options.convgauge.parents[1] / "witness/deny", folder)
        shutil.copy(options.convgauge.parents[1] / "plugins/libconvgauge_naive.so", folder)
        if user is not None:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, user, user)
        self.inherited = open(folder / "home/inherited", "ab", buffering=0)
        os.chmod(folder / "home/inherited", 0o666)
        self.listeners = self.listen()

    def listen(self):
        stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        stream.bind(str(self.folder / "socket"))
        network = socket.create_server(("127.0.0.1", 0))
        datagrams = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        datagrams.bind(str(self.folder / "datagrams"))
        (self.folder / "port").write_text(str(network.getsockname()[1]))
        for name in ("socket", "datagrams"):
            os.chmod(self.folder / name, 0o666)
        stream.listen()
        for one in (stream, network, datagrams):
            one.setblocking(False)
        return {"socket": stream, "network": network, "datagrams": datagrams}

    def start(self, verb, backends, arguments, mark, problem=PROBLEM):
        command = [self.folder / "deny", "unshare", "EPERM"] if self.options.no_namespaces else []
        command += [self.folder / "convgauge", verb, problem, "--json", "--timeout", "2"]
        command += ["--threads", "1", "--fill", "normal", "--placement", "end"]
        command += ["--plugin", self.folder / "hostile.so"]
        command += ["--plugin", self.folder / "libconvgauge_naive.so"]
        command += ["--backends", ",".join(backends), *arguments]
        command += ["--trust"] if self.options.trust else []
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder / "home"),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "TMPDIR": str(self.folder / "tmp"),
            "CONVGAUGE_HOSTILE": str(self.folder),
        }
        self.stdout, self.stderr = tempfile.TemporaryFile(), tempfile.TemporaryFile()
        with contextlib.suppress(FileNotFoundError):
            (self.folder / "driver").unlink()
        whose = {} if self.user is None else {"user": self.user, "group": self.user}
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=self.stdout,
            stderr=self.stderr,
            env=marked_processes.environment(mark, environment),
            cwd=self.folder / "home",
            pass_fds=(self.inherited.fileno(),),
            start_new_session=True,
            **({**whose, "extra_groups": []} if whose else {}),
        )
        new = self.folder / "driver.new"
        new.write_text(str(process.pid))
        new.rename(self.folder / "driver")
        return process

    def texts(self):
        texts = []
        for file in (self.stdout, self.stderr):
            file.seek(0)
            texts.append(file.read())
        return texts

    def snapshot(self):
        """What must not change, by path."""
        state = {}
        for path in sorted(self.folder.rglob("*")):
            name = str(path.relative_to(self.folder))
            if name.split("/")[0] in ("out", "driver", "driver.new", "port"):
                continue
            about = path.lstat()
            text = path.read_bytes() if path.is_file() else b""
            attributes = os.listxattr(path, follow_symlinks=False)
            times = about.st_mtime_ns if path.is_file() else 0
            state[name] = (about.st_mode, about.st_uid, about.st_nlink, times, *attributes)
            state[name] += (hashlib.sha256(text).hexdigest(),)
        return state


def outside():
    """What attacks could have left outside of the place; removed where it is there."""
    left = []
    for file in ("/tmp/convgauge-hostile-left", "/dev/shm/convgauge-hostile-left"):
        if os.path.exists(file):
            left.append(file)
            os.unlink(file)
    if os.path.exists("/dev/mqueue/convgauge-hostile"):
        left.append("a message queue")
        os.unlink("/dev/mqueue/convgauge-hostile")
    segments = pathlib.Path("/proc/sysvipc/shm")
    for line in segments.read_text().splitlines()[1:] if segments.exists() else []:
        if int(line.split()[0]) & 0xFFFFFFFF == SEGMENT:
            left.append("shared memory of System V")
            ctypes.CDLL(None).shmctl(int(line.split()[1]), 0, None)
    return left


def reached(place):
    for name, listener in place.listeners.items():
        with contextlib.suppress(BlockingIOError):
            if name == "datagrams":
                listener.recv(64)
            else:
                listener.accept()[0].close()
            yield f"something was sent to the {name} of another program"


def survivors(mark, wait_s):
    deadline = time.monotonic() + wait_s
    while (left := marked_processes.survivors(mark)) and time.monotonic() < deadline:
        time.sleep(0.05)
    marked_processes.kill(left)
    return left


def complaints_of_records(rows, records, honest):
    wanted = collections.Counter([*(r["name"] for r in rows), *honest])
    if collections.Counter(r["label"] for r in records) != wanted:
        yield f"records of {sorted(r['label'] for r in records)}"
    rules = {r["name"]: r["verdicts"] for r in rows} | {h: "agrees" for h in honest}
    for record in records:
        verdict = record["verdict"]
        if not re.fullmatch(rules.get(record["label"], ""), verdict["kind"]):
            yield f"{record['label']}: {json.dumps(verdict)[:300]}"


def right_code(records):
    kinds = {r["verdict"]["kind"] for r in records}
    return 4 if kinds & {*CRASHES} else 1 if kinds & {*WRONG} else 0


def complaints(place, verb, rows, before):
    """Runs the attacks of `rows` between honest backends; what is wrong afterwards."""
    mark = uuid.uuid4().hex
    names = [r["name"] for r in rows]
    arguments = ["--no-shrink"] if verb == "verify" else ["--rounds", "3", "--budget", "0.2"]
    arguments += ["--out", str(place.folder / "out")] if verb == "verify" else []
    shutil.rmtree(place.folder / "out", ignore_errors=True)
    process = place.start(verb, ["naive", *names, "reference"], arguments, mark)
    try:
        code = process.wait(60 + 10 * len(rows))
    except subprocess.TimeoutExpired:
        process.kill()
        yield "the driver did not end"
        code = process.wait()
    if left := survivors(mark, 0):
        yield f"{len(left)} processes are left"
    out, err = place.texts()
    for text in (out, err):
        if b"\x1b" in text or b"\n::" in text:
            yield "control characters or an order to a CI system were printed"
    try:
        records = json.loads(out)
    except json.JSONDecodeError:
        yield f"exit code {code}; standard output {out[-200:]!r}, error {err[-600:]!r}"
        return
    yield from complaints_of_records(rows, records, ["naive", "reference"])
    if code != right_code(records):
        yield f"exit code {code}, not {right_code(records)}: {err[-300:]!r}"
    if verb == "verify":
        lines = (place.folder / "out/results.jsonl").read_text().splitlines()
        kept = [json.loads(line) for line in lines]
        if [r for r in kept if r["record"] == "case"] != records:
            yield "results.jsonl has other records than the run"
        if more := {f.name for f in (place.folder / "out").iterdir()} - {"results.jsonl"}:
            yield f"files among the results: {more}"
    after = place.snapshot()
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            yield f"{name} was {before.get(name)} and is {after.get(name)}"
    yield from reached(place)
    for thing in outside():
        yield f"{thing} is left"


def complaints_of_kills(place, rows):
    """The driver is killed at several moments of a run that leaves processes."""
    for delay_s in (0.05, 0.1, 0.2, 0.4, 0.7, 1.1):
        mark = uuid.uuid4().hex
        process = place.start("verify", ["naive", *rows], ["--no-shrink"], mark)
        time.sleep(delay_s)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if left := survivors(mark, 10):
            yield f"{len(left)} processes outlive a driver killed after {delay_s} s"


def batches(rows):
    """By kind, at most a dozen at once."""
    kinds = collections.defaultdict(list)
    for row in rows:
        kinds[row["kind"]].append(row)
    for of_kind in kinds.values():
        for first in range(0, len(of_kind), 12):
            yield of_kind[first : first + 12]


def check(place, rows):
    place.start("verify", ["naive"], [], uuid.uuid4().hex, LARGE).wait()
    before = place.snapshot()
    for batch in batches(rows):
        bad = list(complaints(place, "verify", batch, before))
        title = f"{batch[0]['kind']}: {batch[0]['name']} to {batch[-1]['name']}"
        print(f"{'FAIL' if bad else 'ok  '} {title}", flush=True)
        for line in bad:
            print(f"       {line}")
        before = place.snapshot()
        yield from bad
    left_behind = [r for r in rows if r["name"].startswith("leaves_") and "failed" == r["verdicts"]]
    if left_behind:
        bad = list(complaints(place, "bench", left_behind, before))
        bad += complaints_of_kills(place, [r["name"] for r in left_behind])
        print(f"{'FAIL' if bad else 'ok  '} processes that stay, while times are taken, and kills")
        for line in bad:
            print(f"       {line}")
        yield from bad
    if left := list((place.folder / "tmp").iterdir()):
        print(f"FAIL left in the temporary folder: {left}")
        yield str(left)


def table(rows):
    lines = ["| attack | what it does | verdict |", "|---|---|---|"]
    for row in rows:
        verdicts = ", ".join(f"`{v}`" for v in row["verdicts"].split("|"))
        lines.append(f"| `{row['name']}` | {row['what']} | {verdicts} |")
    return "\n".join(lines) + "\n"


def table_is_right(options, rows):
    text = options.table.read_text() if options.table.exists() else BEGIN + END
    head, rest = text.split(BEGIN)
    now = head + BEGIN + table(rows) + END + rest.split(END)[1]
    if options.update:
        options.table.write_text(now)
    elif now != text:
        print(f"FAIL {options.table} has another table: --update writes it")
    return options.update or now == text


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("convgauge", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--table", type=pathlib.Path, default=HERE / "README.md")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--only", default="", help="attacks whose names match it")
    parser.add_argument("--user", choices=("root", "ordinary"), help="as this user alone")
    parser.add_argument("--trust", action="store_true")
    parser.add_argument(
        "--no-namespaces", action="store_true", help="as in a container that allows none"
    )
    options = parser.parse_args()
    options.convgauge = options.convgauge.resolve()
    rows = [r for r in rows_of(options.folder / "hostile.so") if re.search(options.only, r["name"])]
    if options.no_namespaces:
        rows = [r for r in rows if r["name"] not in SAID]
    if not rows:
        sys.exit("no attacks")
    bad = (
        [] if options.only or options.no_namespaces or table_is_right(options, rows) else ["table"]
    )
    as_root = os.geteuid() == 0
    users = [u for u in ("root", "ordinary") if options.user in (None, u)]
    if options.trust:
        users.remove("root")
    kernel = tuple(int(number) for number in re.match(r"(\d+)\.(\d+)", os.uname().release).groups())
    for user in users if as_root else ["ordinary"]:
        print(f"as {'root' if user == 'root' else 'an ordinary user'}")
        said = SAID_OF_ROOT if user == "root" and kernel < (6, 14) else ()
        with tempfile.TemporaryDirectory(prefix="hostile-", dir="/tmp") as folder:
            os.chmod(folder, 0o755)
            number = ORDINARY if as_root and user == "ordinary" else None
            place = Place(pathlib.Path(folder), options, number)
            bad += check(place, [r for r in rows if r["name"] not in said])
    print(f"{len(rows)} attacks, {len(bad)} not as they should be")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
