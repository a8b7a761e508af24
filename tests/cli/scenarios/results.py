"""What a run writes: the fields of the results file, --json, every report,
and the same backend twice."""
import csv
import io
import json
import pathlib
import re
import shutil
import subprocess
import sys
import unittest
import xml.etree.ElementTree as xml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cli import expect, main_of, small_config

# The case line that results/README.md describes, key by key.
CASE = {
    "record",
    "problem",
    "problem_text",
    "suite",
    "name",
    "count",
    "backend",
    "label",
    "algorithm",
    "requested_algorithm",
    "device",
    "settings",
    "verdict",
    "measurement",
    "time_ns",
    "prepare_ns",
    "upload_ns",
    "flops",
    "gflops",
    "bytes",
    "workspace_bytes",
    "packed_weight_bytes",
    "replay",
}
SETTINGS = {"threads", "dtype", "layout", "direction", "math", "cold"}
VERDICT = {"kind", "worst", "rel_l2", "elements"}
TIME = {"median", "low", "high", "confidence", "min", "samples", "executions_per_sample"}


def has(record, keys, what):
    expect(keys <= set(record), f"{what} lacks {sorted(keys - set(record))}")


def case_fields(cli):
    done = cli.run("bench n1c2h6w7_o2k3p1 --backend reference --rounds 3 --threads 1 --json").is_(0)
    (record,) = json.loads(done.out)
    has(record, CASE, "case")
    has(record["settings"], SETTINGS, "settings")
    has(record["verdict"], VERDICT, "verdict")
    expect(record["verdict"]["kind"] == "agrees", f"{record}")
    expect(record["verdict"]["elements"] == 2 * 6 * 7, f"{record['verdict']}")
    # Multiplications and additions of every tap, padding counted or not:
    # 2 * outputs * taps, no more.
    expect(0 < record["flops"] <= 2 * 2 * 6 * 7 * 2 * 9 + 2 * 6 * 7, f"flops {record['flops']}")
    if record["measurement"]["kind"] == "inconclusive":  # a loud neighbour
        expect(len(record["measurement"]["evidence"]["samples_ns"]) == 3, f"{record}")
        return
    expect(record["measurement"]["kind"] == "measured", f"{record}")
    time = record["time_ns"]
    has(time, TIME, "time_ns")
    expect(len(time["samples"]) == 3 and time["min"] == min(time["samples"]) > 0, f"{time}")
    expect(time["low"] is None and time["high"] is None, f"an interval from three samples: {time}")
    expect(0 < time["confidence"] < 0.99, f"{time['confidence']}")
    expect(
        abs(record["gflops"] - record["flops"] / time["median"]) < 0.01 * record["gflops"],
        f"{record['gflops']}",
    )


def verify_says_that_nothing_was_measured(cli):
    (record,) = json.loads(cli.run("verify n1c2h6w7_o2k3p1 --backend reference --json").is_(0).out)
    expect(
        record["measurement"]["kind"] == "skipped" and record["measurement"]["why"],
        f"{record['measurement']}",
    )
    expect("time_ns" not in record or record["time_ns"] is None, "a time that nobody measured")


