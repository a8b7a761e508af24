#!/usr/bin/env python3
"""convgauge against the Conv tests that ONNX ships (Debian: libonnx-testdata):
a model, its inputs, its outputs.

  onnx_oracle.py CONVGAUGE [--backends a,b] [--data FOLDER]

Every test that has a Conv node of 2 dimensions and f32 and nothing else runs through `convgauge
run` with each backend; the others are named, with the reason. Both answers are f32 sums: they may
differ by twice what n terms can err, 2 (n + 1) u (|W| * |X| + |b|), and those that transform tiles
by 1e-4 of that sum.
Exit code 77 where the data, onnx or NumPy is missing: ctest says "skipped".
"""
import argparse
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

SKIPPED = 77
DATA = pathlib.Path("/usr/share/libonnx-testdata/data")
TILED = {"winograd": 1e-4, "fft": 1e-4}
UNIT_ROUNDOFF = 2.0**-24

try:
    import numpy as np
    import onnx
    from onnx import numpy_helper
except ImportError as missing:
    print(f"SKIPPED: {missing}: this test needs onnx and numpy in {sys.executable}")
    sys.exit(SKIPPED)


class NotOurs(Exception):
    """Why a test is none of a Conv2d's forward pass."""


def convolution(model):
    nodes = model.graph.node
    if len(nodes) != 1 or nodes[0].op_type != "Conv":
        raise NotOurs(", ".join(n.op_type for n in nodes))
    return nodes[0], {a.name: onnx.helper.get_attribute_value(a) for a in nodes[0].attribute}


def load(file):
    tensor = onnx.TensorProto()
    tensor.ParseFromString(file.read_bytes())
    return numpy_helper.to_array(tensor)


def tensors_of(folder, model, node):
    """x, w, b or None, and the outputs:
    each from the data set or from the model's own constants."""
    constants = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    names = [i.name for i in model.graph.input if i.name not in constants]
    given = {name: load(folder / f"input_{i}.pb") for i, name in enumerate(names)}
    inputs = [constants[n] if n in constants else given[n] for n in node.input]
    return [*inputs, None][:3], load(folder / "output_0.pb")


def paddings(attributes, sizes, kernel, stride, dilation):
    """[top, bottom, left, right]; ONNX gives them as top, left, bottom, right, or as a word."""
    word = attributes.get("auto_pad", b"NOTSET").decode()
    if word in ("NOTSET", "VALID"):
        given = attributes.get("pads", [0, 0, 0, 0]) if word == "NOTSET" else [0, 0, 0, 0]
        return [given[0], given[2], given[1], given[3]]
    sides = []
    for size, k, s, d in zip(sizes, kernel, stride, dilation):
        total = max(0, (-(-size // s) - 1) * s + d * (k - 1) + 1 - size)
        less = total // 2
        sides += [less, total - less] if word == "SAME_UPPER" else [total - less, less]
    return sides


def problem_of(attributes, x, w, b):
    if x.ndim != 4:
        raise NotOurs(f"{x.ndim - 2} dimensions")
    if x.dtype != np.float32:
        raise NotOurs(str(x.dtype))
    kernel = list(w.shape[2:])
    stride, dilation = (list(attributes.get(key, [1, 1])) for key in ("strides", "dilations"))
    return {
        "batch": x.shape[0],
        "in_channels": x.shape[1],
        "out_channels": w.shape[0],
        "height": x.shape[2],
        "width": x.shape[3],
        "kernel_size": kernel,
        "stride": stride,
        "dilation": dilation,
        "padding": paddings(attributes, x.shape[2:], kernel, stride, dilation),
        "groups": attributes.get("group", 1),
        "bias": b is not None,
    }


def run(convgauge, folder, problem, backend, x, w, b):
    """The output, or None where the backend refuses."""
    (folder / "conv.json").write_text(json.dumps(problem))
    arguments = [
        convgauge,
        "run",
        "--problem",
        str(folder / "conv.json"),
        "--backend",
        backend,
        "--output",
        str(folder / "y.npy"),
    ]
    for name, array in (("input", x), ("weight", w), ("bias", b)):
        if array is not None:
            np.save(folder / f"{name}.npy", np.ascontiguousarray(array))
            arguments += [f"--{name}", str(folder / f"{name}.npy")]
    done = subprocess.run(
        arguments, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120
    )
    if done.returncode == 6:
        return None
    if done.returncode != 0:
        raise AssertionError(
            f"exit {done.returncode}: {done.stderr.strip()[-400:]}\n  {' '.join(arguments)}"
        )
    return np.load(folder / "y.npy")


def check(options, test, counts):
    model = onnx.load(str(test / "model.onnx"))
    node, attributes = convolution(model)
    for data in sorted(test.glob("test_data_set_*")):
        (x, w, b), want = tensors_of(data, model, node)
        problem = problem_of(attributes, x, w, b)
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            size = run(
                options.convgauge,
                folder,
                problem,
                "reference",
                np.abs(x),
                np.abs(w),
                None if b is None else np.abs(b),
            )
            terms = w[0].size + (b is not None)
            for backend in options.backends.split(","):
                got = run(options.convgauge, folder, problem, backend, x, w, b)
                if got is None:
                    counts[f"{backend} refused"] += 1
                    continue
                share = TILED.get(backend, 2 * (terms + 1) * UNIT_ROUNDOFF)
                if got.shape != want.shape or not (np.abs(got - want) <= share * size).all():
                    worst = (
                        np.max(np.abs(got - want))
                        if got.shape == want.shape
                        else f"shape {got.shape}, want {want.shape}"
                    )
                    raise AssertionError(
                        f"{backend}: {data}: off by {worst}: {json.dumps(problem)}"
                    )
                counts[f"{backend} agrees"] += 1


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("convgauge")
    parser.add_argument("--backends", default="reference,naive,onednn")
    parser.add_argument("--data", type=pathlib.Path, default=DATA)
    options = parser.parse_args()
    tests = sorted(
        m.parent
        for m in options.data.glob("*/test_*/model.onnx")
        if "conv" in m.parent.name.lower()
    )
    if not tests:
        print(f"SKIPPED: no Conv test under {options.data} (Debian: libonnx-testdata)")
        return SKIPPED
    counts, failed, ran = collections.Counter(), 0, 0
    for test in tests:
        try:
            check(options, test, counts)
            ran += 1
        except NotOurs as reason:
            print(f"not a Conv2d: {test.name}: {reason}")
        except AssertionError as failure:
            failed += 1
            print(f"FAIL {test.name}: {failure}")
    print(f"onnx {onnx.__version__}: {len(tests)} tests, {ran} agree, {failed} failed")
    for what, count in sorted(counts.items()):
        print(f"  {count:4}  {what}")
    return 1 if failed or not ran else 0


if __name__ == "__main__":
    sys.exit(main())
