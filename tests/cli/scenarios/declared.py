"""What a plan declares is in its record and in every report; what of the environment a library
below a plugin sees."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cli import expect, main_of, small_config


def entry(cli, name):
    return {"name": name, "plugin": str(cli.names["faulty"] / f"{name}.so")}


SENTENCES = {
    "loses_nan": "; declares: may lose NaN",
    "overreads_as_announced": "; declares: may read 16 bytes behind src, may read 16 bytes behind "
    "weights, may read 16 bytes behind dst, may read 16 bytes behind bias",
    "weights": "; declares: packed_weights in the library's own memory, of unknown size",
}


def is_recorded_and_shown(cli):
    cli.write("c.json", small_config(2, backends=[entry(cli, n) for n in SENTENCES]))
    done = cli.run("sweep c.json --out r").is_(0)
    _, records = cli.records("r")
    of = {r["backend"]: r for r in records}
    expect(of["loses_nan"]["algorithm_detail"]["ignores_nan"] is True, f"{of['loses_nan']}")
    expect({"role": "src", "bytes": 16} in of["overreads_as_announced"]["overread"], f"{of}")
    expect(of["weights"]["in_library"] == ["packed_weights"], f"{of['weights']}")
    expect("overread" not in of["weights"] and "in_library" not in of["loses_nan"], f"{of}")
    shown = {
        "the summary": done.out.replace("\n  ", " "),
        "the report": cli.run("report r").is_(0).out.replace("\n  ", " "),
        "report.md": (cli.folder / "r/report.md").read_text(),
        "report.html": (cli.folder / "r/report.html").read_text(),
    }
    for place, text in shown.items():
        for name, sentence in SENTENCES.items():
            expect(sentence in text, f"{name}{sentence} is not in {place}:\n{text[-3000:]}")


def nothing_is_said_of_others(cli):
    cli.write("c.json", small_config(1))
    done = cli.run("sweep c.json --out r").is_(0)
    expect("declares" not in done.out + cli.run("report r").out, f"{done}")


def a_library_sees_its_environment(cli):
    """Its own variables, but none that would print where that is not tolerated (R15), and the
    number of threads that the case has."""
    cli.environment.update(SOME_LIBRARY_MODE="kept", ONEDNN_VERBOSE="1", OMP_NUM_THREADS="77")
    line = (
        "verify n1c1h3w3_o1k1 --json --threads 2 --backend tells_environment"
        " --plugin {faulty}/tells_environment.so"
    )
    for more, verbose in (("", "absent"), (" --tolerate R15", "1")):
        done = cli.run(line + more).is_(6)
        why = json.loads(done.out)[0]["verdict"]["why"]
        want = f"SOME_LIBRARY_MODE=kept ONEDNN_VERBOSE={verbose} OMP_NUM_THREADS=2"
        expect(why == want, f"{why!r}, not {want!r}")


if __name__ == "__main__":
    main_of([is_recorded_and_shown, nothing_is_said_of_others, a_library_sees_its_environment])
