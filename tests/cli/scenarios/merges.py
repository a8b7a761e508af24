"""The shards of a run, merged or read as one run, are the run; what does not belong together is
refused by name, and nothing is left behind.

`merges.py CONVGAUGE killed --kills 100` kills that many times.
"""
import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import sys
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cli import expect, keys_of, main_of, small_config  # noqa: E402
from fleet import write_fleet  # noqa: E402

import marked_processes  # noqa: E402

TWO_LABELS = small_config(9, backends=["reference", {"name": "reference", "label": "again"}])


def kills_asked(usual):
    """`--kills N` behind the name of a scenario."""
    if "--kills" not in sys.argv:
        return usual
    return int(sys.argv[sys.argv.index("--kills") + 1])


def shards_of(cli, config, count, prefix="s"):
    """Runs all shards of a config; returns their folders."""
    cli.write("c.json", config)
    for i in range(1, count + 1):
        cli.run(f"sweep c.json --shard {i}/{count} --out {prefix}{i}").is_(0)
    return [f"{prefix}{i}" for i in range(1, count + 1)]


def lines(cli, folder):
    return (cli.folder / folder / "results.jsonl").read_text().splitlines(keepends=True)


def change_header(cli, folder, change):
    header, *cases = lines(cli, folder)
    header = json.loads(header)
    change(header)
    (cli.folder / folder / "results.jsonl").write_text(json.dumps(header) + "\n" + "".join(cases))


def expected_keys(cli):
    cli.run("sweep c.json --out whole").is_(0)
    return keys_of(cli.records("whole")[1])


def merged_is_the_run(cli):
    """The same cases in the same order, each line as it was; the whole run can be reported and
    resumed, and then has nothing to do."""
    folders = shards_of(cli, TWO_LABELS, 3)
    want = expected_keys(cli)
    done = cli.run(f"merge {' '.join(reversed(folders))} -o m").is_(0)
    expect("m: 18 cases of 9 problems from 3 shards" in done.out, str(done))
    header, records = cli.records("m")
    expect(keys_of(records) == want, f"{keys_of(records)}")
    parts = {line for folder in folders for line in lines(cli, folder)[1:]}
    expect(set(lines(cli, "m")[1:]) == parts, "lines that are not as they were")
    expect(
        "shards" not in header and [p["folder"] for p in header["merged"]] == ["s3", "s2", "s1"],
        f"{header}",
    )
    expect(cli.files() & {"m"} and not any(f.endswith(".part") for f in cli.files()), "a part")
    before = lines(cli, "m")
    cli.run("sweep c.json --resume m").is_(0)
    expect(lines(cli, "m") == before, "a resume of the whole run changed it")


def read_as_one_run(cli):
    """report, compare and gate take the shards for the run; several runs are still a history."""
    config = {**TWO_LABELS, "problems": TWO_LABELS["problems"][:4]}
    shards_of(cli, config, 2)
    cli.run("merge s1 s2 -o m").is_(0)
    for format_ in ("csv", "md", "junit"):
        expect(
            cli.run(f"report s1 s2 -f {format_}").is_(0).out
            == cli.run(f"report m -f {format_}").is_(0).out,
            f"{format_}: another report",
        )
    expect("2 runs" in cli.run("report s1 s2 m").is_(0).out, "no history of two runs")
    done = cli.run("compare --baseline s1 --baseline s2 --candidate m -f json").is_(0)
    compared = json.loads(done.out)
    expect(len(compared["cases"]) == 8, f"{len(compared['cases'])} cases compared")
    done = cli.run("gate s1 s2 --baseline s1 --baseline s2 --budget 1").is_(2)
    expect("s1 is both candidate and baseline" in done.err, str(done))
    cli.run("gate m --baseline s1 --baseline s2 --budget 1").is_(0)
    shards_of(cli, small_config(3), 2, "other")
    done = cli.run("gate s1 other1 --baseline m").is_(2)
    expect("s1 and other1 are different runs" in done.err, str(done))


