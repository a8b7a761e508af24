"""Problems with a direction, a type or a layout of their own: every step from the config to the
reports keeps to it."""
import csv
import json
import pathlib
import re
import shlex
import sys
import xml.etree.ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cli import expect, main_of


def unet(**settings):
    """Convolutions of both directions, of which one has a type of its own."""
    sizes = {"in_channels": 2, "out_channels": 2, "height": 6, "width": 6, "kernel_size": 3}
    return {
        "name": "unet",
        "problems": [
            {"name": "down", **sizes, "count": 2},
            {"name": "up", **sizes, "direction": "backward_data"},
            {"name": "half", **sizes, "dtype": "bf16", "layout": "nhwc"},
        ],
        "backends": ["reference"],
        "settings": {"threads": 1, "measure": {"rounds": 2, "budget_s": 0.2}, **settings},
    }


def cases_of(records):
    return sorted(
        (r["name"], r["settings"]["direction"], r["settings"]["dtype"], r["settings"]["layout"])
        for r in records
    )


EXPECTED = [
    ("down", "forward", "f32", "nchw"),
    ("half", "forward", "bf16", "nhwc"),
    ("up", "backward_data", "f32", "nchw"),
]


def all_reports_show_one_network(cli):
    cli.write("c.json", unet())
    cli.run("sweep c.json --out o").is_(0)
    header, records = cli.records("o")
    expect(cases_of(records) == EXPECTED, f"cases {cases_of(records)}")
    expect(records[1]["own_settings"] == {"direction": "backward_data"}, str(records[1]))
    expect("own_settings" not in records[0], "a problem that has none")
    rows = list(csv.DictReader((cli.folder / "o/results.csv").open()))
    got = sorted((r["name"], r["direction"], r["dtype"], r["layout"]) for r in rows)
    expect(got == EXPECTED, f"CSV: {got}")
    report = (cli.folder / "o/report.md").read_text().replace("\\", "")
    expect(len(re.findall("^### ", report, re.M)) == 1, "more than one network in\n" + report)
    title = "unet · 1 thread · f32/bf16 · nchw/nhwc · forward/backward_data · strict"
    expect(title in report, report)
    for row in ("up (backward_data)", "half (bf16, nhwc)"):
        expect(f"| {row} |" in report, row + " is not in\n" + report)
    tests = xml.etree.ElementTree.parse(cli.folder / "o/junit.xml").iter("testcase")
    names = [t.get("name") for t in tests]
    expect(len(set(names)) == 3, f"JUnit: {names}")


def lists_are_for_problems_without_their_own(cli):
    cli.write("c.json", unet(direction=["forward", "backward_weights"], layout="nhwc"))
    done = cli.run("verify c.json --dry-run").is_(0)
    expect("5 cases" in done.out, str(done))
    cli.run("verify c.json --out o").is_(0)
    got = cases_of(cli.records("o")[1])
    want = [
        ("down", "backward_weights", "f32", "nhwc"),
        ("down", "forward", "f32", "nhwc"),
        ("half", "backward_weights", "bf16", "nhwc"),
        ("half", "forward", "bf16", "nhwc"),
        ("up", "backward_data", "f32", "nhwc"),
    ]
    expect(got == want, f"cases {got}")


def options_do_not_change_what_is_their_own(cli):
    cli.write("c.json", unet())
    done = cli.run("verify c.json --dtype f64 --dry-run").is_(0)
    expect("1 of 3 problems of unet have a dtype of their own, and keep it" in done.err, str(done))
    done = cli.run("verify c.json --filter half --dtype f64").is_(2)
    expect("every problem of unet has a dtype of its own" in done.err, str(done))


def a_run_is_resumed_and_a_case_repeated(cli):
    cli.write("c.json", unet())
    cli.run("sweep c.json --out o").is_(0)
    file = cli.folder / "o/results.jsonl"
    file.write_text("".join(line + "\n" for line in file.read_text().splitlines()[:2]))
    cli.run("sweep c.json --resume o").is_(0)
    records = cli.records("o")[1]
    expect(cases_of(records) == EXPECTED, f"cases {cases_of(records)}")
    for record in records:
        words = shlex.split(record["replay"])[1:]
        again = json.loads(cli.run([*words, "--json", "--rounds", "2"]).is_(0).out)
        expect(again[0]["settings"] == record["settings"], f"{record['replay']}: {again}")
    text = (cli.folder / "c.json").read_text()
    (cli.folder / "c.json").write_text(text.replace("backward_data", "backward_weights"))
    done = cli.run("sweep c.json --resume o").is_(2)
    expect("the config has changed" in done.err, str(done))


def two_runs_are_compared_case_by_case(cli):
    cli.write("c.json", unet())
    for folder in "ab":
        cli.run(f"sweep c.json --out {folder}").is_(0)
    done = cli.run("compare a b --all -f json").is_(0)
    keys = [(c["name"], c["settings"]["direction"]) for c in json.loads(done.out)["cases"]]
    expect(len(keys) == 3 and ("up", "backward_data") in keys, str(keys))


def a_problem_file_says_its_direction(cli):
    cli.write("p.json", unet()["problems"][1])
    cli.run("verify --problem p.json --backend reference --out o").is_(0)
    got = cli.records("o")[1][0]["settings"]["direction"]
    expect(got == "backward_data", got)


main_of(
    [
        all_reports_show_one_network,
        lists_are_for_problems_without_their_own,
        options_do_not_change_what_is_their_own,
        a_run_is_resumed_and_a_case_repeated,
        two_runs_are_compared_case_by_case,
        a_problem_file_says_its_direction,
    ]
)
