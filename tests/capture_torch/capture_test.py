#!/usr/bin/env python3
"""scripts/capture_torch.py: what it records of code whose convolutions are known.

capture_test.py CONVGAUGE; without torch: exit code 77.
"""
import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

CONVGAUGE = pathlib.Path(sys.argv.pop(1)).resolve()
SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "scripts"
SCRIPT = SCRIPTS / "capture_torch.py"

try:
    import torch
except ImportError as missing:
    print(f"SKIPPED: {missing}: this test needs torch in {sys.executable}")
    sys.exit(77)
sys.path.insert(0, str(SCRIPTS))
from capture_torch import capture

nn, F = torch.nn, torch.nn.functional


def recorded(module, *sizes, dtype=torch.float32):
    with capture(module) as found, torch.no_grad():
        module(*(torch.zeros(s, dtype=dtype) for s in sizes))
    return found


def without_name(problem):
    return {k: v for k, v in problem.items() if k != "name"}


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False)
        self.blocks = nn.Sequential(
            nn.Conv2d(8, 8, 3, padding=1, groups=8),
            nn.Conv2d(8, 8, 3, padding=1, groups=8),
            nn.Conv2d(8, 4, (1, 3), dilation=(1, 2)),
        )

    def forward(self, x):
        return self.blocks(torch.relu(self.stem(x)))


class UNet(nn.Module):
    """Both directions, sizes that do not halve evenly, padding modes."""

    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(3, 4, 3, padding=1, padding_mode="reflect")
        self.deep = nn.Conv2d(4, 8, 4, stride=2, groups=2)
        self.up = nn.ConvTranspose2d(8, 4, 3, stride=2, padding=1, output_padding=1, groups=4)
        self.last = nn.Conv2d(8, 2, 3, padding=2, dilation=2)

    def forward(self, x):
        kept = self.down(x)
        x = F.max_pool2d(torch.relu(kept), 2, 2, 1, ceil_mode=True)
        x = F.interpolate(self.up(self.deep(x)), size=kept.shape[-2:], mode="nearest")
        return self.last(torch.cat([x, kept], 1))


