#!/usr/bin/env python3
"""Files that are no models, and models that are wrong: broken_test.py CONVGAUGE-IMPORT-ONNX"""
import os
import unittest

from program import *

HERE = pathlib.Path(__file__).resolve().parent


def conv(**attributes):
    return model(
        [node("Conv", "x w", "y", name="n", **attributes)],
        [info("x", [1, 3, 8, 8])],
        [weights("w", 4, 3, 3, 3)],
    )


class Case(unittest.TestCase):
    def refused(self, made, *arguments):
        with self.assertRaises(Failed) as failed:
            said_of(made, *arguments)
        return str(failed.exception)


class Files(Case):
    def test_no_models(self):
        for content, rule in (
            (b"", "0 bytes"),
            (b"hello, world\n" * 9, "byte"),
            (b'{"name": "suite"}\n', "byte"),
            (b"\x7fELF" + bytes(60), "byte"),
            (bytes(100), "byte"),
            (weights("w", 3, 3).SerializeToString(), "an ONNX model"),
            (b"\xff" * 64, "byte"),
        ):
            self.assertIn(rule, self.refused(content), content[:20])

    def test_what_is_no_file(self):
        for file, rule in (("/nowhere/m.onnx", "No such file"), (HERE, "a directory")):
            with self.assertRaises(Failed) as failed:
                said([file])
            self.assertEqual(str(failed.exception).split(": ")[0], str(file))
            self.assertIn(rule, str(failed.exception))

    def test_torn_anywhere(self):
        whole = conv().SerializeToString()
        for length in range(1, len(whole), 7):
            try:
                said_of(whole[:length])
            except Failed as failed:
                self.assertRegex(str(failed), "byte|no graph|opset_import", length)

    def test_says_where_it_is_torn(self):
        said = self.refused(conv().SerializeToString()[:-30])
        self.assertRegex(said, r"byte \d+: field \d+ of \d+ bytes: \d+ bytes are left")

    def test_a_pipe(self):
        read, write = os.pipe()
        os.write(write, conv().SerializeToString())
        os.close(write)
        done = subprocess.run([PROGRAM, f"/dev/fd/{read}"], pass_fds=[read], capture_output=True)
        os.close(read)
        self.assertEqual(len(json.loads(done.stdout)["layers"]), 1)

    def test_opsets(self):
        newest = 28
        made = conv()
        for version in (0, -1, newest + 1, 2**40):
            made.opset_import[0].version = version
            self.assertIn(f"opset_import: {version}: ", self.refused(made))
            self.assertIn(f"1 to {newest}", self.refused(made))
        made.opset_import[0].version = newest
        self.assertEqual(len(said_of(made)["layers"]), 1)
        del made.opset_import[:]
        self.assertIn("opset_import: none", self.refused(made))

    def test_a_full_disk(self):
        with tempfile.NamedTemporaryFile(suffix=".onnx") as file, open("/dev/full", "w") as full:
            file.write(conv().SerializeToString())
            file.flush()
            done = subprocess.run([PROGRAM, file.name], stdout=full, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 71)
        self.assertIn(b"No space left", done.stderr)


