"""A failure made small, its replay line, the tensors it leaves behind;
and what check-plugin says of allocations."""
import json
import pathlib
import shlex
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cli import expect, main_of, read_npy

PROBLEM = "n2c6h9w11_o8k3x2s2x1p1x2.0d1x2g2"


def need(cli, *plugins):
    for plugin in plugins:
        if not (cli.build / "faulty" / f"{plugin}.so").exists():
            raise unittest.SkipTest(f"faulty/{plugin}.so was not built")


def verify(cli, plugin, more):
    return cli.run(f"verify {PROBLEM} --plugin {{faulty}}/{plugin}.so --threads 1 {more}")


def smallest_everywhere(cli):
    """Terminal, record and JUnit name the same smallest case, and its line replays."""
    need(cli, "stride_swapped")
    told = verify(cli, "stride_swapped", "--out o --junit j.xml").is_(1)
    (record,) = cli.records("o")[1]
    smallest = record["smallest"]
    expect(smallest["away"] == ["size=2", "stride=2"], f"{smallest['away']}")
    expect(
        smallest["settings"]["layout"] == "nchw" and smallest["settings"]["threads"] == 1,
        f"{smallest['settings']}",
    )
    for text in (told.out, (cli.folder / "j.xml").read_text()):
        expect(
            smallest["problem_text"] in text and smallest["replay"] in text,
            f"does not name it: {text}",
        )
    again = cli.run(shlex.split(smallest["replay"])[1:] + ["--json"]).is_(1)
    (replayed,) = json.loads(again.out)
    expect(
        replayed["verdict"] == smallest["verdict"],
        f"{replayed['verdict']} and {smallest['verdict']}",
    )


def settings_go_too(cli):
    need(cli, "bias_missing")
    done = cli.run(
        f"verify {PROBLEM} --plugin {{faulty}}/bias_missing.so --threads 2 --layout nhwc --json"
    ).is_(1)
    smallest = json.loads(done.out)[0]["smallest"]
    expect(
        smallest["settings"]["threads"] == 1 and smallest["settings"]["layout"] == "nchw",
        f"{smallest['settings']}",
    )
    need(cli, "layout_ignored")
    done = verify(cli, "layout_ignored", "--layout nhwc --json").is_(1)
    expect("layout=nhwc" in json.loads(done.out)[0]["smallest"]["away"], "lost what it fails by")


def told_once(cli):
    """Many failures of one bug: the first few are shrunk, one smallest case is told,
    with how many others there are."""
    need(cli, "bias_missing")
    cli.write(
        "c.json",
        {
            "problems": [
                {"in_channels": 1 + i, "out_channels": 2, "height": 5, "width": 6, "kernel_size": 3}
                for i in range(9)
            ],
            "backends": [
                {"name": "bias_missing", "plugin": str(cli.build / "faulty/bias_missing.so")}
            ],
            "settings": {"threads": 1},
        },
    )
    done = cli.run("verify c.json").is_(1)
    summary = done.out[done.out.index("smallest failing cases:") :]
    expect(
        summary.count("differs: bias_missing") == 1 and "also 8 other cases" in summary, f"{done}"
    )


def not_where_it_is_not_wanted(cli):
    need(cli, "bias_missing")
    expect(
        "smallest" not in verify(cli, "bias_missing", "--no-shrink --json").is_(1).out,
        "shrunk all the same",
    )
    done = verify(cli, "bias_missing", "--no-shrink --shrink-budget 1").is_(2)
    expect("--no-shrink" in done.err, f"{done}")


