"""A CPU quota of the control group is told, sets the default number of threads, and what it
interrupts is not taken for a time."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from cli import expect, main_of
from control_group import NoGroups, limited

# Of every 10 ms 2 are allowed. The system looks at every tick, which is 10 ms at most: no sample of
# some 20 ms of CPU time passes without an interruption.
CPUS, PERIOD_US = 0.2, 10_000
PROBLEM = "n1c32h28w28_o64k3p1"


def in_a_group(scenario):
    def limited_scenario(cli):
        try:
            with limited(cpus=CPUS, period_us=PERIOD_US):
                scenario(cli)
        except NoGroups as why:
            raise unittest.SkipTest(str(why)) from None

    limited_scenario.__name__ = scenario.__name__
    return limited_scenario


@in_a_group
def a_quota_is_told_and_its_samples_are_doubted(cli):
    done = cli.run(f"sweep {PROBLEM} --backends naive --rounds 3 --out o").is_(0)
    said = [line for line in done.err.splitlines() if "processors" in line]
    expect(len(said) == 1 and f"the time of {CPUS} processors" in said[0], f"{done}")
    header, (record,) = cli.records("o")
    expect(header["machine"]["cpu_quota"] == CPUS, f"{header['machine']}")
    expect(header["machine"]["cpu_quota_file"] in said[0], f"{header['machine']}")
    expect(record["settings"]["threads"] == 1, f"threads: {record['settings']}")
    measurement = record["measurement"]
    expect(measurement["kind"] == "inconclusive", f"{measurement}")
    expect("a CPU quota" in measurement["why"], f"{measurement}")
    expect(max(measurement["evidence"]["waited_share"]) > 0.5, f"{measurement}")


@in_a_group
def a_slow_plugin_is_no_hang(cli):
    """0.3 s of CPU time take 1.5 s and more: the limit of 0.8 s is not reached."""
    done = cli.run(
        "verify n1c2h6w7_o3k3p1 --plugin {faulty}/computes_long.so --backend computes_long"
        " --threads 1 --timeout 0.8 --no-shrink --json"
    ).is_(0)
    expect(json.loads(done.out)[0]["verdict"]["kind"] == "agrees", f"{done}")


def without_a_quota_nothing_is_said(cli):
    done = cli.run("sweep n1c2h6w7_o3k3p1 --backends naive --rounds 1 --threads 1 --out o").is_(0)
    header, _ = cli.records("o")
    expect(("cpu_quota" in header["machine"]) == ("processors" in done.err), f"{done}")


if __name__ == "__main__":
    main_of(
        [
            a_quota_is_told_and_its_samples_are_doubted,
            a_slow_plugin_is_no_hang,
            without_a_quota_nothing_is_said,
        ]
    )
