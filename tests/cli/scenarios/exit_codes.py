"""Every exit code that a verdict leads to, the order of the worst, and replay lines that replay."""
import json
import pathlib
import re
import shlex
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cli import expect, main_of, small_config

# plugin of tests/faulty: exit code, kind
FAULTS = {
    "correct": (0, "agrees"),
    "bias_missing": (1, "differs"),
    "execute_fails": (1, "failed"),
    "aborts": (4, "died"),
    "reads_past_source": (4, "trespass"),
    "refuses_honestly": (6, "refused"),
}
PROBLEM = "n1c2h6w7_o2k3p1"


def need(cli, *plugins):
    for plugin in plugins:
        if not (cli.build / "faulty" / f"{plugin}.so").exists():
            raise unittest.SkipTest(f"faulty/{plugin}.so was not built")


def each_verdict(cli):
    need(cli, *FAULTS)
    for plugin, (code, kind) in FAULTS.items():
        for verb in ("verify", "bench", "sweep"):
            more = "--rounds 2" if verb != "verify" else ""
            done = cli.run(
                f"{verb} {PROBLEM} --backend {plugin} --plugin {{faulty}}/{plugin}.so --json {more}"
                + (f" --out {plugin}" if verb == "sweep" else "")
            ).is_(code)
            expect(
                [r["verdict"]["kind"] for r in json.loads(done.out)] == [kind],
                f"{verb} {plugin}\n{done}",
            )
            if kind == "refused":
                expect("refused: " in done.err, f"no reason\n{done}")


def the_worst_wins(cli):
    need(cli, *FAULTS)
    plugins = " ".join(f"--plugin {{faulty}}/{p}.so" for p in FAULTS)
    for backends, code in (
        (("correct", "refuses_honestly"), 0),
        (("correct", "bias_missing"), 1),
        (("bias_missing", "refuses_honestly"), 1),
        (("bias_missing", "aborts", "correct"), 4),
    ):
        done = cli.run(f"verify {PROBLEM} {plugins} --backends {','.join(backends)}").is_(code)
        expect(f"{len(backends)} cases" in done.out, f"{done}")


def replays(cli):
    """The line that a failure prints gives the same verdict when it is typed."""
    need(cli, *FAULTS)
    cli.write(
        "c.json",
        {
            "problems": [
                {
                    "name": "odd",
                    "batch": 2,
                    "in_channels": 4,
                    "out_channels": 6,
                    "height": 5,
                    "width": 7,
                    "kernel_size": [3, 2],
                    "padding": [0, 1, 2, 0],
                    "stride": [1, 2],
                    "groups": 2,
                }
            ],
            "backends": [
                {
                    "name": "bias_missing",
                    "label": "mine",
                    "plugin": str(cli.build / "faulty/bias_missing.so"),
                }
            ],
            "settings": {
                "layout": "nhwc",
                "threads": 1,
                "verify": {"fills": ["normal"], "seed": 9, "timeout_s": 7},
            },
        },
    )
    for line, kind in (
        (
            (
                f"verify {PROBLEM} --plugin {{faulty}}/bias_missing.so --seed 77 --fill normal"
                " --placement start"
            ),
            "differs",
        ),
        (f"verify {PROBLEM} --plugin {{faulty}}/reads_past_source.so --placement end", "trespass"),
        ("verify c.json", "differs"),
        (
            (
                f"sweep {PROBLEM} --plugin {{faulty}}/bias_missing.so --backend bias_missing"
                " --rounds 2 --out o"
            ),
            "differs",
        ),
    ):
        first = cli.run(line + " --json")
        told = cli.run(line.replace("--out o", "--out o2")).out
        replay = json.loads(first.out)[0]["replay"]
        expect(f"replay: {replay}\n" in told, f"the line printed is not the line recorded: {told}")
        words = shlex.split(replay)
        expect(words[0] == "convgauge", replay)
        again = cli.run(words[1:] + ["--json"]).is_(first.code)
        a, b = json.loads(first.out)[0], json.loads(again.out)[0]
        for key in ("verdict", "problem_text", "settings", "backend", "algorithm"):
            expect(a[key] == b[key], f"{key} differs: {a[key]} and {b[key]}\n{replay}")
        expect(a["verdict"]["kind"] == kind, f"{a['verdict']}")
        expect(
            json.loads(again.out)[0]["replay"]
            == replay.replace("convgauge bench", "convgauge bench"),
            "a replay of a replay is another",
        )


