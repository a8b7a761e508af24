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


if __name__ == "__main__":
    unittest.main()