def holes_and_overlaps(cli):
    shards_of(cli, TWO_LABELS, 3)
    cli.run("sweep c.json --shard 2/3 --out twice").is_(0)
    for verb, end in (("merge", " -o m"), ("report", "")):
        done = cli.run(f"{verb} s1 s3{end}").is_(2)
        expect("no folder is shard 2/3" in done.err, str(done))
    done = cli.run("report s1 s2 s3 twice").is_(2)
    expect("s2 and twice are both shard 2/3" in done.err, str(done))
    done = cli.run("merge s1 s2 s3 twice -o m").is_(2)
    expect("s2 and twice are both shard 2/3: both have problem 1 (small.p1)" in done.err, str(done))
    file = cli.folder / "s2" / "results.jsonl"
    whole = lines(cli, "s2")
    file.write_text("".join(whole[:-3]))  # one problem, and one of the two cases of another
    done = cli.run("merge s1 s2 s3 -o m").is_(2)
    expect(
        "s2 (shard 2/3) lacks problem 4 (small.p4) (1 of its 2 cases), problem 7 (small.p7);"
        in done.err
        and "--resume s2" in done.err,
        str(done),
    )
    expect("m" not in cli.files(), "a folder of a merge that was refused")
    done = cli.run("merge s1 s2 s3 -o m --allow holes").is_(0)
    expect("14 cases of 7 of 9 problems" in done.out, str(done))
    cli.run("sweep c.json --shard 2/3 --resume s2").is_(0)
    cli.run("merge s1 s2 s3 -o m2").is_(0)
    expect(len(cli.records("m2")[1]) == 18, "not all of it")


def other_machines(cli):
    shards_of(cli, TWO_LABELS, 2)
    change_header(cli, "s2", lambda h: h["machine"].update(processor="Another 9000"))
    for line in ("merge s1 s2 -o m", "report s1 s2"):
        done = cli.run(line).is_(2)
        expect(
            "s2: was not made as s1: processor:" in done.err and "--allow machines" in done.err,
            str(done),
        )
    done = cli.run("merge s1 s2 -o m --allow machines").is_(0)
    expect(done.out.count(" of 9 problems from 1 shard") == 2, str(done))
    expect(len(cli.records("m/machine-1")[1]) == 10, "machine-1")
    expect(cli.records("m/machine-2")[0]["machine"]["processor"] == "Another 9000", "machine-2")
    cli.run("report m/machine-2").is_(0)
    done = cli.run("merge s1 s2 -o m3 --allow machine").is_(2)
    expect("did you mean 'machines'" in done.err, str(done))


def damaged(cli):
    """Whatever is wrong with a folder is told with its file and line; nothing is written."""
    shards_of(cli, TWO_LABELS, 2)
    whole = lines(cli, "s2")
    file = cli.folder / "s2" / "results.jsonl"
    for text, words in (
        ("".join(whole[:2] + [whole[2][:70] + "\n"] + whole[3:]), "s2/results.jsonl:3: column"),
        ("".join(whole + lines(cli, "s1")[1:2]), f"s2/results.jsonl:{len(whole) + 1}: /position"),
        ("".join(whole + whole[:1]), "a second header"),
        ("", "s2/results.jsonl:1: no header line: the file is empty"),
        (whole[0][:-1], "no header line: it was torn"),
        ("".join(whole[1:]), "s2/results.jsonl:1: /record: the first line must be the header"),
    ):
        file.write_text(text)
        done = cli.run("merge s1 s2 -o m").is_(2)
        expect(words in done.err, f"not {words}\n{done}")
    file.unlink()
    expect("s2/results.jsonl: cannot be read" in cli.run("merge s1 s2 -o m").is_(2).err, "no file")
    file.write_text("".join(whole))
    cli.run("sweep c.json --out plain").is_(0)
    expect("plain: is no shard" in cli.run("merge s1 plain -o m").is_(2).err, "a run for a shard")
    expect("is there already" in cli.run("merge s1 s2 -o plain").is_(2).err, "written over")
    expect("-o DIR is needed" in cli.run("merge s1 s2").is_(2).err, "no folder")
    expect("folders of a run's shards" in cli.run("merge -o m").is_(2).err, "no shards")
    expect("m" not in cli.files(), "a folder of a merge that was refused")