def fail_fast(cli):
    need(cli, "bias_missing")
    cli.write(
        "c.json",
        {
            **small_config(4),
            "backends": [
                {"name": "bias_missing", "plugin": str(cli.build / "faulty/bias_missing.so")}
            ],
        },
    )
    done = cli.run("verify c.json --fail-fast --json").is_(1)
    expect(len(json.loads(done.out)) == 1, f"went on\n{done}")
    expect(len(json.loads(cli.run("verify c.json --json").is_(1).out)) == 4, "ended early")


def known_failures(cli):
    """Strict both ways: an expected failure is good, one that fails no longer is not."""
    need(cli, "bias_missing", "correct")

    def config(plugin, verdict, match):
        return {
            **small_config(2),
            "backends": [{"name": plugin, "plugin": str(cli.build / f"faulty/{plugin}.so")}],
            "known": [{"match": match, "verdict": verdict, "issue": "issue 12"}],
        }

    for plugin, verdict, match, code, words in (
        ("bias_missing", "differs", "bias_missing *", 0, "2 differs as known"),
        ("bias_missing", "differs", "bias_missing p0", 1, "1 differs as known"),
        ("bias_missing", "died", "bias_missing *", 1, None),
        ("correct", "differs", "correct *", 1, None),
        ("correct", "differs", "other *", 0, "2 agrees"),
    ):
        cli.write("c.json", config(plugin, verdict, match))
        done = cli.run("verify c.json").is_(code)
        if words:
            expect(words in done.out, f"no '{words}'\n{done}")
        if plugin == "correct" and code == 1:
            expect(
                "issue 12" in done.err and "agrees now" in done.err, f"does not say which\n{done}"
            )


def known_failures_under_a_fill(cli):
    """The plugin is wrong under fill subnormal alone."""
    need(cli, "flushes_undeclared")
    for known, fills, code, words in (
        ("subnormal", ["integer", "subnormal"], 0, "1 differs as known"),
        ("integer", ["integer", "subnormal"], 1, "but it is differs under fill subnormal now"),
        ("subnormal", ["integer"], 0, "1 agrees"),
    ):
        config = {
            **small_config(1),
            "settings": {"threads": 1, "verify": {"fills": fills}},
            "backends": [
                {
                    "name": "flushes_undeclared",
                    "plugin": str(cli.build / "faulty/flushes_undeclared.so"),
                }
            ],
            "known": [{"match": "*", "verdict": "differs", "issue": "issue 12", "fill": known}],
        }
        cli.write("c.json", config)
        done = cli.run("verify c.json").is_(code)
        expect(words in done.out + done.err, f"no '{words}'\n{done}")


def a_plugin_that_dies_on_load(cli):
    need(cli, "aborts_on_load", "no_entry", "missing_dependency")
    for plugin in ("aborts_on_load", "no_entry", "missing_dependency"):
        done = cli.run(f"verify {PROBLEM} --plugin {{faulty}}/{plugin}.so").is_(2)
        expect(f"{plugin}.so" in done.err and done.out == "", f"{done}")


def junit_of_each(cli):
    import xml.etree.ElementTree as xml

    need(cli, *FAULTS)
    tags = {
        "agrees": None,
        "differs": "failure",
        "failed": "failure",
        "died": "error",
        "trespass": "error",
        "refused": "skipped",
    }
    for plugin, (code, kind) in FAULTS.items():
        cli.run(f"verify {PROBLEM} --plugin {{faulty}}/{plugin}.so --junit j.xml").is_(code)
        case = xml.parse(cli.folder / "j.xml").getroot().find(".//testcase")
        found = [child.tag for child in case if child.tag in ("failure", "error", "skipped")]
        expect(found == ([tags[kind]] if tags[kind] else []), f"{plugin}: {found}")


main_of(
    [
        each_verdict,
        the_worst_wins,
        replays,
        fail_fast,
        known_failures,
        known_failures_under_a_fill,
        a_plugin_that_dies_on_load,
        junit_of_each,
    ]
)