def dumped_tensors(cli):
    """x, w, b, got, want, allowed of the failing run: want is their convolution, got is not, and
    lacks just the bias."""
    need(cli, "bias_missing")
    verify(cli, "bias_missing", "--no-shrink --dump d").is_(1)
    (case,) = (cli.folder / "d").iterdir()
    expect("bias_missing" in case.name and "n2c6h9w11" in case.name, case.name)
    (oracle,) = [f for f in case.iterdir() if f.is_dir()]
    expect("integer" in oracle.name, oracle.name)
    expect(
        json.loads((case / "case.json").read_text())[0]["verdict"]["kind"] == "differs",
        "another record",
    )
    shape = {
        name: read_npy(oracle / f"{name}.npy")[0]
        for name in ("x", "w", "b", "got", "want", "allowed")
    }
    expect(
        shape
        == {
            "x": (2, 6, 9, 11),
            "w": (8, 3, 3, 2),
            "b": (8,),
            "got": (2, 8, 5, 11),
            "want": (2, 8, 5, 11),
            "allowed": (2, 8, 5, 11),
        },
        f"{shape}",
    )
    # NumPy is where the distribution has it, which need not be where this test runs.
    for python in (sys.executable, "/usr/bin/python3"):
        done = subprocess.run([python, "-c", LOOK, oracle], capture_output=True, text=True)
        if "No module named 'numpy'" not in done.stderr:
            return expect(done.returncode == 0, f"{done.stderr}")
    raise unittest.SkipTest("no NumPy: only the shapes were looked at")


# The definition, for PROBLEM: stride 2x1, padding 1.1 x 2.0, dilation 1x2, two groups.
LOOK = """
import sys
import numpy as np

names = ("x", "w", "b", "got", "want", "allowed")
x, w, b, got, want, allowed = (np.load(f"{sys.argv[1]}/{name}.npy") for name in names)
types = [array.dtype for array in (x, got, want, allowed)]
assert types == ["f4", "f4", "f8", "f8"], types
padded = np.pad(x.astype("f8"), ((0, 0), (0, 0), (1, 1), (2, 0)))
y = np.zeros(want.shape) + b[None, :, None, None]
for o in range(8):
    group = slice(o // 4 * 3, o // 4 * 3 + 3)
    for k in range(3):
        for l in range(2):
            seen = padded[:, group, k:k + 9:2, 2 * l:2 * l + 11]
            y[:, o] += np.einsum("nihw,i->nhw", seen, w[o, :, k, l].astype("f8"))
assert np.array_equal(y, want), "want is not the convolution of x, w and b"
assert (np.abs(got - want) > allowed).all(), "got is not wrong everywhere"
assert np.array_equal(got + b[None, :, None, None], want), "got does not lack just the bias"
"""


def dumps_what_was_asked(cli):
    """Nothing of what is right but with --dump-all; the inputs of a crash;
    bf16 as f32, nhwc as nchw."""
    cli.run("verify n1c2h4w5_o3k3p1 --backend reference --threads 1 --dump none").is_(0)
    expect(not (cli.folder / "none").exists(), "dumped what is right")
    cli.run(
        "verify n1c2h4w5_o3k3p1 --backend reference --threads 1 --dtype bf16 --layout nhwc --dump"
        " all --dump-all"
    ).is_(0)
    files = {f.name for f in (cli.folder / "all").rglob("*.npy")}
    expect(files == {"x.npy", "w.npy", "b.npy", "got.npy", "want.npy", "allowed.npy"}, f"{files}")
    for file in (cli.folder / "all").rglob("got.npy"):
        expect(read_npy(file)[0] == (1, 3, 4, 5), f"{file}")
    done = cli.run("verify n1c2h4w5_o3k3p1 --backend reference --dump-all").is_(2)
    expect("--dump" in done.err, f"{done}")
    need(cli, "aborts")
    verify(cli, "aborts", "--no-shrink --dump crash").is_(4)
    names = {f.name for f in (cli.folder / "crash").rglob("*.npy")}
    expect(names == {"x.npy", "w.npy", "b.npy", "want.npy"}, f"{names}")


def allocations_are_told(cli):
    """R19 is a wish: counted, told, no fault."""
    need(cli, "allocates_in_execute", "correct")

    def state(plugin):
        done = cli.run(f"check-plugin {{faulty}}/{plugin}.so --json").is_(0)
        return next(r for r in json.loads(done.out)[0]["rules"] if r["rule"] == "R19")

    said = state("allocates_in_execute")
    if said["state"] == "not checked":
        raise unittest.SkipTest(said["evidence"])
    expect(
        said["state"] == "not kept" and "1 allocation in one execution" in said["evidence"],
        f"{said}",
    )
    expect(state("correct")["state"] == "kept", f"{state('correct')}")


main_of(
    [
        smallest_everywhere,
        settings_go_too,
        told_once,
        not_where_it_is_not_wanted,
        dumped_tensors,
        dumps_what_was_asked,
        allocations_are_told,
    ]
)
