#!/usr/bin/env python3
"""Output sizes of single operators, from ONNX's own tests: operators_test.py CONVGAUGE-IMPORT-ONNX

Each test's first output goes through a Conv, whose problem must have the sizes that the test
expects.
The tests are those of the onnx that is installed, else those of Debian's libonnx-testdata (opsets
to 17).
"""
import collections

from program import *
from onnx import numpy_helper

DATA = pathlib.Path("/usr/share/libonnx-testdata/data/node")
FEWEST = 300  # tests whose sizes are found
# Their sizes follow from the data, or they are about text.
NOT_BEFORE_IT_RUNS = {
    "Compress", "NonZero", "Unique", "NonMaxSuppression", "StringSplit", "ImageDecoder", "Optional",
    "OptionalGetElement", "If", "Loop", "Scan", "SequenceMap", "SplitToSequence", "TfIdfVectorizer",
    "MaxUnpool", "OptionalHasElement", "RegexFullMatch", "StringConcat", "StringNormalizer",
}  # fmt: skip


def of_debian():
    """(name, model, inputs, outputs) of each test."""
    for file in sorted(DATA.glob("*/model.onnx")):
        made = onnx.load(file)
        folder = file.parent / "test_data_set_0"
        values = []
        for kind, infos in (("input", made.graph.input), ("output", made.graph.output)):
            tensors = []
            for i, known in enumerate(infos):
                tensor = TensorProto()
                if known.type.WhichOneof("value") == "tensor_type":
                    try:
                        tensor.ParseFromString((folder / f"{kind}_{i}.pb").read_bytes())
                        tensors.append(numpy_helper.to_array(tensor))
                        continue
                    except Exception:  # a type that numpy does not have
                        pass
                tensors.append(None)
            values.append(tensors)
        yield file.parent.name, made, *values


def of_installed():
    from onnx.backend.test.case.node import collect_testcases

    for case in collect_testcases(None):
        if case.data_sets:
            yield case.name, case.model, *case.data_sets[0]


def tests():
    return of_installed() if onnx.defs.onnx_opset_version() > 17 else of_debian()


def extended(made, inputs, shape):
    """The model with whole numbers as constants, and a Conv behind its first output."""
    copy = onnx.ModelProto()
    copy.CopyFrom(made)
    graph = copy.graph
    stated = list(zip(graph.input, inputs))
    del graph.input[:]
    for known, value in stated:
        value = np.asarray(value) if isinstance(value, (np.ndarray, np.generic)) else None
        small = value is not None and value.size <= 64
        if small and value.dtype.kind in "iu" and known.type.HasField("tensor_type"):
            graph.initializer.append(numpy_helper.from_array(value, known.name))
        elif small and known.name in ("scales", "start", "limit", "delta", "depth"):
            graph.initializer.append(numpy_helper.from_array(value, known.name))
        else:
            graph.input.append(known)
    kept = graph.output[0].name
    if kept in {i.name for i in graph.initializer}:
        return None
    del graph.output[:]
    opset = next(o.version for o in copy.opset_import if o.domain in ("", "ai.onnx"))
    last = kept
    if len(shape) < 4:
        missing = list(range(4 - len(shape)))
        if opset >= 13:
            graph.initializer.append(constant("convgauge axes", missing))
            graph.node.append(helper.make_node("Unsqueeze", [kept, "convgauge axes"], ["u"]))
        else:
            graph.node.append(helper.make_node("Unsqueeze", [kept], ["u"], axes=missing))
        last = "u"
    graph.node.append(helper.make_node("Cast", [last], ["convgauge c"], to=TensorProto.FLOAT))
    channels = ([1] * 4 + list(shape))[-3]
    graph.initializer.append(weights("convgauge w", 1, channels, 1, 1))
    graph.node.append(helper.make_node("Conv", ["convgauge c", "convgauge w"], ["z"], name="last"))
    graph.output.append(info("z", None))
    return copy


def chosen():
    """(name, operators, model with a Conv at its end, sizes in front of it)."""
    for name, made, inputs, outputs in tests():
        expected = outputs[0] if outputs else None
        domains = {node.domain for node in made.graph.node}
        operators = {node.op_type for node in made.graph.node}
        if not isinstance(expected, np.ndarray) or expected.ndim > 4 or 0 in expected.shape:
            continue
        if name.startswith(("test_range_float16", "test_range_bfloat16")):
            continue  # numbers of 16 bits are not read
        if not domains <= {""} or operators & NOT_BEFORE_IT_RUNS:
            continue
        changed = extended(made, inputs, expected.shape)
        if changed is not None:
            yield name, operators, changed, ([1] * 4 + list(expected.shape))[-4:]


def renamed(graph, prefix):
    """A copy whose names begin with the prefix."""
    copy = onnx.GraphProto()
    copy.CopyFrom(graph)
    for thing in (*copy.input, *copy.output, *copy.value_info, *copy.initializer, *copy.node):
        thing.name = prefix + thing.name
    for node in copy.node:
        for names in (node.input, node.output):
            names[:] = [name and prefix + name for name in names]
    return copy


def found_in(models):
    """The sizes in front of the Conv named "last" of each, by its place in `models`; one run."""
    whole = onnx.ModelProto()
    whole.CopyFrom(models[0])
    whole.graph.Clear()
    for i, made in enumerate(models):
        whole.graph.MergeFrom(renamed(made.graph, f"{i}:"))
    whole.graph.name = "all"
    keys = ("batch", "in_channels", "height", "width")
    return {
        int(layer["name"].split(":")[0]): [layer["problem"][k] for k in keys]
        for layer in said_of(whole)["layers"]
        if layer["name"].endswith(":last")
    }


def main():
    by_opset = collections.defaultdict(list)
    for test in chosen():
        by_opset[test[2].opset_import[0].version].append(test)
    right, wrong = collections.Counter(), []
    for opset, group in by_opset.items():
        try:
            found = found_in([made for _, _, made, _ in group])
        except Failed as failed:
            sys.exit(f"opset {opset}: {failed}")
        for i, (name, operators, _, expected) in enumerate(group):
            if found.get(i) == expected:
                right["+".join(sorted(operators))] += 1
            else:
                wrong.append(f"{name}: {expected} expected, {found.get(i, 'skipped')} found")
    print("\n".join(wrong))
    print(f"{sum(right.values())} right, of {len(right)} operators; {len(wrong)} wrong")
    sys.exit(len(wrong) > 0 or sum(right.values()) < FEWEST)


if __name__ == "__main__":
    main()
