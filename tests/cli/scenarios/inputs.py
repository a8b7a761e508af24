"""Input that is made to harm: patterns, includes, pipes and names; and suites that are named."""
import csv
import io
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import xml.parsers.expat

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cli import expect, main_of, small_config


def patterns(cli):
    """No pattern takes long or ends the program; what its syntax lacks is said."""
    config = small_config(1)
    config["problems"][0]["name"] = "a" * 200_000
    cli.write("long.json", config)
    cli.write("c.json", small_config(2))
    cli.run(["sweep", "c.json", "--dry-run", "--filter", r"^(\w+\.?)+_dw$"], 20).is_(2)
    cli.run(["sweep", "long.json", "--dry-run", "--filter", r"^(\w+\.?)+_dw$"], 20).is_(2)
    cli.run(["sweep", "long.json", "--dry-run", "--filter", "a$"], 20).is_(0)
    for pattern in ("(" * 30_000, "a(?=b)", r"(a)\1", "[", "a{1,100000}"):
        done = cli.run(["sweep", "c.json", "--dry-run", "--filter", pattern], 20).is_(2)
        expect("--filter " in done.err and "RE2" in done.err, f"{done}")
        expect(len(done.err) < 400, f"{len(done.err)} bytes of message")


def includes(cli):
    """Files that each include the next one twice."""
    for i in range(24):
        cli.write(f"a{i}.json", {"include": [f"a{i + 1}.json", f"./a{i + 1}.json"]})
        cli.write(f"b{i}.json", {"include": [f"b{i + 1}.json", f"bb{i + 1}.json"]})
        cli.write(f"bb{i}.json", {"include": [f"b{i + 1}.json", f"bb{i + 1}.json"]})
    cli.write("a24.json", small_config(1))
    for name in ("b24", "bb24"):
        cli.write(f"{name}.json", small_config(1))
    cli.run("sweep a0.json --dry-run --backend reference", 20).is_(0)
    done = cli.run("sweep b0.json --dry-run --backend reference", 20).is_(2)
    expect("more than 1000 files are included" in done.err, f"{done}")


def pipes(cli):
    """A pipe with a writer is a file; one without, or a device, never makes it wait."""
    os.mkfifo(cli.folder / "pipe")
    for file in ("pipe", "/dev/zero", "/dev/null", "."):
        done = cli.run(f"sweep {file} --dry-run --backend reference", 30).is_(2)
        expect(done.err.count("\n") == 1, f"{done}")
    cli.write("c.json", small_config(2))
    done = subprocess.run(
        ["bash", "-c", f'"{cli.convgauge}" sweep <(cat c.json) --dry-run'],
        cwd=cli.folder,
        env=cli.environment,
        capture_output=True,
        timeout=60,
    )
    expect(done.returncode == 0, f"{done}")
    cli.run("sweep c.json --out o").is_(0)
    os.mkfifo(cli.folder / "o" / "pipe")
    cli.run("report o/pipe -f csv", 30).is_(2)


def named_suites(cli):
    done = cli.run("sweep resnet50 --dry-run --backend reference").is_(0)
    expect("resnet50" in done.out, f"{done}")
    done = cli.run("sweep resnet5 --dry-run --backend reference").is_(2)
    expect("did you mean 'resnet50'?" in done.err, f"{done}")
    cli.write("resnet50", small_config(1))
    done = cli.run("sweep resnet50 --dry-run").is_(0)
    expect("p0" in done.out, f"a file of that name comes first: {done}")


def hostile(generator, length=12):
    """A text that JSON can carry and hardly another format."""
    parts = ["\ufffe", "\uffff", "\x01", "\x1b[2J", "]]>", "<script>", "&", '"', "'", "=1+1", "@me"]
    parts += ["\u202e", "\ud7ff", "\U0010ffff", "\n::error::", ",", "`", "|", "\x7f", "\u0085", "a"]
    return "".join(generator.choice(parts) for _ in range(generator.randrange(1, length)))


def hostile_names(cli):
    """Whatever stands in a results file, every report stays whole."""
    config = small_config(6)
    config["settings"]["measure"] = {"rounds": 2, "budget_s": 0.2}
    cli.write("c.json", config)
    cli.run("sweep c.json --out o").is_(0)
    header, *cases = (cli.folder / "o/results.jsonl").read_text().splitlines()
    generator = random.Random(7)
    for round_ in range(8):
        lines = [header]
        for line in cases:
            record = json.loads(line)
            record["name"] = hostile(generator)
            record["suite"] = hostile(generator)
            record["label"] = hostile(generator)
            record["verdict"] = {"kind": "failed", "why": hostile(generator, 40)}
            record["measurement"] = {"kind": "skipped", "why": hostile(generator)}
            lines.append(json.dumps(record))
        cli.write("bad/results.jsonl", "\n".join(lines) + "\n")
        for form in ("junit", "svg"):
            done = cli.run(f"report bad -f {form} -o {round_}.{form}")
            if form == "svg" and done.code == 2:
                continue  # nothing was timed: no picture
            done.is_(0)
            parser = xml.parsers.expat.ParserCreate()
            tests = []
            parser.StartElementHandler = lambda name, of: (
                tests.append((of["classname"], of["name"])) if name == "testcase" else None
            )
            parser.Parse((cli.folder / f"{round_}.{form}").read_bytes(), True)
            expect(form == "svg" or len(set(tests)) == len(cases), f"{sorted(tests)}")
        rows = list(csv.reader(io.StringIO(cli.run("report bad -f csv").is_(0).out)))
        expect(len(rows) == len(cases) + 1, f"{len(rows)} rows")
        for cell in (cell for row in rows[1:] for cell in row):
            expect(not cell or cell[0] not in "=@\t\r", f"a cell begins as a formula: {cell!r}")
        page = cli.run("report bad -f md").is_(0).out
        expect(not re.search(r"(?<![\w\\])@me", page), f"a mention: {page}")
        shown = cli.run("report bad -f table").is_(0).out
        expect(not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", shown), f"{shown!r}")
        expect(not re.search(r"^\s*::", shown, re.M), f"a command to a CI server: {shown}")


main_of([patterns, includes, pipes, named_suites, hostile_names])
