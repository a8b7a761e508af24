"""What the gate suite covers of what kernels specialise on, and that `list suites` says so."""
import collections
import importlib.machinery
import importlib.util
import json
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cli import expect, main_of

ROOT = pathlib.Path(__file__).resolve().parents[3]
MAKER, GATE = ROOT / "scripts" / "make_gate", ROOT / "configs" / "gate.json"


def maker():
    loader = importlib.machinery.SourceFileLoader("make_gate", str(MAKER))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("make_gate", loader))
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


def counts(text):
    """{axis, or "axis and axis": (met, of)} of what list suites and make_gate print."""
    rows = re.findall(r"(?m)^ *(\w+(?: and \w+)?): (\d+) of (\d+)", text)
    return {name: (int(met), int(of)) for name, met, of in rows}


def both_count_alike(cli):
    for suite in (GATE, ROOT / "configs" / "suites" / "mobilenet_v2.json"):
        told = counts(cli.run(f"list suites {suite}").is_(0).out)
        script = [sys.executable, MAKER, "--coverage", suite]
        want = counts(subprocess.run(script, capture_output=True, text=True, check=True).stdout)
        expect(len(want) == 25 + 25 * 24 // 2, f"{len(want)} rows")
        other = {
            name: (told.get(name), want[name]) for name in want if told.get(name) != want[name]
        }
        expect(not other, f"{suite.name}: {other}")


def a_named_suite(cli):
    done = cli.run("list suites gate").is_(0)
    expect("gate: 950 problems" in done.out, done.out[:200])
    done = cli.run("list suites resnet50").is_(0)
    expect("kernel_h: 3 of 13; not 2, 4, 5 and 7 more" in done.out, done.out[:600])
    done = cli.run("list suites resnet5").is_(2)
    expect("'resnet5' is no file, no problem" in done.err and "resnet50" in done.err, str(done))


def every_class_is_met(cli):
    rows = counts(cli.run("list suites gate").is_(0).out)
    short = {name: row for name, row in rows.items() if " and " not in name and row[0] < row[1]}
    expect(not short, f"not met: {short}")
    pairs = sum(met for name, (met, of) in rows.items() if " and " in name)
    expect(pairs >= 16_400, f"{pairs} pairs of classes")


def files_are_what_the_script_writes(cli):
    subprocess.run([sys.executable, MAKER, "-o", cli.folder], check=True)
    for name in ("gate.json", "gate_all.json"):
        same = (GATE.parent / name).read_bytes() == (cli.folder / name).read_bytes()
        expect(same, f"configs/{name} differs")


def every_type_and_direction_is_there(cli):
    """A case of each that no other backend than naive has."""
    done = cli.run("verify gate_all --backend naive --threads 1 --filter 000 --json").is_(0)
    cases = collections.Counter(
        (r["settings"]["dtype"], r["settings"].get("direction", "forward"))
        for r in json.loads(done.out)
        if r["verdict"]["kind"] == "agrees"
    )
    expect(len(cases) == 12 and min(cases.values()) >= 2, f"{cases}")


# What fast paths of released kernels ask for; `least` problems of the gate must meet it. i, o: the
# channels of a group.
FAST_PATHS = {
    "blocks of 16 in and out": (60, lambda p: p.i % 16 == 0 and p.o % 16 == 0),
    "blocks of 32 in and out": (25, lambda p: p.i % 32 == 0 and p.o % 32 == 0),
    "blocks of 64 in and out": (4, lambda p: p.i % 64 == 0 and p.o % 64 == 0),
    "3x3, blocks of 16, padding 1": (
        16,
        lambda p: p.dense33 and p.i % 16 == 0 and p.o % 16 == 0 and p.half,
    ),
    "1x1, blocks of 16": (10, lambda p: p.kernel == (1, 1) and p.i % 16 == 0 and p.o % 16 == 0),
    "7x7, blocks of 16": (5, lambda p: p.kernel == (7, 7) and p.i % 16 == 0 and p.o % 16 == 0),
    "a block and a tail of input channels": (60, lambda p: p.i > 16 and p.i % 16),
    "a block and a tail of output channels": (60, lambda p: p.o > 16 and p.o % 16),
    "one more than a block": (
        20,
        lambda p: p.i > 16 and p.i % 16 == 1 or p.o > 16 and p.o % 16 == 1,
    ),
    "18 to 95 channels": (100, lambda p: 18 <= p.i <= 95),
    "168 to 191 channels": (8, lambda p: 168 <= p.i <= 191 or 168 <= p.o <= 191),
    "depthwise beyond 64": (20, lambda p: p.depthwise and p.groups > 64),
    "depthwise with a multiplier": (30, lambda p: p.depthwise and p.o > 1),
    "an odd number of groups from 5": (40, lambda p: p.groups >= 5 and p.groups % 2),
    "groups of a block": (3, lambda p: p.groups > 1 and p.i % 16 == 0 and p.o % 16 == 0),
    "batch 4 and more": (100, lambda p: p.batch >= 4),
    "batch 16": (15, lambda p: p.batch == 16),
    "more than 1,024 pixels": (12, lambda p: p.pixels > 1024),
    "65,536 pixels and more, several channels": (
        2,
        lambda p: p.pixels >= 65_536 and min(p.i, p.o) > 1,
    ),
    "a row of 64 or 128": (15, lambda p: p.w.output in (64, 128)),
    "a row of 32n + 1": (8, lambda p: p.w.output > 32 and p.w.output % 32 == 1),
    "a padded kernel beyond 31 columns": (
        10,
        lambda p: p.kernel[1] > 31 and p.w.before + p.w.after,
    ),
    "a kernel from 13 to 31": (30, lambda p: 13 <= max(p.kernel) <= 31),
    "a kernel from 100": (10, lambda p: max(p.kernel) >= 100),
    "patches of 14 and 16": (4, lambda p: p.kernel == p.stride and p.kernel[0] in (14, 16)),
    "a stride from 4": (60, lambda p: max(p.stride) >= 4),
    "sums of 512 and more": (80, lambda p: p.terms >= 512),
    "sums of 256n, one more, one fewer": (
        12,
        lambda p: p.terms >= 255 and p.terms % 256 in (0, 1, 255),
    ),
    "sums of 4,096 and more": (3, lambda p: p.terms >= 4096),
    "even kernel, other padding on each side": (
        30,
        lambda p: p.kernel[1] % 2 == 0 and p.w.before != p.w.after,
    ),
    "dilated, other padding on each side": (
        30,
        lambda p: p.w.dilation > 1 and p.w.before != p.w.after,
    ),
    "reflect up to its limit": (3, lambda p: p.mode == "reflect" and p.most_padding(-1)),
    "circular up to its limit": (3, lambda p: p.mode == "circular" and p.most_padding(0)),
}


class Seen:
    """A problem as the conditions above look at it."""

    def __init__(self, module, problem):
        self.h, self.w = module.Axis(problem, 0), module.Axis(problem, 1)
        self.batch, self.groups = problem.get("batch", 1), problem.get("groups", 1)
        self.i, self.o = (problem[key] // self.groups for key in ("in_channels", "out_channels"))
        self.kernel, self.stride = (self.h.kernel, self.w.kernel), (self.h.stride, self.w.stride)
        self.terms, self.pixels = (
            self.i * self.h.kernel * self.w.kernel,
            self.h.output * self.w.output,
        )
        self.depthwise = self.groups > 1 and self.i == 1
        self.mode = problem.get("padding_mode", "zeros")
        plain = self.stride == (1, 1) and self.h.dilation == self.w.dilation == 1
        self.dense33 = self.kernel == (3, 3) and plain and self.groups == 1
        self.half = self.w.before == self.w.after == self.h.before == self.h.after == 1

    def most_padding(self, beyond):
        return max(self.w.before, self.w.after) == self.w.input + beyond


def fast_paths_are_met(cli):
    module = maker()
    problems = [Seen(module, p) for p in json.loads(GATE.read_text())["problems"]]
    few = {}
    for name, (least, condition) in FAST_PATHS.items():
        met = sum(map(bool, map(condition, problems)))
        print(f"{met:5} of {least:3}  {name}")
        if met < least:
            few[name] = met
    expect(not few, f"too few problems: {few}")


main_of(
    [
        both_count_alike,
        a_named_suite,
        every_class_is_met,
        fast_paths_are_met,
        files_are_what_the_script_writes,
        every_type_and_direction_is_there,
    ]
)
