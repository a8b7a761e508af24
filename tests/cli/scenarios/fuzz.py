"""Fuzzing: a planted bug is found, shrunk, kept as a config that fails again; the sequence is the
seed's; nothing good is accused."""
import json
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cli import expect, main_of

# plugin of tests/faulty: problems within which seed 1 must meet its bug, exit code
PLANTED = {
    "groups_ignored": (60, 1),
    "dilation_swapped": (100, 1),
    "padding_mode_ignored": (60, 1),
    "bias_doubled": (30, 1),
    "last_columns_wrong": (60, 1),
    "writes_past_output": (30, 4),
    "aborts": (10, 4),
}
MOST_AWAY = 3


def need(cli, *plugins):
    for plugin in plugins:
        if not (cli.build / "faulty" / f"{plugin}.so").exists():
            raise unittest.SkipTest(f"faulty/{plugin}.so was not built")


def fuzz(cli, plugin, more):
    return cli.run(
        f"fuzz --seed 1 --plugin {{faulty}}/{plugin}.so --threads 1 --dtype f32 {more}", 300
    )


def finds_shrinks_and_keeps(cli):
    need(cli, *PLANTED)
    for plugin, (problems, code) in PLANTED.items():
        done = fuzz(cli, plugin, f"--count {problems} --regressions r/{plugin}").is_(code)
        found = re.search(
            r"smallest: (\S+): (the trivial problem itself|(\d) parameters? from)", done.out
        )
        expect(found, f"nothing smallest\n{done}")
        expect(int(found[3] or 0) <= MOST_AWAY, f"{found[3]} parameters away\n{done}")
        configs = sorted((cli.folder / "r" / plugin).glob("*.json"))
        expect(configs, f"no regression config\n{done}")
        for config in configs:
            again = cli.run(["verify", str(config), "--no-shrink", "--json"]).is_(code)
            kinds = {r["verdict"]["kind"] for r in json.loads(again.out)}
            expect(kinds.isdisjoint({"agrees", "refused"}), f"{config.name} does not fail\n{again}")
            expect(
                "convgauge fuzz --seed 1 --from" in json.loads(config.read_text())["$comment"],
                "the config does not say whence",
            )


def an_index_is_enough(cli):
    """What is printed leads back to the case: --from INDEX --count 1 finds it again."""
    need(cli, "groups_ignored")
    first = fuzz(cli, "groups_ignored", "--count 60 --fail-fast --no-shrink --regressions r").is_(1)
    index = re.search(r"fuzz: seed 1, index (\d+)", first.out)
    expect(index, f"{first}")
    again = fuzz(
        cli, "groups_ignored", f"--from {index[1]} --count 1 --no-shrink --regressions r2"
    ).is_(1)
    line = re.search(r"^differs: .*$", first.out, re.M)[0]
    expect(line in again.out, f"another case: {line}\n{again}")
    config = next((cli.folder / "r").glob("*.json"))
    expect((cli.folder / "r2" / config.name).exists(), "another regression config")


def duplicates_are_folded(cli):
    need(cli, "bias_doubled")
    done = fuzz(cli, "bias_doubled", "--count 60 --regressions r").is_(1)
    expect(done.out.count("replay: convgauge") <= 6, f"told again and again\n{done}")
    expect(re.search(r"and \d+ like it", done.out), f"{done}")


def good_ones_are_not_accused(cli):
    need(cli, "correct")
    done = fuzz(cli, "correct", "--count 300 --backends correct,reference --regressions r").is_(0)
    for line in (
        r"^300 problems of seed 1 from 0 to 300: 600 cases",
        r"^  correct +\d+ agrees",
        r"^  reference +\d+ agrees",
        r"pairs of parameter values met: \d+ of \d+ \([5-9]\d%\)",
    ):
        expect(re.search(line, done.out, re.M), f"no {line}\n{done}")
    expect("differs" not in done.out and not (cli.folder / "r").exists(), f"{done}")


def the_time_is_kept(cli):
    done = cli.run("fuzz --seconds 1 --backend reference --regressions r", 20).is_(0)
    # A case that has begun is ended, which may take seconds on a loaded machine.
    expect(re.search(r"cases in [1-9]\.\d s", done.out), f"{done}")


def nothing_ran(cli):
    need(cli, "refuses_honestly")
    done = fuzz(cli, "refuses_honestly", "--count 5 --layout nchw --regressions r")
    expect(done.code in (0, 6), f"{done}")


def wrong_words(cli):
    for words, about in (
        ("--seed x", "--seed"),
        ("--count -1", "--count"),
        ("--seconds 0", "--seconds"),
        ("--from 1.5", "--from"),
        ("--problem p.json", "--problem"),
        ("--backend nobody", "nobody"),
        ("--shrink-budget 0", "--shrink-budget"),
    ):
        done = cli.run(f"fuzz {words}").is_(2)
        expect(about in done.err and done.err.startswith("convgauge: "), f"{done}")


main_of(
    [
        finds_shrinks_and_keeps,
        an_index_is_enough,
        duplicates_are_folded,
        good_ones_are_not_accused,
        the_time_is_kept,
        nothing_ran,
        wrong_words,
    ]
)
