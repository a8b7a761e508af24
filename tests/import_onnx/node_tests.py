#!/usr/bin/env python3
"""Conv and ConvTranspose tests that ONNX ships (Debian: libonnx-testdata): each problem that is
read from such a model must compute what the test expects: node_tests.py CONVGAUGE-IMPORT-ONNX

Computed here by loops over the taps in double, from the problem's numbers alone.
"""
import itertools

from program import *
from onnx import numpy_helper

DATA = pathlib.Path("/usr/share/libonnx-testdata/data")
FEWEST = {"forward": 20, "backward_data": 10}  # what is checked at least


def load(file):
    tensor = TensorProto()
    tensor.ParseFromString(file.read_bytes())
    return numpy_helper.to_array(tensor)


def taps(p, outputs):
    """(row of the kernel, column, slice of rows of the padded input, slice of columns)."""
    for i, j in itertools.product(*map(range, p["kernel_size"])):
        starts = [t * d for t, d in zip((i, j), p["dilation"])]
        yield i, j, *(
            slice(start, start + (out - 1) * s + 1, s)
            for start, out, s in zip(starts, outputs, p["stride"])
        )


def padded_size(p):
    top, bottom, left, right = p["padding"]
    return p["height"] + top + bottom, p["width"] + left + right


def outputs_of(p):
    reach = [d * (k - 1) + 1 for k, d in zip(p["kernel_size"], p["dilation"])]
    return [(size - r) // s + 1 for size, r, s in zip(padded_size(p), reach, p["stride"])]


def by_group(p, w):
    """(channels of the input, channels of the output, weights) of each group."""
    inputs, outputs = p["in_channels"] // p["groups"], p["out_channels"] // p["groups"]
    for g in range(p["groups"]):
        i, o = slice(g * inputs, (g + 1) * inputs), slice(g * outputs, (g + 1) * outputs)
        yield i, o, w[o]


def forward(p, x, w):
    top, bottom, left, right = p["padding"]
    x = np.pad(x, [(0, 0), (0, 0), (top, bottom), (left, right)])
    y = np.zeros([p["batch"], p["out_channels"], *outputs_of(p)])
    for i, o, weights in by_group(p, w):
        for r, c, rows, columns in taps(p, outputs_of(p)):
            y[:, o] += np.einsum("nihw,oi->nohw", x[:, i, rows, columns], weights[:, :, r, c])
    return y


def backward_data(p, dy, w):
    dx = np.zeros([p["batch"], p["in_channels"], *padded_size(p)])
    assert list(dy.shape[2:]) == outputs_of(p), (dy.shape, p)
    for i, o, weights in by_group(p, w):
        for r, c, rows, columns in taps(p, outputs_of(p)):
            dx[:, i, rows, columns] += np.einsum("nohw,oi->nihw", dy[:, o], weights[:, :, r, c])
    top, _, left, _ = p["padding"]
    return dx[:, :, top : top + p["height"], left : left + p["width"]]


def rows_as_images(tensor):
    return tensor[:, :, None] if tensor.ndim == 3 else tensor


def check(folder):
    """The direction of the one layer, "" where the model's node is skipped."""
    made = onnx.load(folder / "model.onnx")
    answer = said([folder / "model.onnx"])
    if not answer["layers"]:
        assert answer["skipped"], answer
        return ""
    (layer,) = answer["layers"]
    data = folder / "test_data_set_0"
    constants = {t.name: numpy_helper.to_array(t) for t in made.graph.initializer}
    names = [i.name for i in made.graph.input if i.name not in constants]
    given = {name: load(data / f"input_{i}.pb") for i, name in enumerate(names)}
    (node,) = [n for n in made.graph.node if n.op_type in ("Conv", "ConvTranspose")]
    x, w, *bias = [{**constants, **given}[n].astype(float) for n in node.input]
    compute = forward if layer["direction"] == "forward" else backward_data
    got = compute(layer["problem"], rows_as_images(x), rows_as_images(w))
    if bias:
        got = got + bias[0][:, None, None]
    expected = rows_as_images(load(data / "output_0.pb"))
    assert got.shape == expected.shape, (got.shape, expected.shape, layer)
    assert layer["problem"]["bias"] == (bool(bias) and layer["direction"] == "forward")
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-4)
    return layer["direction"]


def main():
    found = {}
    for file in sorted(DATA.glob("*/*/model.onnx")):
        operators = {n.op_type for n in onnx.load(file).graph.node}
        if (
            operators in ({"Conv"}, {"ConvTranspose"})
            and (file.parent / "test_data_set_0").is_dir()
        ):
            direction = check(file.parent)
            found.setdefault(direction, []).append(file.parent.name)
    if not found:
        skip(f"no test data in {DATA} (Debian: libonnx-testdata)")
    for direction, names in found.items():
        print(f"{direction or 'skipped'}: {len(names)}: {', '.join(names)}")
    few = [d for d, least in FEWEST.items() if len(found.get(d, [])) < least]
    sys.exit(f"fewer than expected: {few}" if few else 0)


if __name__ == "__main__":
    main()
