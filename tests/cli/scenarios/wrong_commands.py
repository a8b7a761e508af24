"""A hundred wrong commands. Each ends with exit code 2 and says on standard error, in the width
that is asked for, what is wrong, where, and what would be right; nothing is written."""
import os
import pathlib
import re
import subprocess
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cli import expect, main_of

P = "n1c1h3w3_o1k1"  # a problem

FILES = {
    "empty.json": "",
    "list.json": "[]",
    "cut.json": '{"problems": [',
    "none.json": {"problems": []},
    "key.json": {"problems": [{"batch": 1, "in_chanels": 3, "height": 4, "width": 4}]},
    "range.json": {
        "problems": [
            {"in_channels": 3, "out_channels": 4, "height": 4, "width": 4, "kernel_size": 3},
            {"in_channels": -3, "out_channels": 4, "height": 4, "width": 4, "kernel_size": 3},
        ]
    },
    "type.json": {
        "problems": [
            {"in_channels": 3, "out_channels": 4, "height": "4", "width": 4, "kernel_size": 3}
        ]
    },
    "setting.json": {
        "problems": [
            {"in_channels": 3, "out_channels": 4, "height": 4, "width": 4, "kernel_size": 3}
        ],
        "settings": {"layout": "nhcw"},
    },
    "good.json": {
        "problems": [
            {"in_channels": 3, "out_channels": 4, "height": 4, "width": 4, "kernel_size": 3}
        ]
    },
    "text.so": "no library",
    "text.npy": "no array",
    "text.log": "no log",
    "kernel.txt": "int main() {}",
    "torn/results.jsonl": '{"record":"hea',
    "odd/results.jsonl": '{"record":"header","schema_version":1,"rounds":9}\n{"record":"cas"}\n',
    "folder/keep": "",
    "x.npy": {"npy": [1, 1, 3, 3]},
    "w.npy": {"npy": [1, 1, 1, 1]},
}

