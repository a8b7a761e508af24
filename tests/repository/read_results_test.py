#!/usr/bin/env python3
"""scripts/read_results.py against convgauge itself: read_results_test.py ROOT CONVGAUGE.

Intervals are those that the records hold, speed-ups those that `compare` finds between two labels,
rows those of results.csv; and what is no results file is refused with its place.
"""
import csv
import io
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT, CONVGAUGE = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
sys.path.insert(0, str(ROOT / "scripts"))
import read_results as results

RUN = ROOT / "results/bench/epyc_avx2_2026-11-23/resnet50"


def near(a, b):
    return abs(a - b) <= 1e-9 * max(abs(a), abs(b))


def intervals():
    for file in sorted((ROOT / "results").rglob("results.jsonl")):
        _, cases = results.records(file)
        for case in cases:
            if time := case["time_ns"]:
                found = results.median_interval(results.numbers(time["samples"]))
                assert found == (time["median"], time["low"], time["high"]), (file, case, found)


def ratios():
    rows = results.speedups(results.rows(RUN), "onednn")
    said = subprocess.run(
        [CONVGAUGE, "compare", RUN, "--of", "winograd", "--with", "onednn", "--all", "-f", "json"],
        capture_output=True,
        text=True,
        check=True,
    )
    compared = {c["name"]: c["time_ratio"] for c in json.loads(said.stdout)["cases"]}
    held = 0
    for row in rows:
        ratio = compared.get(row["name"]) if row["label"] == "winograd" else None
        if not ratio or ratio["low"] is None:
            continue
        # compare tells the candidate's time over the baseline's: the inverse, ends exchanged.
        for ours, theirs in (("speedup_low", "high"), ("speedup_high", "low")):
            assert near(row[ours], 1 / ratio[theirs]), (row["name"], row[ours], ratio)
        if (
            len(row["samples_ns"]) % 2
        ):  # of an even number the median is a mean, which has no inverse
            assert near(row["speedup"], 1 / ratio["ratio"]), (row["name"], ratio)
        held += 1
    assert held > 2, held
    base = [row for row in rows if row["label"] == "onednn"]
    assert all(row["speedup"] == 1 for row in base)


def columns():
    said = subprocess.run(
        [CONVGAUGE, "report", RUN, "-f", "csv"], capture_output=True, text=True, check=True
    )
    table = list(csv.DictReader(io.StringIO(said.stdout)))
    rows = results.rows(RUN)
    assert len(rows) == len(table)
    header, _ = results.records(RUN)
    for row, other in zip(rows, table):
        for name in ("suite", "name", "problem", "label", "verdict", "measurement", "dtype"):
            assert row[name] == other[name], (name, row, other)
        for ours, theirs in (("median_ns", "median_ns"), ("low_ns", "low_ns"), ("flops", "flops")):
            assert str(row[ours] or "") == other[theirs] or near(row[ours], float(other[theirs])), (
                row[ours],
                other[theirs],
            )
        assert row["kernel_size_h"] == int(other["kernel_h"])
        assert row["padding_left"] == int(other["pad_left"])
        for name in ("processor", "system", "hostname_hash"):
            assert other[name] == header["machine"][name] == row[name]
        assert other["started"] == header["started"] == row["started"]
        assert other["convgauge_version"] == header["convgauge_version"]
        hashes = {p["label"]: p["hash"] for p in header["plugins"]}
        assert other["plugin_hash"] == hashes[other["label"]]


def refusals():
    with tempfile.TemporaryDirectory() as name:
        file = pathlib.Path(name) / "results.jsonl"
        for text, wanted in (
            ("", "1: no header line"),
            ("{", "1: no header line"),
            ("[1]\n", "1: is no record"),
            ('{"record":"case"}\n', "1: /record: found 'case'"),
            ('{"record":"header","schema_version":2}\n', "1: /schema_version: 2"),
            ('{"record":"header","schema_version":1}\n{\n', "2: is no record"),
        ):
            file.write_text(text)
            done = subprocess.run(
                [sys.executable, ROOT / "scripts/read_results.py", name],
                capture_output=True,
                text=True,
            )
            assert done.returncode == 2 and wanted in done.stderr, (text, done)
        done = subprocess.run(
            [sys.executable, ROOT / "scripts/read_results.py", str(RUN), "--baseline", "nobody"],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 2 and "there are fft, naive, onednn" in done.stderr, done


def torn_and_again():
    header, cases = results.records(RUN)
    again = {**cases[0], "replay": "the last one counts"}
    lines = [json.dumps(r) for r in (header, cases[0], cases[1], again)]
    with tempfile.TemporaryDirectory() as name:
        file = pathlib.Path(name) / "results.jsonl"
        file.write_text("\n".join(lines) + '\n{"record": "ca')
        found = results.rows(name)
        assert len(found) == 2 and found[0]["replay"] == "the last one counts", found


def frames():
    """With pandas the frame of the page's example; without it, words that say what is missing."""
    try:
        import pandas
    except ImportError:
        try:
            results.frame(RUN)
        except results.BadResults as why:
            assert "python3-pandas" in str(why)
            return
        raise AssertionError("a frame without pandas")
    table = results.frame(RUN)
    assert len(table) == len(results.rows(RUN))
    assert table["started"].dt.year.iloc[0] == 2026
    best = table.loc[table.groupby("name")["median_ns"].idxmin()]
    assert len(best) == table["name"].nunique()


for test in (intervals, ratios, columns, refusals, torn_and_again, frames):
    test()
    print("ok", test.__name__)
