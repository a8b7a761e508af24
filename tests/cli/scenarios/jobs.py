"""verify --jobs: several problems at once give what one after the other does, in the same order."""
import json
import pathlib
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cli import expect, main_of

PLUGINS = (
    "--plugin {faulty}/aborts.so --plugin {faulty}/last_columns_wrong.so"
    " --plugin {plugins}/libconvgauge_naive.so"
)


def suite(cli, count, channels=4):
    problems = [
        {
            "in_channels": channels,
            "out_channels": channels,
            "height": 6,
            "width": w,
            "kernel_size": 3,
        }
        for w in range(4, 4 + count)
    ]
    cli.write("many.json", {"problems": problems})


def line_of(cli, out, more=""):
    plugins = PLUGINS.format(faulty=cli.build / "faulty", plugins=cli.build / "plugins")
    return f"verify many.json {plugins} --threads 1,2 --no-shrink --out {out} {more}"


def plain(record):
    """Without what two runs need not share."""
    for key in ("finished", "verify_s"):
        record.pop(key, None)
    return json.dumps(record, sort_keys=True)


def as_one_by_one(cli):
    suite(cli, 12)
    records = {}
    for jobs in (1, 2, 7):
        done = cli.run(line_of(cli, f"o{jobs}", f"--jobs {jobs}"))
        done.is_(4)
        records[jobs] = [plain(r) for r in cli.records(f"o{jobs}")[1]]
        expect(len(records[jobs]) == 12 * 3 * 2, f"{jobs}: {len(records[jobs])} lines")
    for jobs in (2, 7):
        for a, b in zip(records[1], records[jobs]):
            expect(a == b, f"--jobs {jobs} differs\n{a}\n{b}")


def the_first_failure_ends_it(cli):
    suite(cli, 12)
    for jobs in (1, 4):
        cli.run(line_of(cli, f"f{jobs}", f"--jobs {jobs} --fail-fast"))
    one, four = ([plain(r) for r in cli.records(f"f{jobs}")[1]] for jobs in (1, 4))
    expect(0 < len(one) < 12 * 3 * 2, f"{len(one)} lines")
    expect(one == four, f"{len(one)} and {len(four)} lines")


def interrupted(cli):
    """What is recorded are the first cases, in order, none left out."""
    suite(cli, 300, 24)
    run = cli.start(
        f"verify many.json --plugin {cli.build}/plugins/libconvgauge_naive.so --backend naive"
        " --threads 1 --jobs 3 --out o"
    )
    file = cli.folder / "o" / "results.jsonl"
    while run.poll() is None and not (file.exists() and file.read_text().count("\n") > 4):
        time.sleep(0.01)
    run.send_signal(signal.SIGINT)
    cli.finish(run).is_(130)
    places = [r["position"]["problem"] for r in cli.records("o")[1]]
    expect(places == list(range(len(places))) and 4 <= len(places) < 300, f"{places}")


def bad_numbers(cli):
    suite(cli, 2)
    for wrong in ("0", "-1", "1025", "two", "1.5"):
        done = cli.run(f"verify many.json --jobs {wrong}").is_(2)
        expect("jobs" in done.err and wrong in done.err, f"{done}")
    for more in ("--first-failures", "--in-process"):
        done = cli.run(f"verify many.json --jobs 2 {more}").is_(2)
        expect(more in done.err, f"{done}")
        cli.run(f"verify many.json --backend reference --jobs 1 {more}").is_(0)


main_of([as_one_by_one, the_first_failure_ends_it, interrupted, bad_numbers])