class Nodes(Case):
    def test_wrong_attributes(self):
        for attributes, value, rule in (
            ({"strides": [1]}, "strides=[1]", "must have 2 numbers"),
            ({"strides": [0, 1]}, "strides=[0, 1]", "at least 1"),
            ({"dilations": [1, 2**40]}, "dilations=[1, 1099511627776]", "at most"),
            ({"pads": [1, 1]}, "pads=[1, 1]", "must have 4 numbers"),
            ({"group": 2}, "group=2", "3 channels in each group"),
            ({"group": 0}, "group=0", "at least 1"),
            ({"kernel_shape": [5, 5]}, "kernel_shape=[5, 5]", "the weights have [3, 3]"),
            ({"auto_pad": "SAME"}, "auto_pad=SAME", "SAME_UPPER"),
            ({"dilations": [9, 9]}, "kernel_size", "more than the padded height=8"),
        ):
            said = self.refused(conv(**attributes))
            self.assertTrue(said.startswith("Conv 'n': "), said)
            self.assertIn(value, said)
            self.assertIn(rule, said)

    def test_inputs_that_nobody_writes(self):
        made = conv()
        made.graph.node[0].input[0] = "q"
        self.assertIn("Conv 'n': input 'q': no node", self.refused(made))
        made = conv()
        del made.graph.node[0].input[1]
        self.assertIn("Conv 'n': weights ''", self.refused(made))

    def test_a_contradiction_before_a_convolution(self):
        made = model(
            [node("Concat", "x z", "a", axis=1), node("Conv", "a w", "y")],
            [info("x", [1, 3, 8, 8]), info("z", [1, 3, 9, 9])],
            [weights("w", 4, 6, 3, 3)],
        )
        self.assertTrue(self.refused(made).startswith("Concat 'a': "))
        made = model(
            [node("MaxPool", "x", "a", kernel_shape=[5, 5]), node("Conv", "a w", "y")],
            [info("x", [1, 3, 2, 2])],
            [weights("w", 4, 3, 3, 3)],
        )
        self.assertIn("is the input too small?", self.refused(made))

    def test_a_wrong_number_of_dimensions(self):
        made = conv()
        del made.graph.input[0].type.tensor_type.shape.dim[3]
        self.assertIn("input 1x3x8, weights 4x3x3x3", self.refused(made))

    def test_functions_without_end(self):
        def function(name, *calls):
            nodes = [node(c, "s", "t" if i else "u", domain="mine") for i, c in enumerate(calls)]
            imports = [helper.make_opsetid("", 13), helper.make_opsetid("mine", 1)]
            return helper.make_function("mine", name, ["s"], ["u"], nodes, imports)

        def made(*functions):
            return model(
                [node("F0", "x", "y", domain="mine")],
                [info("x", [1])],
                opsets=[helper.make_opsetid("mine", 1)],
                functions=functions,
            )

        self.assertIn("more than 64 deep", self.refused(made(function("F0", "F0"))))
        doubling = [function(f"F{i}", f"F{i + 1}", f"F{i + 1}") for i in range(40)]
        self.assertIn("too many", self.refused(made(*doubling, function("F40", "Relu"))))

    def test_messages_without_end(self):
        def field(number, content):
            length = len(content)
            size = b""
            while length >= 128:
                size += bytes([length & 127 | 128])
                length >>= 7
            return bytes([number << 3 | 2]) + size + bytes([length]) + content

        graph = b""
        for _ in range(200):  # an attribute's graph, in a node, in a graph
            graph = field(1, field(5, field(6, graph)))
        self.assertIn("in each other", self.refused(field(7, graph)))

    def test_sizes_that_no_machine_has(self):
        for dims in ([2**40], [2**62, 2**62]):
            made = model(
                [node("ConstantOfShape", "s", "a"), node("Conv", "a w", "y")],
                [info("s", dims, TensorProto.INT64)],
                [weights("w", 4, 3, 3, 3)],
            )
            try:
                self.assertEqual(said_of(made)["layers"], [])
            except Failed as failed:
                self.assertIn("ConstantOfShape", str(failed))

    def test_files_that_broke_it_before(self):
        for file in sorted((HERE / "crashes").glob("*.onnx")):
            try:
                said([file])
            except Failed as failed:
                self.assertIn(file.name, str(failed))