class Capture(unittest.TestCase):
    def only(self, found):
        self.assertEqual(len(found.problems), 1, found.problems)
        self.assertEqual(dict(found.skipped), {})
        return without_name(found.problems[0])

    def of(self, module, *sizes, **keys):
        return self.only(recorded(module, *sizes, **keys))

    def test_names_counts_and_order(self):
        found = recorded(Net(), [2, 3, 16, 20])
        self.assertEqual(
            found.problems,
            [
                {
                    "name": "stem", "batch": 2, "in_channels": 3, "out_channels": 8, "height": 16,
                    "width": 20, "kernel_size": 3, "stride": 2, "padding": 1, "bias": False,
                },
                {
                    "name": "blocks.0", "batch": 2, "in_channels": 8, "out_channels": 8,
                    "height": 8, "width": 10, "kernel_size": 3, "padding": 1, "groups": 8,
                    "bias": True, "count": 2,
                },
                {
                    "name": "blocks.2", "batch": 2, "in_channels": 8, "out_channels": 4,
                    "height": 8, "width": 10, "kernel_size": [1, 3], "dilation": [1, 2],
                    "bias": True,
                },
            ],
        )  # fmt: skip

    def test_padding_modes(self):
        for mode in ("reflect", "replicate", "circular"):
            p = self.of(nn.Conv2d(2, 2, 3, padding=(1, 2), padding_mode=mode), [1, 2, 9, 11])
            self.assertEqual((p["height"], p["width"]), (9, 11))
            self.assertEqual((p["padding"], p["padding_mode"]), ([1, 2], mode))
            p = self.of(nn.Conv1d(2, 2, 3, padding=1, padding_mode=mode), [1, 2, 9])
            self.assertEqual((p["height"], p["width"], p["padding"]), (1, 9, [0, 1]))
        p = self.of(nn.Conv2d(2, 2, 4, padding="same", padding_mode="reflect"), [1, 2, 9, 9])
        self.assertEqual((p["height"], p["padding"]), (9, [1, 2, 1, 2]))

    def test_same(self):
        # Reach 3 and, with dilation 3, 10: 2 and 9 elements, the odd one behind.
        module = nn.Conv2d(2, 2, (3, 4), padding="same", dilation=(1, 3))
        p = self.of(module, [1, 2, 9, 11])
        self.assertEqual((p["height"], p["width"], p["padding"]), (9, 11, [1, 1, 4, 5]))
        self.assertEqual(
            self.of(nn.Conv2d(2, 2, 3, padding="valid"), [1, 2, 9, 9]).get("padding"), None
        )
        with capture() as found:
            F.conv2d(torch.zeros(1, 2, 9, 9), torch.zeros(2, 2, 2, 2), padding="same")
            F.conv1d(torch.zeros(1, 2, 9), torch.zeros(2, 2, 2), None, 1, "same", 2)
        self.assertEqual([p["padding"] for p in found.problems], [[0, 1, 0, 1], [0, 1]])
        self.assertEqual([p["width"] for p in found.problems], [9, 9])

    def test_functional(self):
        class Module(nn.Module):
            def __init__(self):
                super().__init__()
                self.inner = nn.Identity()
                self.w = nn.Parameter(torch.zeros(4, 1, 3, 3))

            def forward(self, x):
                return F.conv2d(x, self.w, None, [2, 1], groups=2)

        outer = nn.Sequential(Module())
        found = recorded(outer, [3, 2, 8, 8])
        self.assertEqual(found.problems[0]["name"], "0.conv2d")
        p = self.only(found)
        self.assertEqual((p["stride"], p["groups"], p["bias"]), ([2, 1], 2, False))
        with capture(name="mine") as found:
            torch.conv2d(torch.zeros(2, 8, 8), torch.zeros(4, 2, 3, 3), torch.zeros(4))
        self.assertEqual(found.suite()["name"], "mine")
        self.assertEqual(found.problems[0]["name"], "conv2d")
        self.assertEqual(self.only(found)["batch"], 1)

    def test_one_module_at_two_sizes(self):
        module = nn.Conv2d(1, 1, 3)
        with capture(nn.Sequential(module)) as found:
            for size in (8, 9, 8):
                module(torch.zeros(1, 1, size, size))
        self.assertEqual([p["name"] for p in found.problems], ["0", "0#2"])
        self.assertEqual([p.get("count", 1) for p in found.problems], [2, 1])

    def test_rows(self):
        p = self.of(nn.Conv1d(2, 4, 5, stride=2, padding=3, dilation=2), [3, 2, 40])
        expected = {
            "batch": 3, "in_channels": 2, "out_channels": 4, "height": 1, "width": 40,
            "kernel_size": [1, 5], "stride": [1, 2], "padding": [0, 3], "dilation": [1, 2],
            "bias": True,
        }  # fmt: skip
        self.assertEqual(p, expected)

    def test_transposed(self):
        module = nn.ConvTranspose2d(6, 4, 3, stride=2, padding=1, output_padding=(1, 0), groups=2)
        p = self.of(module, [2, 6, 5, 7])
        expected = {
            "batch": 2, "in_channels": 4, "out_channels": 6, "height": 10, "width": 13,
            "kernel_size": 3, "stride": 2, "padding": 1, "groups": 2, "bias": False,
            "direction": "backward_data",
        }  # fmt: skip
        self.assertEqual(p, expected)
        self.assert_gradient(module, p, [2, 6, 5, 7])
        # More output_padding than the stride: the padding behind becomes less.
        module = nn.ConvTranspose2d(1, 1, 3, padding=1, output_padding=1, dilation=2)
        p = self.of(module, [1, 1, 4, 4])
        self.assertEqual(p["padding"], [1, 0, 1, 0])
        self.assert_gradient(module, p, [1, 1, 4, 4])
        found = recorded(nn.ConvTranspose2d(1, 1, 2, output_padding=1, dilation=2), [1, 1, 4, 4])
        self.assertIn("output_padding", list(found.skipped)[0][1])
        p = self.of(nn.ConvTranspose1d(2, 3, 4, stride=2, padding=1), [1, 2, 9])
        self.assertEqual((p["height"], p["width"], p["stride"]), (1, 18, [1, 2]))

    def assert_gradient(self, module, p, sizes):
        """The transposed convolution computes what torch's gradient of the problem does."""
        torch.manual_seed(1)
        dy = torch.randn(sizes)
        x = torch.zeros(p["batch"], p["in_channels"], p["height"], p["width"], requires_grad=True)
        padding = p["padding"] if isinstance(p["padding"], list) else [p["padding"]] * 4
        top, bottom, left, right = padding
        y = F.conv2d(
            F.pad(x, [left, right, top, bottom]), module.weight, None, p.get("stride", 1), 0,
            p.get("dilation", 1), p.get("groups", 1),
        )  # fmt: skip
        (gradient,) = torch.autograd.grad(y, x, dy)
        module.bias.data.zero_()
        torch.testing.assert_close(module(dy), gradient)

    def test_element_types(self):
        p = self.of(nn.Conv2d(1, 1, 3).double(), [1, 1, 8, 8], dtype=torch.float64)
        self.assertEqual(p["dtype"], "f64")
        with torch.autocast("cpu", dtype=torch.bfloat16):
            self.assertEqual(self.of(nn.Conv2d(1, 1, 3), [1, 1, 8, 8])["dtype"], "bf16")
            p = self.of(nn.Conv2d(2, 2, 4, padding="same"), [1, 2, 9, 9])
            self.assertEqual((p["dtype"], p["padding"]), ("bf16", [1, 2, 1, 2]))

    def test_inference_mode(self):
        """There, torch does not resolve conv2d into the operator that is read."""
        expected = recorded(UNet(), [1, 3, 21, 26])
        with torch.inference_mode(), capture(model := UNet()) as found:
            model(torch.zeros(1, 3, 21, 26))
        without_layout = lambda f: [{**p, "layout": None} for p in f.problems]
        self.assertEqual(without_layout(found), without_layout(expected))
        self.assertEqual(dict(found.skipped), {})

    def test_modules_that_make_the_weights(self):
        """They run between the padding of a convolution and its call."""
        module = nn.Sequential(nn.Conv2d(1, 1, 3, padding=1, padding_mode="circular"))
        nn.utils.parametrize.register_parametrization(module[0], "weight", nn.Identity())
        p = recorded(module, [1, 1, 8, 8]).problems[0]
        self.assertEqual((p["name"], p["height"], p["padding_mode"]), ("0", 8, "circular"))

    def test_layout(self):
        x = torch.zeros(1, 4, 8, 8).to(memory_format=torch.channels_last)
        with capture() as found:
            F.conv2d(x, torch.zeros(4, 4, 3, 3))
        self.assertEqual(self.only(found)["layout"], "nhwc")

    def test_what_is_skipped(self):
        found = recorded(nn.Conv3d(1, 1, 3), [1, 1, 5, 5, 5])
        self.assertEqual(dict(found.skipped), {("conv3d", "Conv2d has two spatial dimensions"): 1})
        with capture() as found:
            F.conv2d(torch.zeros(1, 1, 5, 5).long(), torch.zeros(1, 1, 3, 3).long())
        self.assertIn("int64", list(found.skipped)[0][1])

    def test_gradients(self):
        module = nn.Conv2d(2, 4, 3, padding=1)
        with capture(module) as found:
            module(torch.zeros(1, 2, 8, 8, requires_grad=True)).sum().backward()
        directions = [p.get("direction", "forward") for p in found.problems]
        self.assertEqual(directions, ["forward", "backward_data", "backward_weights"])
        self.assertEqual([p["bias"] for p in found.problems], [True, False, True])

    def test_a_script(self):
        with torch.no_grad():
            traced = torch.jit.trace(Net().eval(), torch.zeros(1, 3, 12, 12))
        self.assertEqual(len(recorded(traced, [1, 3, 16, 16]).problems), 3)

    def test_an_exception_inside_leaves_nothing_behind(self):
        module = nn.Conv2d(1, 1, 3, padding=1, padding_mode="reflect")
        with self.assertRaises(RuntimeError), capture(module):
            module(torch.zeros(1, 2, 8, 8))
        with capture(module) as found:
            F.conv2d(torch.zeros(1, 1, 8, 8), torch.zeros(1, 1, 3, 3))
        self.assertNotIn("padding_mode", self.only(found))
        self.assertEqual(recorded(module, [1, 1, 8, 8]).problems[0]["padding_mode"], "reflect")


