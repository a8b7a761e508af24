"""Every table and sentence fits the width that is asked for, from 60 to 200 columns; colour where
it is asked for, and nowhere else."""
import os
import pathlib
import pty
import re
import select
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cli import expect, main_of, small_config
from wrong_commands import width_of

STYLE = re.compile(r"\x1b\[[0-9;]*m")


def run(cli, line, columns, code=(0,), **environment):
    done = subprocess.run(
        [cli.convgauge, *cli.arguments(line)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=cli.folder,
        env={**cli.environment, "COLUMNS": str(columns), **environment},
        timeout=120,
    )
    expect(done.returncode in code, f"{line}: exit code {done.returncode}\n{done.stderr}")
    return done.stdout + done.stderr


def check(text, columns, line):
    """A single word cannot be broken, such as a path."""
    for shown in STYLE.sub("", text).splitlines():
        words = shown.removesuffix(" \\").split()
        # A lead such as "replay:" may stand before one.
        longest = max(map(width_of, words), default=0)
        expect(
            width_of(shown) <= columns or longest + 30 > columns,
            f"{line}: {width_of(shown)} columns of {columns}: {shown}",
        )


def runs(cli):
    """Two runs of one config that compare and gate can read, on correct and wrong backends."""
    config = small_config(3, backends=["reference", "naive"])
    config["problems"][0]["name"] = "a_layer_with_a_name_that_is_longer_than_most_others_are"
    config["settings"]["layout"] = ["nchw", "nhwc"]
    cli.write("small.json", config)
    for name in ("before", "after"):
        cli.run(f"sweep small.json --rounds 2 --out {name}").is_(0)


def every_verb(cli):
    runs(cli)
    lines = [
        ("help", (0,)),
        *((f"help {verb}", (0,)) for verb in ("bench", "verify", "sweep", "check", "gate", "run")),
        ("list", (0,)),
        ("list devices", (0,)),
        ("list suites", (0,)),
        ("list suites resnet50", (0,)),
        ("list algorithms n1c4h6w6_o4k3 --backend naive,reference", (0,)),
        ("bench n1c4h6w6_o4k3 --backend reference,naive --threads 1 --rounds 2", (0, 5)),
        (
            "bench n1c4h6w6_o4k3 --backend reference --rounds 2 --dtype f32,f64 --cold=true,false"
            " --math strict,tf32",
            (0, 5, 6),
        ),
        ("verify n1c4h6w6_o4k3 --backend reference,naive", (0,)),
        ("verify n1c3h5w5_o4k3 --plugin {faulty}/bias_missing.so --shrink-budget 1", (1,)),
        ("verify small.json --dry-run", (0,)),
        ("check-plugin {plugins}/libconvgauge_naive.so", (0,)),
        ("report before", (0,)),
        ("report before after", (0,)),
        ("compare before after --all", (0,)),
        ("compare before --of naive --with reference --all", (0,)),
        ("gate after --baseline before --budget 0.1", (0, 3, 5)),
        ("fuzz --count 2 --backend naive", (0,)),
    ]
    for line, code in lines:
        for columns in (60, 80, 200):
            check(run(cli, line, columns, code), columns, line)
    check(run(cli, "machine", 60), 60, "machine")  # once: it measures for seconds


def one_line_without_a_width(cli):
    """A log that nobody looks at in a terminal is not broken: a message is one line."""
    cli.environment = {k: v for k, v in cli.environment.items() if k != "COLUMNS"}
    done = cli.run("verify n1c1h1w1_o1k1 --filter resnet_and_a_long_name_that_is_not_there").is_(2)
    expect(done.err.count("\n") == 1, f"{done}")


def broken_commands_are_still_commands(cli):
    """What is broken for the width can be pasted into a shell."""
    line = "verify n1c3h5w5_o4k3 --plugin {faulty}/bias_missing.so --no-shrink --threads 1"
    text = run(cli, line, 60, (1,))
    expect(" \\\n" in text, text)
    command = text.split("replay: ")[1].split("\n1 case")[0]
    folder = cli.convgauge.parent
    done = subprocess.run(
        ["sh", "-c", command],
        capture_output=True,
        text=True,
        cwd=cli.folder,
        env={**cli.environment, "PATH": f"{folder}:{cli.environment['PATH']}"},
        timeout=120,
    )
    expect(done.returncode == 1 and "bias_missing" in done.stdout, f"{command}\n{done}")


def timed(make):
    """The output of a bench in which each case has a time, which a loaded machine may deny."""
    for _ in range(20):
        text = make()
        if "noisy" not in text:
            return text
    raise unittest.SkipTest("the machine is too loud for a time")


def speed_column(cli):
    """bench tells how much faster each is than the fastest; what has no time says why below."""
    line = "bench n1c8h12w12_o8k3 --backend naive,reference --threads 1 --rounds 3"
    text = timed(lambda: run(cli, line, 120, (0, 5)))
    head, *rows = text[text.index("backend") :].splitlines()
    expect("×" in head and "algorithm" in head, text)
    fastest = [row.split()[0] for row in rows[:2] if "1.00×" in row]
    expect(fastest and f"× over {fastest[0]}" in text and "* fastest" in text, text)
    text = run(
        cli,
        "bench n1c8h12w12_o8k3 --backend naive,reference --dtype bf16 --rounds 2",
        60,
        (0, 5, 6),
    )
    expect("GFLOP/s" not in text.replace(" GFLOP\n", ""), text)


def kept_by_bench(cli):
    cli.run("bench n1c4h6w6_o4k3 --backend reference,naive --rounds 2 --out kept")
    header, records = cli.records("kept")
    expect(len(records) == 2 and (cli.folder / "kept/report.html").exists(), f"{cli.files()}")
    cli.run("bench n1c4h6w6_o4k3 --backend reference --out kept").is_(2)


def colours(cli):
    line = "bench n1c4h6w6_o4k3 --backend reference,naive --rounds 3 --threads 1"
    expect("\x1b" not in timed(lambda: run(cli, line, 80, (0, 5))), "colour in a pipe")
    expect("\x1b[" in timed(lambda: run(cli, line + " --color always", 80, (0, 5))), "no colour")
    expect("\x1b" not in timed(lambda: run(cli, line + " --color never", 80, (0, 5))), "colour")
    text = timed(lambda: in_terminal(cli, line, TERM="xterm"))
    expect("\x1b[1;34m" in text, "no colour in a terminal")
    for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        text = timed(lambda: in_terminal(cli, line, **{"TERM": "xterm", **environment}))
        expect("\x1b[1;" not in text, f"colour with {environment}: {text!r}")
    expect("\x1b" not in in_terminal(cli, line, TERM="dumb"), "cursor movements when dumb")


def in_terminal(cli, line, **environment):
    """What a run writes to a pseudo-terminal of 80 columns."""
    driver, terminal = pty.openpty()
    import fcntl
    import struct
    import termios

    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    env = {k: v for k, v in cli.environment.items() if k not in ("COLUMNS", "NO_COLOR")}
    process = subprocess.Popen(
        [cli.convgauge, *cli.arguments(line)],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        cwd=cli.folder,
        env={**env, **environment},
    )
    os.close(terminal)
    text, end = b"", time.monotonic() + 120
    while time.monotonic() < end:
        if select.select([driver], [], [], 1)[0]:
            try:
                part = os.read(driver, 65536)
            except OSError:  # the other side is closed
                break
            if not part:
                break
            text += part
    process.wait(60)
    os.close(driver)
    return text.decode(errors="replace").replace("\r\n", "\n")


def a_line_for_each_case(cli):
    """In a terminal each finished case stays as a line; the bar counts cases."""
    cli.write("small.json", small_config(3, backends=["reference", "naive"]))
    text = in_terminal(cli, "sweep small.json --rounds 2 --out a", TERM="xterm")
    for case in ("reference  p0", "naive  p2"):
        expect(case in text, f"no line of {case}: {text!r}")
    expect("/6 cases" in text and "eta" in text, f"{text!r}")
    for shown in re.split(r"[\n\r]", re.sub(r"\x1b\[[0-9;]*[mK]", "", text)):
        expect(width_of(shown) <= 80 or len(shown.split()) == 2, f"{width_of(shown)}: {shown!r}")


def causes_once(cli):
    """Refusals of one cause are one line, and a failure of a sweep is told once."""
    config = small_config(3, backends=["reference"])
    config["settings"]["dtype"] = ["f32"]
    cli.write("small.json", config)
    line = "sweep small.json --plugin {faulty}/bias_missing.so --backend bias_missing --out a"
    text = run(cli, line + " --rounds 2", 100, (1,))
    expect(text.count("replay: ") == 3 or text.count("replay: ") == 1, text)
    expect(len(re.findall(r"^ +convgauge ", text, re.M)) == 0, f"told again:\n{text}")


if __name__ == "__main__":
    main_of(
        [
            every_verb,
            one_line_without_a_width,
            broken_commands_are_still_commands,
            speed_column,
            kept_by_bench,
            colours,
            a_line_for_each_case,
            causes_once,
        ]
    )
