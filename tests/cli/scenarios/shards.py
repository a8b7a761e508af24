"""The shards of a sweep are the sweep."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cli import expect, keys_of, main_of, small_config


def union_is_the_whole(cli):
    cli.write("c.json", small_config(7))
    cli.run("sweep c.json --out whole").is_(0)
    want = keys_of(cli.records("whole")[1])
    got = []
    for i in (1, 2, 3):
        cli.run(f"sweep c.json --shard {i}/3 --out s{i}").is_(0)
        got += keys_of(cli.records(f"s{i}")[1])
    expect(sorted(got) == sorted(want), f"shards {sorted(got)}, whole {sorted(want)}")


def more_shards_than_problems(cli):
    cli.write("c.json", small_config(1))
    done = cli.run("sweep c.json --shard 2/2 --out o").is_(0)
    expect("shard 2/2 is empty: small has 1 problem" in done.err, str(done))
    expect(cli.records("o")[1] == [], "a line that is not its own")


def resumed_shard(cli):
    """A shard is continued as that shard; where the option is not given again, or differs, that
    is said."""
    cli.write("c.json", small_config(6))
    cli.run("sweep c.json --shard 1/2 --out o").is_(0)
    file = cli.folder / "o" / "results.jsonl"
    want = keys_of(cli.records("o")[1])
    file.write_text("".join(line + "\n" for line in file.read_text().splitlines()[:2]))
    cli.run("sweep c.json --shard 1/2 --resume o").is_(0)
    expect(keys_of(cli.records("o")[1]) == want, "another shard")
    for other, words in (("", "no --shard"), ("--shard 2/2", "--shard 2/2")):
        done = cli.run(f"sweep c.json {other} --resume o").is_(2)
        expect(f"was made with --shard 1/2, and this command has {words}" in done.err, str(done))


def dry_run_of_a_shard(cli):
    cli.write("c.json", small_config(5))
    done = cli.run("sweep c.json --shard 2/2 --dry-run").is_(0)
    expect("2 cases" in done.out and "p1" in done.out and "p0" not in done.out, str(done))


# Variables of a scheduler, and the shard that they mean; none: they are refused, with these words.
SLURM = ("SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN")
SCHEDULERS = [
    ({SLURM[0]: "0", SLURM[1]: "3"}, "1/3"),
    ({SLURM[0]: "3", SLURM[1]: "3", SLURM[2]: "1", "SLURM_ARRAY_TASK_MAX": "3"}, "3/3"),
    ({SLURM[0]: "14", SLURM[1]: "3", SLURM[2]: "10", "SLURM_ARRAY_TASK_STEP": "4"}, "2/3"),
    ({"JOB_COMPLETION_INDEX": "2", "JOB_COMPLETIONS": "3"}, "3/3"),
    ({"CI_NODE_INDEX": "1", "CI_NODE_TOTAL": "3"}, "1/3"),
    ({"GTEST_SHARD_INDEX": "0", "GTEST_TOTAL_SHARDS": "1"}, "1/1"),
    # An empty variable is not set; GitLab sets a total of 1 where there is no index.
    ({"GTEST_SHARD_INDEX": "1", "GTEST_TOTAL_SHARDS": "3", SLURM[0]: ""}, "2/3"),
    ({"GTEST_SHARD_INDEX": "1", "GTEST_TOTAL_SHARDS": "3", "CI_NODE_TOTAL": "1"}, "2/3"),
    # Two that agree.
    ({"GTEST_SHARD_INDEX": "1", "GTEST_TOTAL_SHARDS": "3", SLURM[0]: "1", SLURM[1]: "3"}, "2/3"),
]
REFUSED = [
    ({}, "none of SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX, CI_NODE_INDEX, GTEST_SHARD_INDEX is"),
    ({SLURM[0]: "1"}, "SLURM_ARRAY_TASK_ID=1 is set, and SLURM_ARRAY_TASK_COUNT is not"),
    ({"JOB_COMPLETION_INDEX": "1"}, "JOB_COMPLETIONS is not: set it, or give the number"),
    ({SLURM[0]: "3", SLURM[1]: "3"}, "3 of 3 tasks that go from 0 to 2 in steps of 1 is none"),
    ({SLURM[0]: "1", SLURM[1]: "2", SLURM[2]: "1", "SLURM_ARRAY_TASK_MAX": "7"}, "go from 1 to 2"),
    ({SLURM[0]: "5", SLURM[1]: "3", SLURM[2]: "4", "SLURM_ARRAY_TASK_STEP": "2"}, "steps of 2"),
    ({"CI_NODE_INDEX": "0", "CI_NODE_TOTAL": "3"}, "0 of 3 tasks that go from 1 to 3"),
    ({"CI_NODE_INDEX": "1", "CI_NODE_TOTAL": "0"}, "CI_NODE_TOTAL=0: not a whole number from 1"),
    ({"CI_NODE_INDEX": "x", "CI_NODE_TOTAL": "3"}, "CI_NODE_INDEX=x: not a whole number"),
    ({"CI_NODE_INDEX": "-1", "CI_NODE_TOTAL": "3"}, "CI_NODE_INDEX=-1: not a whole number"),
    ({"CI_NODE_INDEX": "1", "CI_NODE_TOTAL": "99999999999"}, "CI_NODE_TOTAL=99999999999: not"),
    (
        {"CI_NODE_INDEX": "1", "CI_NODE_TOTAL": "3", SLURM[0]: "1", SLURM[1]: "3"},
        "SLURM_ARRAY_TASK_ID=1 SLURM_ARRAY_TASK_COUNT=3 says shard 2/3, and CI_NODE_INDEX=1",
    ),
]


def by_a_scheduler(cli):
    cli.write("c.json", small_config(5))
    clean = {
        name: value
        for name, value in cli.environment.items()
        if not name.startswith(("SLURM_ARRAY_", "JOB_COMPLETION", "CI_NODE_", "GTEST_"))
    }
    for variables, shard in SCHEDULERS:
        cli.environment = {**clean, **variables}
        done = cli.run("sweep c.json --shard auto --dry-run").is_(0)
        named = any(f"{name}=" in done.err for name, value in variables.items() if value)
        expect(f"shard {shard}, by " in done.err and named, f"{shard}\n{done}")
        same = cli.run(f"sweep c.json --shard {shard} --dry-run").is_(0)
        expect(done.out == same.out, f"other cases than {shard}\n{done}")
    for variables, words in REFUSED:
        cli.environment = {**clean, **variables}
        done = cli.run("sweep c.json --shard auto --out o").is_(2)
        expect(words in done.err and done.err.count("\n") == 1, f"not {words}\n{done}")
    expect("o" not in cli.files(), "a folder")
    cli.environment = {**clean, "JOB_COMPLETION_INDEX": "1"}
    done = cli.run("sweep c.json --shard auto/2 --out o").is_(0)
    expect("shard 2/2, by JOB_COMPLETION_INDEX=1" in done.err, str(done))
    header, records = cli.records("o")
    expect((header["shard"], header["shards"]) == (1, 2), f"{header}")
    expect(header["shard_problems"] == ["small.p1", "small.p3"], f"{header}")
    cli.run("sweep c.json --shard auto/2 --resume o").is_(0)
    cli.environment["JOB_COMPLETION_INDEX"] = "0"
    done = cli.run("sweep c.json --shard auto/2 --resume o").is_(2)
    expect("was made with --shard 2/2, and this command has --shard 1/2" in done.err, str(done))


def retried(cli):
    """What is measured again has its earlier lines as history; the words of tables and of counts
    name outcomes."""
    cli.write("c.json", small_config(3))
    cli.run("sweep c.json --out o").is_(0)
    file = cli.folder / "o" / "results.jsonl"
    text = file.read_text().splitlines()
    record = json.loads(text[2])
    record["verdict"] = {"kind": "timed_out", "limit_ms": 1, "during": "executing"}
    text[2] = json.dumps(record)
    damaged = "".join(line + "\n" for line in text)
    for option in ("--retry inconclusive,timed_out,died", "--retry=timed_out", "--retry"):
        file.write_text(damaged)
        cli.run(f"sweep c.json --resume o {option}").is_(0)
        now = file.read_text()
        expect(now.startswith(damaged), f"{option}: the earlier lines are gone")
        added = [json.loads(line) for line in now[len(damaged) :].splitlines()]
        expect("p1" in [r["name"] for r in added], f"{option}: not measured again")
        expect("timed out" not in cli.run("report o").is_(0).out, f"{option}: the old line counts")
    done = cli.run("sweep c.json --resume o --retry=inconclusiv").is_(2)
    expect("did you mean 'inconclusive'" in done.err, str(done))


main_of(
    [
        union_is_the_whole,
        more_shards_than_problems,
        resumed_shard,
        dry_run_of_a_shard,
        by_a_scheduler,
        retried,
    ]
)
