"""A sweep that is cut off at any moment keeps what it finished,
and goes on without losing or repeating a line."""
import os
import pathlib
import random
import signal
import sys
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cli import expect, keys_of, main_of, small_config

# Two labels, two layouts: every problem has four lines, so a cut between them happens.
CONFIG = small_config(12, backends=["reference", {"name": "reference", "label": "again"}])
CONFIG["settings"]["layout"] = ["nchw", "nhwc"]


def lines_of(cli, folder):
    file = cli.folder / folder / "results.jsonl"
    return file.read_bytes().count(b"\n") if file.exists() else 0


def wait_for_lines(cli, process, folder, count):
    deadline = time.monotonic() + 60
    while lines_of(cli, folder) < count and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)


def whole(cli, folder):
    _, records = cli.records(folder)
    expected = [
        (f"p{i}", label, layout)
        for i in range(12)
        for layout in ("nchw", "nhwc")
        for label in ("reference", "again")
    ]
    got = [(r["name"], r["label"], r["settings"]["layout"]) for r in records]
    expect(
        sorted(got) == sorted(expected),
        f"{len(got)} lines of {len(expected)}; lost {set(expected) - set(got)}, "
        f"doubled {[g for g in got if got.count(g) > 1]}",
    )


def interrupt_and_resume(cli):
    """SIGINT: 130, results kept; --resume finishes; a second --resume has nothing to do."""
    cli.write("c.json", CONFIG)
    mark = uuid.uuid4().hex
    process = cli.start("sweep c.json --out o", mark)
    wait_for_lines(cli, process, "o", 6)
    process.send_signal(signal.SIGINT)
    done = cli.finish(process).is_(130)
    expect(not cli.wait_for_end(mark), f"left processes behind\n{done}")
    header, records = cli.records("o")
    expect(4 <= len(records) < 48, f"{len(records)} lines after the interrupt")
    cli.run("sweep c.json --resume o").is_(0)
    whole(cli, "o")
    before = (cli.folder / "o/results.jsonl").read_bytes()
    cli.run("sweep c.json --resume o").is_(0)
    expect(
        (cli.folder / "o/results.jsonl").read_bytes() == before,
        "a resume of a finished run changed it",
    )


def terminate(cli):
    """SIGTERM, which CI sends, is as Ctrl-C."""
    cli.write("c.json", CONFIG)
    mark = uuid.uuid4().hex
    process = cli.start("sweep c.json --out o", mark)
    wait_for_lines(cli, process, "o", 6)
    process.terminate()
    cli.finish(process).is_(130)
    expect(not cli.wait_for_end(mark), "left processes behind")


def killed_again_and_again(cli):
    """SIGKILL at random moments, resumed each time until it is through;
    workers die with their driver."""
    cli.write("c.json", CONFIG)
    rng = random.Random(7)
    kills = 0
    for attempt in range(200):
        there = (cli.folder / "o" / "results.jsonl").exists()
        mark = uuid.uuid4().hex
        process = cli.start("sweep c.json " + ("--resume o" if there else "--out o"), mark)
        # Some die early, some after a few new lines.
        wait_for_lines(cli, process, "o", lines_of(cli, "o") + rng.randint(1, 9))
        time.sleep(rng.random() * 0.05)
        if process.poll() is None:
            process.kill()
            kills += 1
        done = cli.finish(process)
        expect(done.code in (0, -9), f"exit code {done.code}\n{done}")
        expect(not cli.wait_for_end(mark), "a worker outlived its driver")
        if done.code == 0:
            break
    whole(cli, "o")
    expect(kills >= 3, f"only {kills} kills: the test was too slow to hit")


def torn_at_every_byte(cli):
    """Whatever the last write left, the resumed file is the whole one."""
    cli.write("c.json", small_config(3))
    cli.run("sweep c.json --out o").is_(0)
    file = cli.folder / "o" / "results.jsonl"
    full = file.read_bytes()
    want = keys_of(cli.records("o")[1])
    ends = [i + 1 for i, byte in enumerate(full) if byte == 10]
    rng = random.Random(3)
    for cut in [
        ends[0],
        ends[0] + 1,
        ends[1] - 1,
        ends[1],
        ends[-1] - 1,
        *(rng.randint(ends[0] + 1, len(full) - 1) for _ in range(3)),
    ]:
        file.write_bytes(full[:cut])
        cli.run("sweep c.json --resume o").is_(0)
        expect(
            keys_of(cli.records("o")[1]) == want, f"cut at byte {cut} of {len(full)}: other lines"
        )


def torn_in_the_header(cli):
    """A run that was killed before its header was written is begun anew; a file that is no run is
    left as it is."""
    cli.write("c.json", small_config(2))
    cli.run("sweep c.json --out o").is_(0)
    file = cli.folder / "o" / "results.jsonl"
    full = file.read_bytes()
    for cut in (0, 1, 12, 40, full.index(b"\n")):
        file.write_bytes(full[:cut])
        cli.run("sweep c.json --resume o").is_(0)
        expect(len(cli.records("o")[1]) == 2, f"cut at byte {cut}: not all of it")
    for text in ("precious", "\n", '{"record":"case"'):
        file.write_text(text)
        cli.run("sweep c.json --resume o").is_(2)
        expect(file.read_text() == text, f"{text}: written over")


def corrupt_in_the_middle(cli):
    """A torn line that is not the last is damage, which is told, not skipped."""
    cli.write("c.json", small_config(3))
    cli.run("sweep c.json --out o").is_(0)
    file = cli.folder / "o" / "results.jsonl"
    lines = file.read_text().splitlines()
    lines[2] = lines[2][:50]
    file.write_text("\n".join(lines) + "\n")
    for line in ("sweep c.json --resume o", "report o"):
        done = cli.run(line).is_(2)
        expect("results.jsonl:3" in done.err or "line 3" in done.err, f"names no line\n{done}")


def of_another_config(cli):
    """A changed config, or another backend, is refused; the file stays as it was."""
    config = small_config(2)
    cli.write("c.json", config)
    cli.run("sweep c.json --out o").is_(0)
    before = (cli.folder / "o/results.jsonl").read_bytes()
    config["problems"][0]["stride"] = 2
    cli.write("c.json", config)
    done = cli.run("sweep c.json --resume o").is_(2)
    expect("config" in done.err, f"{done}")
    cli.write("c.json", small_config(2))
    for option in (
        "--dtype f64",
        "--layout nhwc",
        "--seed 5",
        "--fill normal",
        "--filter small.p1",
        "--rounds 3",
        "--threads 2",
        "--cold",
    ):
        done = cli.run(f"sweep c.json --resume o {option}").is_(2)
        expect("resumed" in done.err, f"{option}\n{done}")
    expect((cli.folder / "o/results.jsonl").read_bytes() == before, "the file was changed")


main_of(
    [
        interrupt_and_resume,
        terminate,
        killed_again_and_again,
        torn_at_every_byte,
        torn_in_the_header,
        corrupt_in_the_middle,
        of_another_config,
    ]
)
