"""What a run tolerates is in its header and in every report; a replay line tolerates the same."""
import json
import pathlib
import shlex
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cli import expect, main_of, small_config


def entry(cli, **more):
    return {
        "name": "prints_a_line",
        "plugin": str(cli.names["faulty"] / "prints_a_line.so"),
        **more,
    }


def is_recorded_and_shown(cli):
    cli.write("c.json", small_config(2, backends=[entry(cli, tolerate=["R15"]), "reference"]))
    done = cli.run("sweep c.json --out r").is_(0)
    expect("prints_a_line; tolerated: R15" in done.err, f"{done}")
    header, records = cli.records("r")
    expect([p.get("tolerated") for p in header["plugins"]] == [["R15"], None], f"{header}")
    expect({r["verdict"]["kind"] for r in records} == {"agrees"}, f"{records}")
    for name in ("report.md", "report.html"):
        expect("; tolerated: R15" in (cli.folder / "r" / name).read_text(), f"not in {name}")
    expect("; tolerated: R15" in cli.run("report r").is_(0).out, "not in the terminal's report")


def without_it_the_whole_text_is_kept(cli):
    cli.write("c.json", small_config(1, backends=[entry(cli)]))
    cli.run("sweep c.json --out r").is_(1)
    _, records = cli.records("r")
    expect("'hello from execute\n" in records[0]["verdict"]["why"], f"{records[0]['verdict']}")
    line = records[0]["replay"]
    cli.run(shlex.split(line)[1:] + ["--tolerate", "R15"]).is_(0)


def is_replayed(cli):
    wrong = str(cli.names["faulty"] / "bias_missing.so")
    cli.write(
        "c.json",
        small_config(1, backends=[{"name": "bias_missing", "plugin": wrong, "tolerate": ["R14"]}]),
    )
    done = cli.run("sweep c.json --out r")
    expect(done.code == 1, f"{done}")
    _, records = cli.records("r")
    expect(" --tolerate R14 " in records[0]["replay"], f"{records[0]['replay']}")
    cli.run(shlex.split(records[0]["replay"])[1:]).is_(1)


if __name__ == "__main__":
    main_of([is_recorded_and_shown, without_it_the_whole_text_is_kept, is_replayed])