def reports(cli):
    """Every format, by name and by ending, from one run."""
    cli.write("c.json", small_config(3))
    cli.run("sweep c.json --out o").is_(0)
    for name in (
        "report.html",
        "report.md",
        "junit.xml",
        "results.csv",
        "decision.json",
        "gbench.json",
    ):
        expect((cli.folder / "o" / name).stat().st_size > 200, f"{name} is hardly there")
    for ending, format_ in (
        ("html", "html"),
        ("md", "md"),
        ("xml", "junit"),
        ("csv", "csv"),
        ("json", "gbench"),
    ):
        expect(cli.run(f"report o -o r.{ending}").is_(0).out == "", "standard output beside a file")
        expect(
            (cli.folder / f"r.{ending}").read_bytes().decode()
            == cli.run(f"report o -f {format_}").is_(0).out,
            f"{ending}: two texts",
        )
    table = cli.run("report o").is_(0).out
    expect("reference" in table, f"{table}")
    rows = list(csv.DictReader(io.StringIO((cli.folder / "r.csv").read_text())))
    expect(len(rows) == 3, f"{len(rows)} rows")
    expect(
        len(xml.parse(cli.folder / "r.xml").getroot().findall(".//testcase")) == 3,
        "other than three test cases",
    )
    page = (cli.folder / "r.html").read_text()
    expect(not re.search(r"(src|href)=[\"']https?:", page), "the page fetches something")
    for name in ("p0", "p1", "p2"):
        expect(name in page and name in (cli.folder / "r.md").read_text(), f"{name} is missing")
    cli.run("report o o -o two.html").is_(0)


def google_benchmark(cli):
    """What Google Benchmark's own compare.py reads."""
    cli.write("c.json", small_config(2))
    for _ in range(4):  # what is inconclusive, on a loaded machine, has no line
        shutil.rmtree(cli.folder / "o", ignore_errors=True)
        cli.run("sweep c.json --out o").is_(0)
        report = json.loads((cli.folder / "o/gbench.json").read_text())
        if report["benchmarks"]:
            break
    has(report["context"], {"date", "num_cpus", "library_build_type"}, "context")
    expect(report["benchmarks"], "no benchmarks")
    for entry in report["benchmarks"]:
        has(
            entry,
            {"name", "run_name", "run_type", "iterations", "real_time", "cpu_time", "time_unit"},
            "benchmark",
        )
        expect(entry["real_time"] > 0 and entry["time_unit"] in ("ns", "us", "ms", "s"), f"{entry}")
    for tool in pathlib.Path("/usr/share").glob("*benchmark*/**/compare.py"):
        done = subprocess.run(
            [
                sys.executable,
                tool,
                "benchmarks",
                cli.folder / "o/gbench.json",
                cli.folder / "o/gbench.json",
            ],
            capture_output=True,
            text=True,
        )
        if "ModuleNotFoundError" in done.stderr:
            raise unittest.SkipTest(done.stderr.strip().splitlines()[-1])
        expect(done.returncode == 0, f"compare.py: {done.stderr}")


def the_same_backend_twice(cli):
    cli.write(
        "c.json",
        small_config(
            2,
            backends=[
                "reference",
                {"name": "reference", "label": "with option", "algorithm": "all"},
            ],
            baseline_backend="reference",
        ),
    )
    cli.run("sweep c.json --out o").is_(0)
    _, records = cli.records("o")
    labels = [r["label"] for r in records]
    expect(
        len(labels) == 4
        and len(set(labels)) == 2
        and all(l.startswith(("reference", "with option")) for l in labels),
        f"{labels}",
    )
    table = cli.run("report o").is_(0).out
    expect("with option" in table, table)


def header_fields(cli):
    cli.write("c.json", small_config(1))
    cli.run("sweep c.json --out o").is_(0)
    header, _ = cli.records("o")
    for word in ("schema_version", "machine", "compiler", "git_revision", "plugins"):
        expect(any(word in key for key in header), f"the header has no {word}: {sorted(header)}")
    expect(header["plugins"][0]["hash"], "a plugin without its hash")


def one_problem_in_a_table(cli):
    done = cli.run("bench n1c2h6w7_o2k3p1 --backend reference --rounds 7 --threads 1").is_(0)
    expect(
        re.search(r"^n1c2h6w7_o2k3p1 .*GFLOP$", done.out, re.M)
        and ("reference.double" in done.out or "noisy" in done.out),
        f"{done}",
    )


main_of(
    [
        case_fields,
        verify_says_that_nothing_was_measured,
        reports,
        google_benchmark,
        the_same_backend_twice,
        header_fields,
        one_problem_in_a_table,
    ]
)