def exporters():
    """(name, what writes a module as an ONNX file) of those that work here."""
    new = int(torch.__version__.split(".")[0]) > 1
    names = [("as traced", {"dynamo": False})] if new else [("as traced", {})]
    if new and importlib.util.find_spec("onnxscript"):
        names.append(("dynamo", {"dynamo": True}))
    for name, options in names:
        yield name, lambda module, x, file: torch.onnx.export(module, (x,), file, **options)


def as_rows(problems):
    """What both ways must agree on: an exporter makes a bias of the batch norm behind."""
    keys = ("batch", "in_channels", "out_channels", "height", "width", "groups", "direction")
    rows = []
    for p in problems:
        pairs = [p.get(k, d) for k, d in (("kernel_size", 1), ("stride", 1), ("dilation", 1))]
        pad = p.get("padding", 0)
        pad = (
            [pad] * 4
            if isinstance(pad, int)
            else pad
            if len(pad) == 4
            else pad[:1] * 2 + pad[1:] * 2
        )
        row = [p.get(k, {"groups": 1, "direction": "forward"}.get(k)) for k in keys]
        row += [[v, v] if isinstance(v, int) else v for v in pairs]
        rows.append([*row, pad, p.get("padding_mode", "zeros"), p.get("count", 1)])
    return sorted(rows, key=str)