# (the command, what its message must hold: texts). The texts are in the lines with their breaks
# replaced by spaces.
WRONG = [
    # verbs
    ("benhc " + P, ["unknown verb 'benhc'", "'bench'"]),
    ("Verify " + P, ["unknown verb 'Verify'", "'verify'"]),
    ("vrify " + P, ["'verify'"]),
    ("swep good.json", ["'sweep'"]),
    ("raport torn", ["'report'"]),
    ("check_plugin text.so", ["'check-plugin'"]),
    ("quux", ["unknown verb 'quux'", "bench, verify"]),
    ("help benhc", ["help: unknown verb 'benhc'", "'bench'"]),
    ("help verify sweep", ["help: one argument", "'verify' and 'sweep'"]),
    (P, [f"'{P}' is no verb", f"convgauge sweep {P}"]),
    ("good.json", ["'good.json' is no verb", "convgauge sweep good.json"]),
    ("--verbose", ["unknown verb '--verbose'"]),
    # options
    (f"verify {P} --bakend naive", ["unknown option '--bakend'", "'--backend'"]),
    (f"verify {P} --thread-count 2", ["unknown option '--thread-count'", "convgauge help verify"]),
    (f"verify {P} --rouns=3", ["unknown option '--rouns'"]),
    (f"bench {P} --ruonds 3", ["'--rounds'"]),
    (f"sweep {P} --dytpe f32", ["'--dtype'"]),
    (f"verify {P} --rounds 3", ["unknown option '--rounds'", "option of", "bench"]),
    (f"bench {P} --junit x.xml", ["unknown option '--junit'", "option of verify"]),
    (f"bench {P} --shard 1/2", ["unknown option '--shard'", "option of sweep"]),
    ("fuzz --filter x", ["unknown option '--filter'", "option of"]),
    ("fuzz --math tf32", ["unknown option '--math'", "option of"]),
    ("machine --threads 2", ["unknown option '--threads'", "option of"]),
    ("list --rounds 2", ["unknown option '--rounds'", "option of"]),
    (f"verify {P} --zzz", ["unknown option '--zzz'", "convgauge help verify"]),
    (f"verify {P} -x", ["unknown option '-x'"]),
    (f"verify {P} --json=1", ["--json takes no value"]),
    (f"verify {P} --threads", ["--threads needs a value", "--threads N,..."]),
    (f"verify {P} --threads=", ["--threads"]),
    (f"verify {P} --backend ''", ["--backend", "empty"]),
    (f"verify {P} --device cpu:0 --device cpu:1", ["--device is given twice"]),
    (f"verify {P} --seed 1 --seed 2", ["--seed is given twice"]),
    (f"verify {P} --json --json", ["--json is given twice"]),
    (f"verify {P} --de x", ["'--de' may be", "--deterministic or --device"]),
    (f"verify {P} --json --dry-run", ["--json and --dry-run exclude each other"]),
    # words
    (f"verify {P} --backend naiv", ["--backend naiv", "'naive'"]),
    (f"verify {P} --backend Naive", ["--backend Naive", "'naive'"]),
    (f"verify {P} --backend referense", ["'reference'"]),
    (f"verify {P} --backend 'näive'", ["--backend näive"]),
    (f"verify {P} --backend reference,quux", ["--backend quux", "known here"]),
    (f"verify {P} --layout nwhc", ["--layout nwhc: not nchw, nhwc or native"]),
    (f"verify {P} --layout NHWC,nhwc", ["--layout nhwc: stands twice"]),
    (f"verify {P} --dtype int8", ["--dtype int8: not f32, f64, f16 or bf16"]),
    (f"verify {P} --dtype fp32,float32", ["--dtype float32: stands twice"]),
    (f"verify {P} --fill zeros", ["--fill zeros: not integer, normal"]),
    (f"verify {P} --direction backwards", ["--direction backwards: not forward"]),
    (f"verify {P} --math fast", ["--math fast: not strict, tf32 or reduced"]),
    (f"verify {P} --reference exact", ["--reference exact: not auto, full or projection"]),
    (f"verify {P} --placement middle", ["--placement middle: not end or start"]),
    (f"verify {P} --backend reference --tolerate R9", ["--tolerate R9: not R14 or R15"]),
    (f"bench {P} --mode fast", ["--mode fast: not throughput or latency"]),
    (f"bench {P} --cold=maybe", ["--cold=maybe: not true or false"]),
    (f"bench {P} --color red", ["--color red: not auto, always or never"]),
    ("report odd --format pdf", ["--format pdf: not md, html"]),
    ("sweep good.json --resume folder --retry nosy", ["--retry nosy", "'noisy'"]),
    ("merge odd -o m --allow hole", ["--allow hole", "'holes'"]),
    ("import text.log --from onxx", ["--from onxx: not onnx"]),
    ("completion tcsh", ["'tcsh': not bash, zsh or fish"]),
    ("list plugins", ["'plugins'"]),
    # numbers
    (f"verify {P} --threads 0", ["--threads 0: less than 1"]),
    (f"verify {P} --threads -1", ["--threads -1: less than 1"]),
    (f"verify {P} --threads 2,two", ["--threads two: not a whole number"]),
    (f"verify {P} --threads 1.5", ["--threads 1.5: not a whole number"]),
    (f"verify {P} --threads 99999", ["--threads 99999: more than"]),
    (f"verify {P} --threads 99999999999999999999", ["--threads 99999999999999999999: more than"]),
    (f"verify {P} --threads 2,2", ["--threads 2: stands twice"]),
    (f"verify {P} --seed -7", ["--seed -7: less than 0"]),
    (f"verify {P} --seed 0x7", ["--seed 0x7: not a whole number"]),
    (f"verify {P} --timeout 10s", ["--timeout 10s: not a number of seconds above 0"]),
    (f"verify {P} --timeout -1", ["--timeout -1: not a number of seconds above 0"]),
    (f"verify {P} --jobs 1e3", ["--jobs 1e3: not a whole number from 1 to 1024"]),
    (f"verify {P} --jobs 4096", ["--jobs 4096: not a whole number from 1 to 1024"]),
    (f"verify {P} --shrink-budget soon", ["--shrink-budget soon"]),
    (f"bench {P} --rounds 1e3", ["--rounds 1e3: not a whole number"]),
    (f"bench {P} --rounds 99999999999", ["--rounds 99999999999: more than"]),
    (f"bench {P} --budget 1min", ["--budget 1min: not a number of seconds"]),
    (f"bench {P} --budget nan", ["--budget nan: not a number of seconds"]),
    (f"sweep {P} --shard 3/2", ["--shard 3/2: not I/N with 1 <= I <= N"]),
    ("compare odd torn --margin 10%", ["--margin 10%: not a number from 0 to 100"]),
    ("compare odd torn --margin -3", ["--margin -3: not a number from 0 to 100"]),
    ("gate odd --baseline torn --budget 0", ["--budget 0: not a number of seconds"]),
    ("report odd -o x.svg --group 0", ["--group 0: not a whole number from 1"]),
    ("fuzz --count many", ["--count many: not a whole number"]),
    ("check-plugin text.so --threads 0", ["--threads 0: not a whole number from 1"]),
    # arguments, files and folders
    (f"verify {P} n1c1h1w1_o2k1", ["one argument is needed", P, "n1c1h1w1_o2k1"]),
    ("verify", ["a config file or a problem is needed"]),
    ("machine now", ["'now' means nothing here"]),
    ("fuzz good.json", ["'good.json' means nothing here"]),
    ("list backends naive", ["'naive'"]),
    ("sweep resnet5O", ["'resnet5O'", "'resnet50'"]),
    ("sweep mobilenet", ["'mobilenet'", "did you mean 'mobilenet"]),
    ("sweep qqqqqqqq", ["'qqqqqqqq' is no file", "convgauge list suites"]),
    ("verify nowhere.json", ["nowhere.json: cannot be read: No such file"]),
    ("verify folder", ["folder: is a folder, not a file"]),
    ("verify empty.json", ["empty.json"]),
    ("verify list.json", ["list.json"]),
    ("verify cut.json", ["cut.json", "1"]),
    ("verify none.json", ["none.json: /problems"]),
    ("verify key.json", ["key.json: /problems/0/in_chanels", "'in_channels'"]),
    ("verify range.json", ["range.json: /problems/1/in_channels", "-3"]),
    ("verify type.json", ["type.json: /problems/0/height", '"4"']),
    ("verify setting.json", ["setting.json: /settings/layout", "nhcw", "nchw, nhwc or native"]),
    ("verify n1c1h3w3_o1k5", ["n1c1h3w3_o1k5", "kernel_size"]),
    ("verify n1c1h3_o1k1", ["n1c1h3_o1k1", "w"]),
    ("verify n1c3h3w3_o4k1g2", ["groups", "in_channels"]),
    (f"verify {P} --problem good.json", ["both --problem good.json and"]),
    (f"verify {P} --plugin nowhere.so", ["nowhere.so"]),
    (f"verify {P} --plugin folder", ["folder: cannot be loaded"]),
    (f"verify {P} --plugin text.so", ["text.so: cannot be loaded", "file too short"]),
    (f"verify {P} --plugin =text.so", ["--plugin =text.so: not LABEL=FILE"]),
    (f"verify {P} --backend reference --device gpu:0", ["gpu:0"]),
    (f"verify {P} --backend reference --option tile", ["--option tile: not KEY=VALUE"]),
    (f"verify {P} --algorithm all", ["--algorithm", "need --backend"]),
    (f"verify {P} --filter '('", ["--filter (", "RE2"]),
    (f"verify {P} --filter resnet", ["--filter resnet: no problem matches"]),
    (f"verify {P} --backend reference --junit folder", ["--junit folder: cannot be written"]),
    (f"verify {P} --backend reference --junit no/j.xml", ["--junit no/j.xml: cannot be written"]),
    (f"verify {P} --backend reference --out good.json", ["--out good.json: a folder is needed"]),
    (f"verify {P} --backend reference --out /proc/nope", ["/proc/nope"]),
    (f"bench {P} --backend reference --out odd", ["--out odd holds results already"]),
    (f"sweep {P} --backend reference --out good.json", ["--out good.json: a folder is needed"]),
    (f"sweep {P} --backend reference --resume nowhere", ["nowhere"]),
    (f"sweep {P} --retry", ["--retry needs --resume DIR"]),
    (f"verify {P} --dump-all", ["--dump-all needs --dump"]),
    (f"run {P} --backend reference --input x.npy --weight w.npy --output y", ["has a bias"]),
    (
        f"run {P}_nobias --backend reference --input text.npy --weight w.npy --output y",
        ["text.npy"],
    ),
    (f"run {P}_nobias --backend reference --weight w.npy --output y", ["needs --input"]),
    ("report nowhere", ["nowhere: cannot be read"]),
    ("report torn", ["torn/results.jsonl"]),
    ("report odd", ["odd/results.jsonl:2: /record"]),
    ("report", ["the folder of a run is needed"]),
    ("compare odd", ["two folders are needed"]),
    ("compare odd ./odd", ["is on both sides"]),
    ("gate odd", ["--baseline DIR is needed"]),
    ("gate odd --baseline odd/results.jsonl", ["odd"]),
    ("merge odd", ["-o DIR is needed"]),
    ("import", ["is needed"]),
    ("import text.log", ["text.log: looks like nothing that import reads"]),
    ("import folder", ["folder: cannot be read: Is a directory"]),
    ("check-plugin nowhere.so", ["nowhere.so: no such file"]),
    ("check-plugin text.so", ["text.so: cannot be loaded"]),
    ("check nowhere.cpp", ["nowhere.cpp: no such file"]),
    ("check kernel.txt", ["kernel.txt: its name does not end in .cpp"]),
    ("check folder", ["folder: is a folder"]),
]

