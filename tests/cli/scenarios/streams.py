"""Standard streams that are closed or full; what is done is kept, whatever a plugin is doing."""
import pathlib
import signal
import subprocess
import sys
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cli import expect, main_of, small_config


def shell(cli, line):
    """A command line with the shell's redirections."""
    return subprocess.run(
        ["sh", "-c", f'"{cli.convgauge}" {line}'],
        cwd=cli.folder,
        env=cli.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
    )


def closed_streams(cli):
    """No file of the run gets the number of a standard stream."""
    cli.write("c.json", small_config(2))
    for i, closed in enumerate(("<&-", ">&-", "2>&-", "<&- >&- 2>&-", "<&- 2>&-")):
        done = shell(cli, f"sweep c.json --out o{i} {closed}")
        expect(done.returncode == 0, f"{closed}: exit code {done.returncode}: {done.stderr}")
        expect(len(cli.records(f"o{i}")[1]) == 2, f"{closed}: lines are missing")


def full_output(cli):
    """A standard output that takes nothing is an error of the run, whatever was printed to it."""
    cli.write("c.json", small_config(2))
    cli.run("sweep c.json --out o").is_(0)
    problem = "n1c1h4w4_o1k3"
    for line in (
        "--help",
        "--version",
        "list",
        "list suites",
        "list devices",
        "verify --help",
        "machine",
        f"verify {problem} --backend reference",
        f"verify {problem} --backend reference --json",
        f"verify {problem} --dry-run",
        f"list algorithms {problem} --backend reference",
        "report o",
        "report o -f md",
        "report o -f gbench",
        "report o -f csv",
        "report o o",
        "sweep c.json --out full",
    ):
        done = shell(cli, f"{line} > /dev/full")
        expect(done.returncode == 2, f"{line}: exit code {done.returncode}: {done.stderr}")
        expect(
            b"standard output: cannot be written: No space left on device" in done.stderr,
            f"{line}: {done.stderr}",
        )
    expect(len(cli.records("full")[1]) == 2, "a full standard output cost results")
    expect((cli.folder / "full/report.html").exists(), "a full standard output cost the reports")


def full_errors(cli):
    """Messages that nobody reads change nothing."""
    cli.write("c.json", small_config(2))
    expect(shell(cli, "sweep c.json --out o 2> /dev/full").returncode == 0, "a sweep")
    expect(shell(cli, "nonsense 2> /dev/full").returncode == 2, "an unknown verb")


def lines_of(cli, folder):
    file = cli.folder / folder / "results.jsonl"
    return file.read_bytes().count(b"\n") if file.exists() else 0


def hanging(cli):
    """A config of one problem: the reference agrees, then a plugin hangs."""
    plugin = cli.build / "faulty" / "loops_forever.so"
    expect(plugin.exists(), f"{plugin} was not built")
    return small_config(1, backends=["reference", {"name": "loops_forever", "plugin": str(plugin)}])


def interrupted_in_a_call(cli):
    """Ctrl-C while a plugin hangs: the run ends within a second and a little, with the line of the
    case that was finished before."""
    cli.write("c.json", hanging(cli))
    mark = uuid.uuid4().hex
    process = cli.start("verify c.json --timeout 60 --out o", mark)
    deadline = time.monotonic() + 60
    while lines_of(cli, "o") < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    # The limit of the call is 60 s: 20 s tell the two apart on any machine.
    done = cli.finish(process, 20).is_(130)
    expect("those that were finished are kept" in done.err, str(done))
    expect(not cli.wait_for_end(mark), "left processes behind")
    records = cli.records("o")[1]
    expect([r["label"] for r in records] == ["reference"], f"{len(records)} lines")
    expect(
        records[0]["finished"][-5] == "." and records[0]["finished"].endswith("Z"),
        records[0]["finished"],
    )


def retried(cli):
    """--retry measures again what timed out; the later line counts."""
    cli.write("c.json", hanging(cli))
    cli.run("sweep c.json --out o --timeout 1").is_(4)
    line = "sweep c.json --timeout 1 --resume o"
    cli.run(line).is_(4)
    expect(len(cli.records("o")[1]) == 2, "a resume without --retry measured something")
    cli.run(f"{line} --retry=wrong,failed").is_(4)
    expect(len(cli.records("o")[1]) == 2, "a kind that nothing has was measured again")
    done = cli.run(f"{line} --retry").is_(4)
    labels = [r["label"] for r in cli.records("o")[1]]
    expect(labels == ["reference", "loops_forever"] * 2, f"lines of {labels}")
    expect("1 timed out" in done.out, f"the summary counts a case twice\n{done}")
    done = cli.run(f"{line} --retry=sloow").is_(2)
    expect("--retry sloow: no such outcome" in done.err, str(done))
    done = cli.run("sweep c.json --retry --out p").is_(2)
    expect("--retry needs --resume" in done.err, str(done))


main_of([closed_streams, full_output, full_errors, interrupted_in_a_call, retried])
