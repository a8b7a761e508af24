"""A simulated fleet: the folders of many shards, as so many machines would leave them.

    python3 tests/cli/fleet.py CONVGAUGE [--shards 1000] [--cases 1000000] [--rounds 31] [--in DIR]

runs one problem, writes that many shards with lines of its size, merges them, and says how long the
merge took and how much memory it held. A million cases of 31 rounds take 3 GB of disk, twice.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from cli import small_config  # noqa: E402


def write_fleet(folder, template, shards, problems):
    """`template`: the lines of a results.jsonl whose second line is the case that all are like.
    Returns the folders."""
    header, record = (json.loads(line) for line in template[:2])
    record.update(name="@name@", position={"problem": "@problem@", "index": 0, "cases": 1})
    case = json.dumps(record, separators=(",", ":")) + "\n"
    folders = []
    for shard in range(shards):
        mine = range(shard, problems, shards)
        header.update(problems=problems, shard=shard, shards=shards)
        header.update(shard_problems=[f"small.p{i}" for i in mine])
        header["machine"].update(hostname_hash=f"host{shard % 100}")
        folder_of_shard = pathlib.Path(folder) / f"shard{shard}"
        folder_of_shard.mkdir(parents=True)
        with open(folder_of_shard / "results.jsonl", "w") as file:
            file.write(json.dumps(header) + "\n")
            for i in mine:
                file.write(case.replace("@name@", f"p{i}").replace('"@problem@"', str(i)))
        folders.append(str(folder_of_shard))
    return folders


def merge_and_tell(convgauge, folder, folders):
    command = [convgauge, "merge", *folders, "-o", str(folder / "merged")]
    start = time.monotonic()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    size = (folder / "merged" / "results.jsonl").stat().st_size
    print(
        f"{size / 1e9:.2f} GB in {wall:.1f} s; {usage.ru_utime:.1f} s of processor time and"
        f" {usage.ru_stime:.1f} s in the system; {usage.ru_maxrss / 1024:.0f} MiB"
    )
    return os.waitstatus_to_exitcode(status)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("convgauge", type=pathlib.Path)
    parser.add_argument("--shards", type=int, default=1000)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=31)
    parser.add_argument("--in", dest="folder", help="a folder with room for it")
    order = parser.parse_args()
    convgauge = order.convgauge.resolve()
    with tempfile.TemporaryDirectory(dir=order.folder) as name:
        folder = pathlib.Path(name)
        config = small_config(1)
        config["settings"]["measure"]["rounds"] = order.rounds
        (folder / "c.json").write_text(json.dumps(config))
        line = [convgauge, "sweep", folder / "c.json", "--out", folder / "one"]
        subprocess.run(line, check=True, stdout=subprocess.DEVNULL)
        template = (folder / "one" / "results.jsonl").read_text().splitlines()
        folders = write_fleet(folder / "fleet", template, order.shards, order.cases)
        return merge_and_tell(convgauge, folder, folders)


if __name__ == "__main__":
    sys.exit(main())