@unittest.skipUnless(
    (CONVGAUGE.parent / "convgauge-import-onnx").exists() and importlib.util.find_spec("onnx"),
    "needs convgauge-import-onnx and onnx",
)
class Exported(unittest.TestCase):
    def test_an_exported_model_has_the_same_problems(self):
        for name, export in exporters():
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                file, suite = f"{folder}/net.onnx", f"{folder}/net.json"
                export(UNet().eval(), torch.zeros(1, 3, 21, 26), file)
                done = subprocess.run(
                    [CONVGAUGE, "import", file, "-o", suite], capture_output=True, text=True
                )
                self.assertEqual(done.returncode, 0, done.stderr)
                problems = json.loads(pathlib.Path(suite).read_text())["problems"]
                expected = as_rows(recorded(UNet(), [1, 3, 21, 26]).problems)
                self.assertEqual(as_rows(problems), expected)


NET = """
import torch
class Net(torch.nn.Sequential):
    def __init__(self):
        super().__init__(torch.nn.Conv2d(3, 4, 3), torch.nn.Conv2d(4, 4, 3, padding="same"))
made = Net()
def broken():
    raise ValueError("no weights")
number = 7
def none():
    return torch.nn.ReLU()
"""


class Script(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.net = pathlib.Path(folder.name) / "net.py"
        self.net.write_text(NET)

    def ran(self, *arguments):
        command = [sys.executable, SCRIPT, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True)

    def test_a_suite_that_convgauge_reads(self):
        for name in ("Net", "made"):
            file = self.net.parent / f"{name}.json"
            done = self.ran(f"{self.net}:{name}", "--input", "1,3,16,16", "-o", file)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            suite = json.loads(file.read_text())
            self.assertEqual((suite["name"], len(suite["problems"])), (name, 2))
            self.assertIn(f"torch {torch.__version__}", suite["source"])
            read = subprocess.run(
                [CONVGAUGE, "verify", file, "--dry-run", "--backend", "reference"],
                capture_output=True,
                text=True,
            )
            self.assertEqual((read.returncode, read.stderr), (0, ""), read.stdout)
        done = self.ran(f"{self.net}:Net", "--input", "2,3,16,16", "--dtype", "f64")
        self.assertEqual(json.loads(done.stdout)["problems"][0]["dtype"], "f64")

    def test_errors(self):
        net = self.net
        for arguments, rule in (
            ([f"{net}:Net", "--input", "1,3,x"], "--input 1,3,x: must be whole numbers"),
            ([f"{net}:Net", "--input", "1,3,0,8"], "from 1 up"),
            ([f"{net}:Nut", "--input", "1,3,8,8"], "has no 'Nut'"),
            ([f"{net}:number", "--input", "1,3,8,8"], "TypeError"),
            ([f"{net}:broken", "--input", "1,3,8,8"], "ValueError: no weights"),
            ([f"{net}:none", "--input", "1,3,8,8"], "no convolution ran"),
            ([f"{net}:Net", "--input", "1,4,8,8"], "ran: RuntimeError"),
            (["nowhere.at_all:Net", "--input", "1,3,8,8"], "ModuleNotFoundError"),
            ([f"{net}x.py:Net", "--input", "1,3,8,8"], "FileNotFoundError"),
            (["Net", "--input", "1,3,8,8"], "must be MODEL:CALLABLE"),
            ([f"{net}:Net", "--input", "1,3,8,8", "-o", "/nowhere/s.json"], "/nowhere/s.json"),
        ):
            done = self.ran(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertTrue(done.stderr.startswith("capture_torch.py: "), done.stderr)
            self.assertIn(rule, done.stderr)


if __name__ == "__main__":
    unittest.main()
