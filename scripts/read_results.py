#!/usr/bin/env python3
"""Results of convgauge in Python: read_results.py DIR... [--baseline LABEL] [--csv].

As a program it prints one line for each case: its time with the 99% interval, and how many times
faster it is than the baseline. As a module:

    import read_results as results              # scripts/ on sys.path
    table = results.frame("results/runs/DIR")   # a pandas.DataFrame, a row for each case
    rows = results.rows("results/runs/DIR")     # the same as a list of dictionaries
    faster = results.speedups(rows, "onednn")   # paired by round, with intervals

Only frame() needs pandas. results/schema.json describes the records, results/README.md what they
mean. results.csv has the same rows without the samples.
"""
import argparse
import csv
import json
import math
import pathlib
import statistics
import sys

CONFIDENCE = 0.99


class BadResults(Exception):
    """What is wrong with a file; the text names the file and the line."""


def records(path):
    """(header, cases) of a results.jsonl, or of the folder that holds one, as they are written.
    A last line that a kill has torn is left out; of a case that stands twice the last one counts.
    """
    file = pathlib.Path(path)
    file = file / "results.jsonl" if file.is_dir() else file
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as why:
        raise BadResults(f"{file}: cannot be read: {why}") from None
    lines = text.split("\n")[:-1]  # what follows the last newline is torn
    if not lines:
        raise BadResults(f"{file}:1: no header line: the file is empty")
    parsed = []
    for number, line in enumerate(lines, 1):
        try:
            parsed.append(json.loads(line))
            kind = parsed[-1]["record"]
        except (ValueError, KeyError, TypeError) as why:
            raise BadResults(f"{file}:{number}: is no record: {why}") from None
        if kind != ("header" if number == 1 else "case"):
            raise BadResults(f"{file}:{number}: /record: found {kind!r}")
    if parsed[0].get("schema_version") != 1:
        raise BadResults(
            f"{file}:1: /schema_version: {parsed[0].get('schema_version')}, and 1 is read here"
        )
    last = {key_of(case): case for case in parsed[1:]}
    return parsed[0], list(last.values())


def place_of(case):
    """Network, layer, problem and settings as a text: what backends are compared on."""
    names = case.get("suite", ""), case.get("name", "")
    return json.dumps([*names, case["problem"], case.get("settings")], sort_keys=True)


def key_of(case):
    """What tells the cases of a run apart."""
    label = case.get("label", case["backend"])
    return place_of(case), label, case.get("requested_algorithm", "default")


def numbers(values):
    """NaN and infinities are texts in JSON; float() reads them."""
    return [float(value) for value in values]


