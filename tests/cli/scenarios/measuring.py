"""Cold and warm, latency and throughput, counters: what really ran, seen from inside a plugin, and
what the record says."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cli import expect, main_of

PROBLEM = "n1c4h64w64_o4k1"  # 128 KiB a slot, so hundreds of slots beside a cache of 32 MiB
BYTES = 4 * (2 * 4 * 64 * 64 + 4 * 4 + 4)


def bench(cli, more, code=0, rounds=9):
    if not pathlib.Path(cli.names["witness"]).exists():
        raise unittest.SkipTest("tests/cli/plugins is not built")
    line = (
        f"bench {PROBLEM} --plugin {{witness}} --backend witness --trust --threads 1"
        f" --rounds {rounds}"
        f" --json {more}"
    )
    return json.loads(cli.run(line).is_(code).out)


def measured(record):
    """What was measured: where a loud neighbour makes it inconclusive,
    its evidence tells the same of how it was done."""
    m = record["measurement"]
    if m["kind"] == "inconclusive":
        return m["evidence"]
    expect(m["kind"] == "measured", f"{m}")
    return {"samples_ns": record["time_ns"]["samples"], **record["time_ns"], **m}


def plans(cli, file):
    """For each plan that was destroyed, the sources that it was executed on, in order."""
    text = (cli.folder / file).read_text()
    expect(text.endswith("end\n"), "the last plan was not destroyed")
    return [[int(line) for line in plan.split()] for plan in text.split("end\n")[:-1]]


def timed_of(plan, slots):
    """The executions of the measurement: its last ones are the check of every slot in turn.
    (all, the timed ones)"""
    order = plan[-slots:]
    expect(
        len(set(order)) == slots, f"the check after timing saw {len(set(order))} slots, not {slots}"
    )
    timed = [order.index(source) for source in plan if source in set(order)][:-slots]
    # What verifying ran on may have lain at the same addresses before.
    starts = [i for i in range(len(timed) - slots) if timed[i : i + slots] == list(range(slots))]
    expect(starts, "no round of every slot before anything is timed")
    return order, timed[starts[0] :]


def last_level_cache(cli):
    header = json.loads(cli.run("machine --json").is_(0).out)["machine"]
    return header["l3_bytes"] or header["l2_bytes"] or 128 << 20


def cold_run(cli, rounds):
    """(the record, its number of slots, by how many slots each timed execution is further on)"""
    file = f"calls_{rounds}"
    (record,) = bench(cli, f"--cold --option file={file}", rounds=rounds)
    slots = measured(record)["slots"]
    order, timed = timed_of(max(plans(cli, file), key=len), slots)
    return record, slots, [(b - a) % slots for a, b in zip(timed[slots:], timed[slots + 1 :])]


def cold_slots_rotate(cli):
    # A slow or loaded machine needs more rounds until every slot was timed and the first again.
    for rounds in (9, 36, 144):
        record, slots, steps = cold_run(cli, rounds)
        if len(steps) > slots:
            break
    expect(record["settings"]["cold"] is True, f"{record['settings']}")
    m = measured(record)
    note = m.get("note", "")
    expect(m["slot_bytes"] == slots * BYTES, f"{m['slot_bytes']} for {slots} slots")
    enough = slots * BYTES > 2 * last_level_cache(cli)
    expect(
        enough or "less than twice the last-level cache" in note,
        f"{slots} slots, and not a word of it: {note}",
    )
    expect(
        not enough or (slots - 1) * BYTES <= 2 * last_level_cache(cli),
        f"{slots} are more than it takes",
    )
    expect(
        len(steps) > slots and set(steps) == {1},
        f"not in turn: {sorted(set(steps))} over {len(steps)} executions",
    )


def warm_is_one_slot(cli):
    (record,) = bench(cli, "--option file=calls")
    expect("slots" not in measured(record), f"{record['measurement']}")
    order, timed = timed_of(max(plans(cli, "calls"), key=len), 1)
    expect(len(timed) > 9 and set(timed) == {0}, "a warm measurement left its slot")


def every_slot_is_checked(cli):
    (record,) = bench(cli, "--cold --option spoil=40", code=1)
    expect(
        record["verdict"]["kind"] == "differs"
        and "after the timed executions, slot " in record["verdict"]["oracle"],
        f"{record['verdict']}",
    )
    expect(record["measurement"]["kind"] == "skipped", "what is wrong in one slot is not ranked")


def warm_and_cold_side_by_side(cli):
    records = bench(cli, "--cold=false,true")
    expect(
        [r["settings"]["cold"] for r in records] == [False, True],
        f"{[r['settings'] for r in records]}",
    )
    expect(
        " --cold" in records[1]["replay"] and " --cold" not in records[0]["replay"], "replay lines"
    )
    cli.write(
        "c.json",
        {
            "problems": [
                {"in_channels": 1, "out_channels": 1, "height": 4, "width": 4, "kernel_size": 1}
            ],
            "backends": ["reference"],
            "settings": {
                "threads": 1,
                "measure": {"cold": [False, True], "mode": ["throughput", "latency"], "rounds": 2},
            },
        },
    )
    cli.run("sweep c.json --out o").is_(0)
    _, records = cli.records("o")
    both = [(r["settings"]["cold"], r["settings"]["mode"]) for r in records]
    expect(both == [(c, m) for c in (False, True) for m in ("throughput", "latency")], f"{both}")
    table = cli.run("report o").is_(0).out
    for word in (" · cold", " · latency", " · cold · latency"):
        expect(word in table, f"no group{word}: {table}")
    expect("4096 is the most" in measured(records[-1])["note"], "a cap on slots that nobody told")


def latency_is_one_execution(cli):
    (record,) = bench(cli, "--mode latency --option file=calls")
    expect(
        record["settings"]["mode"] == "latency" and " --mode latency" in record["replay"],
        f"{record['replay']}",
    )
    expect(measured(record)["executions_per_sample"] == 1, f"{record}")
    (record,) = bench(cli, "--mode throughput")
    expect(
        measured(record)["executions_per_sample"] > 1,
        "5 ms hold more than one execution of 131 kflop",
    )


def counters_or_the_reason(cli):
    (record,) = bench(cli, "--counters")
    m = measured(record)
    samples = len(m["samples_ns"])
    if "counters_refused" in m:
        expect(m["counters_refused"].startswith("perf_event_open: "), m["counters_refused"])
        expect("instructions" not in m and "cycles" not in m, "refused, and counted all the same")
        print(f"     (no counters here: {m['counters_refused']})")
        return
    expect(len(m["instructions"]) == len(m["cycles"]) == samples, f"{m}")
    # 65,536 multiplications and additions: at most one an instruction, at least 32 in one.
    expect(all(131072 / 32 < n < 131072 * 20 for n in m["instructions"]), f"{m['instructions']}")
    expect(
        all(0.05 < i / c < 16 for i, c in zip(m["instructions"], m["cycles"])),
        "instructions per cycle",
    )
    (record,) = bench(cli, "")
    expect("instructions" not in measured(record), "counted, and nobody asked")


main_of(
    [
        cold_slots_rotate,
        warm_is_one_slot,
        every_slot_is_checked,
        warm_and_cold_side_by_side,
        latency_is_one_execution,
        counters_or_the_reason,
    ]
)
