"""Numbers of a results file that no run writes: each verb that reads it works, or says where the
number is (exit code 2). None ends by an assertion or as our own bug."""
import copy
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cli import expect, main_of  # noqa: E402

GOOD = pathlib.Path(__file__).resolve().parents[2] / "golden" / "small.jsonl"
WRONG = ("0", "-1", "1e308", "1e999", '"nan"', '"x"', "NaN")
VERBS = ("compare a b", "report a", "report a b", "gate a --baseline b")


def numbers(value, path=()):
    """The path of each number; of a list only its first element."""
    if isinstance(value, dict):
        for key in value:
            yield from numbers(value[key], path + (key,))
    elif isinstance(value, list):
        for index in range(min(1, len(value))):
            yield from numbers(value[index], path + (index,))
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield path


def mutated(line, path, text):
    record = copy.deepcopy(line)
    at = record
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = "@number@"
    return json.dumps(record).replace('"@number@"', text)


def each_number(cli):
    lines = GOOD.read_text().splitlines()
    measured = next(i for i, x in enumerate(lines) if json.loads(x).get("time_ns"))
    for name in "ab":
        (cli.folder / name).mkdir()
    (cli.folder / "b" / "results.jsonl").write_text("\n".join(lines) + "\n")
    refused = 0
    for number in (0, measured):
        line = json.loads(lines[number])
        for path in numbers(line):
            for text in WRONG:
                other = list(lines)
                other[number] = mutated(line, path, text)
                (cli.folder / "a" / "results.jsonl").write_text("\n".join(other) + "\n")
                for verb in VERBS:
                    done = cli.run(verb)
                    what = f"{path} = {text}\n{done}"
                    # The kept file has failures of its own, which a gate reports.
                    expect(done.code in ((1, 2, 4) if "gate" in verb else (0, 2)), what)
                    if done.code == 2:
                        refused += 1
                        expect(re.search(rf"a/results\.jsonl:{number + 1}: ", done.err), what)
    expect(refused > 0, "no number was refused")


main_of([each_number])