def median_interval(values, confidence=CONFIDENCE):
    """(median, low, high): the interval that holds the median of what the values are drawn from
    with at least that confidence, whatever their distribution: order statistics, of which the
    binomial distribution says how surely they lie on either side. low and high are None for fewer
    than 8 values at 99%."""
    ordered = sorted(values)
    count = len(ordered)
    if not count:
        return None, None, None
    below, dropped = 0, None
    for k in range((count + 1) // 2):
        below += math.comb(count, k)
        if 1 - 2 * below / 2**count < confidence:
            break
        dropped = k
    middle = statistics.median(ordered)
    if dropped is None:
        return middle, None, None
    return middle, ordered[dropped], ordered[count - 1 - dropped]


SIDES = ("top", "bottom", "left", "right")


def row_of(header, case):
    """A case as a flat dictionary; a missing value is None. Times in ns per execution."""
    problem, settings = dict(case["problem"]), case.get("settings", {})
    row = {
        "suite": case.get("suite", ""),
        "name": case.get("name", ""),
        "problem": case.get("problem_text", ""),
        "label": case.get("label", case["backend"]),
        "backend": case["backend"],
        "algorithm": case.get("algorithm"),
        "requested_algorithm": case.get("requested_algorithm", "default"),
        "device": case.get("device", ""),
        "count": case.get("count", 1),
    }
    for key, value in problem.items():
        if not isinstance(value, list):
            row[key] = value
        elif len(value) == 4:
            row.update({f"{key}_{side}": part for side, part in zip(SIDES, value)})
        else:
            row.update({f"{key}_{axis}": part for axis, part in zip("hw", value)})
    row.update(settings)
    measurement, time = case["measurement"], case.get("time_ns") or {}
    row["verdict"] = case["verdict"]["kind"]
    row["measurement"] = measurement["kind"]
    row["why"] = case["verdict"].get("why") or measurement.get("doubt") or measurement.get("why")
    row["samples_ns"] = numbers(time.get("samples", []))
    row["samples_per_process"] = measurement.get("samples_per_process") or [len(row["samples_ns"])]
    # A time that cannot be true is not compared with others.
    usable = (
        row["verdict"] == "agrees"
        and not measurement.get("doubt")
        and all(math.isfinite(ns) and ns > 0 for ns in row["samples_ns"])
    )
    row["median_ns"], row["low_ns"], row["high_ns"] = (
        median_interval(row["samples_ns"]) if usable else (None, None, None)
    )
    row["flops"] = case.get("flops")
    row["gflops"] = row["flops"] / row["median_ns"] if row["median_ns"] and row["flops"] else None
    row["rel_l2"] = case["verdict"].get("rel_l2")
    row["finished"] = case.get("finished")
    machine = header.get("machine", {})
    row.update(
        {key: machine.get(key) for key in ("processor", "system", "hostname_hash", "noise_floor")}
    )
    row.update({key: header.get(key) for key in ("started", "convgauge_version", "git_revision")})
    row["replay"], row["case"] = case.get("replay"), place_of(case)
    return row


def rows(*paths):
    """The cases of one or several runs, a flat dictionary each; "run" is the path that it came
    from."""
    all_rows = []
    for path in paths:
        header, cases = records(path)
        all_rows += [{"run": str(path), **row_of(header, case)} for case in cases]
    return all_rows


def frame(*paths):
    """rows() as a pandas.DataFrame, with stamps as times."""
    try:
        import pandas
    except ImportError:
        raise BadResults(
            "frame() needs pandas (Debian: python3-pandas); rows() gives the same as dictionaries"
        ) from None
    table = pandas.DataFrame(rows(*paths))
    for stamp in ("started", "finished"):
        if stamp in table:
            table[stamp] = pandas.to_datetime(table[stamp], errors="coerce", utc=True)
    return table


def common_rounds(a, b):
    """The samples of two rows that were taken in the same rounds of the same process."""
    pairs, at_a, at_b = [], 0, 0
    for of_a, of_b in zip(a["samples_per_process"], b["samples_per_process"]):
        both = min(of_a, of_b)
        pairs += zip(a["samples_ns"][at_a : at_a + both], b["samples_ns"][at_b : at_b + both])
        at_a, at_b = at_a + of_a, at_b + of_b
    return pairs


def speedups(all_rows, baseline, confidence=CONFIDENCE):
    """Each row with a time beside that of the label `baseline` for the same problem and settings of
    the same run: "speedup" with "speedup_low" and "speedup_high" are how many times faster it is,
    from the ratios of the rounds that both were timed in, so that what slows the machine down for
    both cancels out. Rows without a counterpart are left out."""
    bases = {
        (row["run"], row["case"]): row
        for row in all_rows
        if row["label"] == baseline and row["median_ns"] is not None
    }
    found = []
    for row in all_rows:
        base = bases.get((row["run"], row["case"]))
        if base is None or row["median_ns"] is None:
            continue
        ratios = [theirs / ours for ours, theirs in common_rounds(row, base)]
        middle, low, high = median_interval(ratios, confidence)
        found.append({**row, "speedup": middle, "speedup_low": low, "speedup_high": high})
    return found


def time_text(ns):
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if ns >= size:
            return f"{ns / size:.4g} {unit}"
    return f"{ns:.4g} ns"


def interval_text(low, high, text):
    return "" if low is None else f"{text(low)} … {text(high)}"


def write_table(all_rows, compared, to):
    faster = {id_of(row): row for row in compared}
    for row in all_rows:
        time = time_text(row["median_ns"]) if row["median_ns"] else row["verdict"]
        fields = [row["label"], row["name"] or row["problem"], time]
        fields.append(interval_text(row["low_ns"], row["high_ns"], time_text))
        if ratio := faster.get(id_of(row)):
            fields.append(f"{ratio['speedup']:.2f}×")
            fields.append(
                interval_text(ratio["speedup_low"], ratio["speedup_high"], "{:.2f}".format)
            )
        print("\t".join(fields).rstrip("\t"), file=to)


def id_of(row):
    return row["run"], row["case"], row["label"], row["requested_algorithm"]


def write_csv(all_rows, to):
    left_out = ("samples_ns", "samples_per_process", "case")
    names = {name: None for row in all_rows for name in row if name not in left_out}
    writer = csv.DictWriter(to, names, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(all_rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("run", nargs="+", help="a run's folder, or its results.jsonl")
    parser.add_argument("--baseline", help="the label that speeds are told against")
    parser.add_argument("--csv", action="store_true", help="all columns, as CSV")
    options = parser.parse_args()
    try:
        all_rows = rows(*options.run)
    except BadResults as why:
        print(f"read_results.py: {why}", file=sys.stderr)
        return 2
    compared = speedups(all_rows, options.baseline) if options.baseline else []
    labels = sorted({row["label"] for row in all_rows})
    if options.baseline and options.baseline not in labels:
        print(
            f"read_results.py: --baseline {options.baseline}: no such label; there are"
            f" {', '.join(labels)}",
            file=sys.stderr,
        )
        return 2
    if options.csv:
        write_csv(compared or all_rows, sys.stdout)
    else:
        write_table(all_rows, compared, sys.stdout)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        sys.exit(0)