class Hostile(Case):
    """What a damaged or malicious file can say. Each is an error with a place, or is skipped with a
    reason; the program never ends by a signal, and not late."""

    def ends(self, made, *arguments):
        """What is said: the error, or the reasons for what is skipped."""
        try:
            answer = said_of(made, *arguments)
        except Failed as failed:
            return str(failed)
        self.assertEqual(answer["layers"], [], made.graph.node[0])
        return "; ".join(s["why"] for s in answer["skipped"])

    def before_a_conv(self, *nodes, tensors=(), dims=(1, 3, 8, 8), opset=18):
        return self.ends(
            model(
                [*nodes, node("Conv", "a w", "y", name="n")],
                [info("x", dims)],
                [weights("w", 4, 3, 3, 3), *tensors],
                opset=opset,
            )
        )

    def test_numbers_of_attributes(self):
        most = 2**63 - 1
        for attributes, said in (
            ({"strides": [most, 1]}, "at most"),
            ({"strides": [-1, 1]}, "at least 1"),
            ({"dilations": [most, most]}, "at most"),
            ({"pads": [most, 0, 0, 0]}, "pads"),
            ({"pads": [-(2**63), 0, 0, 0]}, "pads"),
            ({"pads": [0, 0, most, most]}, "pads"),
            ({"group": most}, "group"),
            ({"group": -1}, "group"),
            ({"kernel_shape": [most, 3]}, "kernel_shape"),
            ({"kernel_shape": [-3, -3]}, "kernel_shape"),
            ({"strides": []}, "strides"),
            ({"auto_pad": "\x00\xff\n"}, "auto_pad"),
        ):
            self.assertIn(said, self.ends(conv(**attributes)), attributes)

    def test_sizes(self):
        for dims in (
            [2**62] * 4,
            [1, 3, 2**40, 2**40],
            [1, 3, 0, 8],
            [1, 3, -5, 8],
            [2**63 - 1, 3, 8, 8],
        ):
            made = conv()
            for i, dim in enumerate(dims):
                made.graph.input[0].type.tensor_type.shape.dim[i].dim_value = dim
            self.assertNotEqual(self.ends(made), "", dims)
        for dims in (
            [2**40, 3, 3, 3],
            [4, 3, 2**62, 3],
            [4, 3, -1, 3],
            [0, 3, 3, 3],
            [4, 0, 3, 3],
        ):
            made = conv()
            made.graph.initializer[0].dims[:] = dims
            self.assertNotEqual(self.ends(made), "", dims)

    def test_attributes_of_another_type(self):
        for name in ("strides", "pads", "group", "auto_pad", "kernel_shape", "dilations"):
            for value in (1.5, "text", [1.5], ["a", "b"], weights("t", 1)):
                made = conv()
                made.graph.node[0].attribute.append(helper.make_attribute(name, value))
                if name == "group" and value == 1.5:
                    continue
                try:
                    said_of(made)
                except Failed as failed:
                    self.assertIn("Conv 'n'", str(failed))

    def test_operators_before_it(self):
        most = 2**63 - 1
        inf, nan = float("inf"), float("nan")
        for made, tensors in (
            (node("Reshape", "x s", "a"), [constant("s", [most, most, 2, -1])]),
            (node("Reshape", "x s", "a"), [constant("s", [-1, -1, 8, 8])]),
            (node("Reshape", "x s", "a"), [constant("s", list(range(1000)))]),
            (node("Expand", "x s", "a"), [constant("s", [most, 3, most, 8])]),
            (node("Tile", "x s", "a"), [constant("s", [most, most, most, most])]),
            (node("Pad", "x s", "a"), [constant("s", [0, 0, most, most, 0, 0, most, most])]),
            (node("Pad", "x s", "a"), [constant("s", [-(2**63)] * 8)]),
            (
                helper.make_node("Resize", ["x", "", "s"], ["a"]),
                [constant("s", [1, 1, nan, inf], TensorProto.FLOAT)],
            ),
            (
                helper.make_node("Resize", ["x", "", "s"], ["a"]),
                [constant("s", [1, 1, -1e30, 1e30], TensorProto.FLOAT)],
            ),
            (
                helper.make_node("Resize", ["x", "", "", "s"], ["a"]),
                [constant("s", [1, 3, -8, most])],
            ),
            (
                helper.make_node("Resize", ["x", "", "", "s"], ["a"], axes=[2, 2]),
                [constant("s", [1, 3])],
            ),
            (
                helper.make_node(
                    "Resize", ["x", "", "", "s"], ["a"], keep_aspect_ratio_policy="not_smaller"
                ),
                [constant("s", [most] * 4)],
            ),
            (node("Split", "x", "a b", num_outputs=-1), []),
            (node("Split", "x s", "a b", axis=99), [constant("s", [1, 1])]),
            (node("Split", "x s", "a b", axis=1), [constant("s", [-7, most])]),
            (node("ConstantOfShape", "s", "a"), [constant("s", [most, 3, most, most])]),
            (node("Slice", "x s s s s", "a"), [constant("s", [0, 0, 0, 0])]),
            (node("MaxPool", "x", "a", kernel_shape=[most, most]), []),
            (node("MaxPool", "x", "a", kernel_shape=[2, 2], strides=[0, 0]), []),
            (node("MaxPool", "x", "a", kernel_shape=[2, 2], strides=[most, most], ceil_mode=1), []),
            (node("AveragePool", "x", "a", kernel_shape=[]), []),
            (node("DepthToSpace", "x", "a", blocksize=0), []),
            (node("Concat", "x x", "a", axis=-(2**63)), []),
            (node("Transpose", "x", "a", perm=[0, 0, 0, 0]), []),
            (node("Transpose", "x", "a", perm=[most, 1, 2, 3]), []),
            (node("Gather", "x s", "a", axis=most), [constant("s", [0])]),
            (node("Squeeze", "x s", "a"), [constant("s", [0, 0])]),
            (node("Unsqueeze", "x s", "a"), [constant("s", [most])]),
            (node("Einsum", "x", "a", equation="->"), []),
            (node("Einsum", "x", "a", equation="." * 5000), []),
            (node("Einsum", "x", "a", equation="......,...->..."), []),
            (node("OneHot", "x s x", "a", axis=most), [constant("s", [most])]),
            (node("Col2Im", "x s s", "a"), [constant("s", [most, most])]),
            (node("AffineGrid", "x s", "a"), [constant("s", [most] * 4)]),
            (node("CenterCropPad", "x s", "a"), [constant("s", [-1] * 4)]),
            (node("ReduceMean", "x s", "a"), [constant("s", [most])]),
            (node("Flatten", "x", "a", axis=most), []),
            (node("Upsample", "x s", "a"), [constant("s", [nan] * 4, TensorProto.FLOAT)]),
            (node("Cast", "x", "a", to=most), []),
            (node("", "x", "a"), []),
            (helper.make_node("Relu", [], ["a"]), []),
        ):
            for opset in (9, 13, 18, 28):
                said = self.before_a_conv(made, tensors=tensors, opset=opset)
                self.assertNotEqual(said, "", (opset, made))

    def test_graphs_that_go_in_circles(self):
        for nodes in (
            [node("Relu", "a", "a")],
            [node("Relu", "b", "a"), node("Relu", "a", "b")],
            [node("Relu", "y", "a")],
        ):
            self.assertIn("no node before it writes it", self.before_a_conv(*nodes))

    def test_deep_subgraphs(self):
        """Beyond what protobuf reads, and below: built from the inside in protobuf's own format."""
        for depth in (20, 90, 2000):
            inner = helper.make_graph([node("Relu", "x", "o")], "g", [], [info("o", None)])
            graph = inner.SerializeToString()
            for _ in range(depth):
                graph = wrapped(graph)
            made = field(7, graph) + field(8, helper.make_opsetid("", 18).SerializeToString())
            try:
                answer = said_of(bytes(made))
                self.assertLess(depth, 2000)
                self.assertEqual(answer["layers"], [])
            except Failed as failed:
                self.assertRegex(str(failed), "in each other|not those of|byte|two branches")

    def test_names(self):
        for name in ("n" * 1_000_000, "\x00\x1b[31m\n", "\u202e" * 100, "'\"<&>"):
            made = conv()
            made.graph.node[0].name = name
            self.assertEqual(len(said_of(made)["layers"]), 1)
            made.graph.node[0].attribute.append(helper.make_attribute("group", 7))
            said = self.ends(made)
            self.assertLess(len(said), 2000, name[:9])
            self.assertIn("group=7", said)
            self.assertNotRegex(said, "[\x00-\x09\x0b-\x1f]")


def field(number, content):
    """One field with a length, in protobuf's wire format."""
    size, length = len(content), b""
    while size > 127:
        length, size = length + bytes([size & 127 | 128]), size >> 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + content


def wrapped(graph):
    """A graph whose one node, an If, has this graph as a branch."""
    attribute = field(1, b"then_branch") + bytes([20 << 3 & 127 | 128, 1, 5]) + field(6, graph)
    return field(1, field(4, b"If") + field(5, attribute)) + field(2, b"g")


if __name__ == "__main__":
    unittest.main()
