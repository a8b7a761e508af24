"""The gate and the baseline's plugin: where it is looked for,
and what is said where it is not there.

Which of two is slower is never asked here (tests/bench/gate does): only whether they were measured
side by side.
"""
import json
import pathlib
import shutil
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cli import expect, main_of  # noqa: E402


def two_runs(cli):
    """Runs `then` and `now` of one plugin in two files that differ by a byte behind the image: a.so
    and b.so. Of 7 rounds, which clear nothing: every case is a suspect."""
    plugin = cli.build / "slowed" / "slowed.so"
    if not plugin.exists():
        raise unittest.SkipTest("tests/bench/gate was not built")
    image = plugin.read_bytes()
    (cli.folder / "a.so").write_bytes(image)
    (cli.folder / "b.so").write_bytes(image + b"\0")
    for name, out in (("a.so", "then"), ("b.so", "now")):
        cli.run(
            f"sweep n1c2h6w6_o2k3 --plugin {name} --backend slowed --threads 1 --rounds 7 --out"
            f" {out}"
        ).is_(0)


def measured_again(cli, line):
    done = cli.run(line)
    expect(done.code in (0, 3), f"neither green nor slower\n{done}")
    expect(
        "measured again" in done.out and "cannot be" not in done.out, f"not measured again\n{done}"
    )
    expect("not the same: plugin hash of slowed" in done.out, f"the hashes are not told\n{done}")


def where_it_was(cli):
    two_runs(cli)
    measured_again(cli, "gate now --baseline then")


def nowhere_is_undecided_and_never_red(cli):
    two_runs(cli)
    (cli.folder / "a.so").unlink()
    done = cli.run("gate now --baseline then").is_(0)
    expect(
        "cannot be measured again: the baseline's plugin (" in done.out
        and "--baseline-plugin" in done.out,
        f"{done}",
    )
    cli.run("gate now --baseline then --strict").is_(5)
    # Another file of the same name is not the one that was measured.
    (cli.folder / "a.so").write_bytes((cli.folder / "b.so").read_bytes())
    cli.run("gate now --baseline then --strict").is_(5)


def kept_with_the_baseline(cli):
    two_runs(cli)
    (cli.folder / "a.so").rename(cli.folder / "then" / "old.so")
    measured_again(cli, "gate now --baseline then")


def kept_in_results_baselines(cli):
    two_runs(cli)
    folder = cli.folder / "results" / "baselines" / "x"
    folder.mkdir(parents=True)
    (cli.folder / "a.so").rename(folder / "old.so")
    measured_again(cli, "gate now --baseline then")


def given_by_hand(cli):
    two_runs(cli)
    for name in ("a", "b"):
        (cli.folder / f"{name}.so").rename(cli.folder / f"moved_{name}.so")
    measured_again(cli, "gate now --baseline then --baseline-plugin moved_a.so --plugin moved_b.so")
    cli.run("gate now --baseline then --baseline-plugin moved_a.so --strict").is_(5)


def the_same_plugin_is_never_slower_than_itself(cli):
    """A stored time that is half as long again, of the same plugin file and libraries, was the
    machine's."""
    for _ in range(20):  # a loud machine gives no times
        cli.run("sweep n1c2h5w5_o2k3 --backend reference --threads 1 --rounds 9 --out then").is_(0)
        lines = (cli.folder / "then" / "results.jsonl").read_text().splitlines()
        case = json.loads(lines[1])
        if case["measurement"]["kind"] == "measured":
            break
        shutil.rmtree(cli.folder / "then")
    else:
        raise unittest.SkipTest("the machine is too loud to time anything")
    case["time_ns"]["samples"] = [1.5 * ns for ns in case["time_ns"]["samples"]]
    cli.write("now/results.jsonl", f"{lines[0]}\n{json.dumps(case)}\n")
    done = cli.run("gate now --baseline then --strict").is_(0)
    expect("not measured again: the same plugin file, libraries and options" in done.out, f"{done}")


main_of(
    [
        the_same_plugin_is_never_slower_than_itself,
        where_it_was,
        nowhere_is_undecided_and_never_red,
        kept_with_the_baseline,
        kept_in_results_baselines,
        given_by_hand,
    ]
)