def of_many_shards(cli):
    """More shards than a process may open files; the whole by tests/cli/fleet.py."""
    shards_of(cli, small_config(2), 2)
    folders = write_fleet(cli.folder / "fleet", lines(cli, "s1"), 1100, 2500)
    random.Random(5).shuffle(folders)
    cli.run(["merge", *folders, "-o", "m"]).is_(0)
    got = [r["name"] for r in cli.records("m")[1]]
    expect(got == [f"p{i}" for i in range(2500)], "not in order")


def workers(mark, driver):
    """The processes of a run that have no child: where there are workers, they."""
    parents = {}
    for pid in marked_processes.survivors(mark):
        with contextlib.suppress(OSError, IndexError):  # it ended meanwhile
            status = pathlib.Path(f"/proc/{pid}/stat").read_text()
            parents[pid] = int(status.rsplit(")", 1)[1].split()[1])
    return [pid for pid in parents if pid not in parents.values() and pid != driver]


def killed(cli):
    """SIGKILL of driver or worker at random moments, in every shard: after a resume of each, the
    merged run has every case once. A case whose worker was killed is `died`, and measured again."""
    config = {**TWO_LABELS, "settings": {**TWO_LABELS["settings"], "layout": ["nchw", "nhwc"]}}
    cli.write("c.json", config)
    rng = random.Random(11)
    most, kills, shards = kills_asked(9), 0, 3
    folders = [f"s{i}" for i in range(1, shards + 1)]
    limit = time.monotonic() + 60 + 6 * most
    while kills < most and time.monotonic() < limit:
        for i, folder in enumerate(folders, 1):
            kills += kill_once(cli, f"--shard {i}/{shards}", folder, rng)
        if kills < most and rng.random() < 0.3:
            shutil.rmtree(cli.folder / folders[rng.randrange(shards)], ignore_errors=True)
    expect(kills >= most, f"only {kills} kills in time")
    for i, folder in enumerate(folders, 1):
        finish(cli, f"--shard {i}/{shards}", folder)
    want = expected_keys(cli)
    cli.run(f"merge {' '.join(folders)} -o m").is_(0)
    got = keys_of(cli.records("m")[1])
    expect(
        got == want,
        f"lost {[k for k in want if k not in got]}, doubled"
        f" {[k for k in got if got.count(k) > 1]}",
    )
    crashed = [r["name"] for r in cli.records("m")[1] if r["verdict"]["kind"] == "died"]
    expect(not crashed, f"still died: {crashed}")


def command(cli, shard, folder):
    there = (cli.folder / folder / "results.jsonl").exists()
    return f"sweep c.json {shard} " + (
        f"--resume {folder} --retry inconclusive,timed_out,died" if there else f"--out {folder}"
    )


def kill_once(cli, shard, folder, rng):
    mark = uuid.uuid4().hex
    process = cli.start(command(cli, shard, folder), mark)
    file = cli.folder / folder / "results.jsonl"
    begun = time.monotonic()
    before = file.stat().st_size if file.exists() else 0
    wanted = rng.random() < 0.8  # the others are killed while they begin
    while wanted and process.poll() is None and time.monotonic() - begun < 20:
        if file.exists() and file.stat().st_size > before:
            break
        time.sleep(0.002)
    time.sleep(rng.random() * 0.2)
    victims = [process.pid]
    if rng.random() < 0.5:
        victims = workers(mark, process.pid) or victims
    hit = process.poll() is None
    try:
        os.kill(rng.choice(victims), signal.SIGKILL)
    except ProcessLookupError:
        hit = False
    done = cli.finish(process)
    expect(done.code in (0, -9, 4, 5, 71), f"exit code {done.code}\n{done}")
    expect(not cli.wait_for_end(mark), "a worker outlived its driver")
    return hit


def finish(cli, shard, folder):
    for _ in range(5):
        done = cli.run(command(cli, shard, folder))
        if done.code == 0:
            return
    expect(False, f"does not come to an end\n{done}")


if __name__ == "__main__":
    main_of(
        [
            merged_is_the_run,
            read_as_one_run,
            holes_and_overlaps,
            other_machines,
            damaged,
            of_many_shards,
            killed,
        ]
    )
