"""The shards of a sweep are the sweep."""
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


main_of([union_is_the_whole, more_shards_than_problems, resumed_shard, dry_run_of_a_shard])
