"""Runs convgauge-import-onnx and makes small models for it. Without python3-onnx: exit code 77."""
import json
import pathlib
import subprocess
import sys
import tempfile

SKIPPED = 77


def skip(reason):
    print(f"SKIPPED: {reason}")
    sys.exit(SKIPPED)


try:
    import numpy as np
    import onnx
    from onnx import TensorProto, helper
except ImportError as missing:
    skip(f"{missing}: this test needs onnx and numpy in {sys.executable}")

# Given by the test's command line, which takes it before unittest looks.
PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()


class Failed(Exception):
    """The program ended with exit code 2; its lines on standard error, without its own name."""


def said(arguments):
    """The object that the program writes; Failed where it is not content."""
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode == 0:
        assert done.stderr == "", done.stderr
        return json.loads(done.stdout)
    assert done.returncode == 2, (done.returncode, done.stderr)
    assert done.stdout == "", done.stdout
    lines = done.stderr.splitlines()
    assert lines and all(line.startswith("convgauge-import-onnx: ") for line in lines), done.stderr
    raise Failed("\n".join(line.split(": ", 1)[1] for line in lines))


def said_of(model, *arguments):
    """Of a model, or of the bytes of a file."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "model.onnx"
        file.write_bytes(model if isinstance(model, bytes) else model.SerializeToString())
        try:
            return said([file, *arguments])
        except Failed as failed:
            raise Failed(str(failed).replace(f"{file}: ", "")) from None


def info(name, dims, element_type=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, element_type, dims)


def weights(name, *dims, element_type=TensorProto.FLOAT):
    """A tensor of zeros."""
    size = {TensorProto.FLOAT16: 2, TensorProto.BFLOAT16: 2, TensorProto.DOUBLE: 8}
    tensor = TensorProto(name=name, data_type=element_type, dims=dims)
    tensor.raw_data = bytes(int(np.prod(dims)) * size.get(element_type, 4))
    return tensor


def constant(name, values, element_type=TensorProto.INT64):
    values = np.asarray(values)
    return helper.make_tensor(name, element_type, values.shape, values.flatten().tolist())


def node(op, inputs, outputs, **attributes):
    return helper.make_node(op, inputs.split(), outputs.split(), **attributes)


def model(nodes, inputs, tensors=(), outputs=("y",), opset=13, opsets=(), functions=()):
    outputs = [o if isinstance(o, onnx.ValueInfoProto) else info(o, None) for o in outputs]
    graph = helper.make_graph(list(nodes), "graph", list(inputs), outputs, list(tensors))
    imports = [helper.make_opsetid("", opset), *opsets]
    return helper.make_model(graph, opset_imports=imports, functions=list(functions))


def one(
    op, src, kernel, *arguments, element_type=TensorProto.FLOAT, opset=13, bias=False, **attributes
):
    """What is said of a model of one node."""
    tensors = [weights("w", *kernel, element_type=element_type)]
    if bias:
        channels = kernel[1] if op == "ConvTranspose" else kernel[0]
        tensors.append(weights("b", channels, element_type=element_type))
    nodes = [node(op, "x w b" if bias else "x w", "y", name="n", **attributes)]
    return said_of(model(nodes, [info("x", src, element_type)], tensors, opset=opset), *arguments)


def problem(**keys):
    """All keys of a problem, from those that differ from torch's defaults."""
    defaults = {"batch": 1, "stride": [1, 1], "padding": [0, 0, 0, 0], "dilation": [1, 1]}
    return {**defaults, "groups": 1, "bias": False, "padding_mode": "zeros", **keys}