# What belongs to the inside of the program.
INTERNAL = re.compile(
    r"boost|std::|what\(\)|terminate|Aborted|nullptr|0x[0-9a-f]{6}|\.cpp:\d|assert|bug of our own"
)
WIDTH = 60


def width_of(line):
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in line)
    return wide + sum(not unicodedata.combining(c) for c in line)


def too_wide(line):
    """A word that is wider by itself cannot be broken."""
    return width_of(line) > WIDTH and len(line.split()) > 1


def run(cli, line):
    return subprocess.run(
        [cli.convgauge, *cli.arguments(line)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=cli.folder,
        env={**cli.environment, "COLUMNS": str(WIDTH)},
        timeout=120,
    )


def complaints(cli, line, texts):
    done = run(cli, line)
    said = " ".join(done.stderr.split())
    if done.returncode != 2:
        yield f"exit code {done.returncode}"
    if done.stdout:
        yield "something on standard output"
    if not done.stderr.startswith("convgauge: "):
        yield "not in our name"
    if INTERNAL.search(done.stderr):
        yield f"an internal word: {INTERNAL.search(done.stderr).group()}"
    if done.stderr.count("\n") > 8:
        yield "too many lines"
    for text in texts:
        if " ".join(text.split()) not in said:
            yield f"no {text!r}"
    for wide in filter(too_wide, done.stderr.splitlines()):
        yield f"wider than {WIDTH}: {wide}"


def wrong_commands(cli):
    """Each is refused in one message, and nothing is written."""
    for name, content in FILES.items():
        cli.write(name, content)
    there = cli.files()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda entry: list(complaints(cli, *entry)), WRONG))
    bad = [
        f"\n$ convgauge {line}\n{run(cli, line).stderr}  -> " + "; ".join(why)
        for (line, _), why in zip(WRONG, found)
        if why
    ]
    expect(len(WRONG) >= 100, f"{len(WRONG)} commands")
    expect(not bad, f"{len(bad)} of {len(WRONG)}:" + "".join(bad))
    expect(cli.files() == there, f"left {sorted(cli.files() - there)}")


def no_permission(cli):
    """A folder that may not be written is told before anything runs."""
    if os.geteuid() == 0:
        import unittest

        raise unittest.SkipTest("root may write everywhere")
    cli.write("locked/keep", "")
    (cli.folder / "locked").chmod(0o555)
    done = cli.run(f"verify {P} --backend reference --junit locked/j.xml").is_(2)
    expect("--junit locked/j.xml: cannot be written: Permission denied" in done.err, f"{done}")


if __name__ == "__main__":
    if sys.argv[2:] == ["show"]:  # for a person: every message
        from cli import Cli

        with Cli(sys.argv[1]) as here:
            for name, content in FILES.items():
                here.write(name, content)
            for line, _ in WRONG:
                print(f"$ convgauge {line}\n{run(here, line).stderr}", end="")
    else:
        main_of([wrong_commands, no_permission])
