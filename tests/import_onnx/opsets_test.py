#!/usr/bin/env python3
"""One network at every opset from 7 to the newest: opsets_test.py CONVGAUGE-IMPORT-ONNX

Each operator on the way to the last convolution is written as its opset wants it. Where the onnx
that is installed knows the opset, its checker must accept the model.
"""
import unittest

from program import *

NEWEST = 28
LISTS_AS_INPUTS = {  # the opset from which a list is an input and no attribute
    "Reshape": 5, "Slice": 10, "Pad": 11, "Squeeze": 13, "Unsqueeze": 13, "Split": 13,
    "ReduceSum": 13, "ReduceMean": 18, "ReduceMax": 18, "ReduceL2": 18,
}  # fmt: skip


class Net:
    """A model of one opset, node after node; `at` is the value that the next node reads."""

    def __init__(self, opset):
        self.opset, self.nodes, self.tensors, self.at = opset, [], [], "x"

    def fresh(self, prefix):
        return f"{prefix}{len(self.nodes)}.{len(self.tensors)}"

    def number(self, values, element_type=TensorProto.INT64):
        self.tensors.append(constant(self.fresh("c"), values, element_type))
        return self.tensors[-1].name

    def add(self, op, *inputs, outputs=1, **attributes):
        made = [self.fresh(op) + f".{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(op, [self.at, *inputs], made, **attributes))
        self.at = made[0]
        return made

    def listed(self, op, name, values, *more, **attributes):
        """With a list that was an attribute and became an input."""
        if self.opset >= LISTS_AS_INPUTS[op]:
            return self.add(op, self.number(values), *more, **attributes)
        return self.add(op, **{name: values}, **attributes)

    def conv(self, channels, outputs, kernel=3, **attributes):
        self.tensors.append(weights(self.fresh("w"), outputs, channels, kernel, kernel))
        return self.add("Conv", self.tensors[-1].name, **attributes)

    def pad(self, amount):
        """Rows and columns, where there can be axes: by them."""
        if self.opset >= 18:
            axes = self.number([-2, -1])
            return self.add("Pad", self.number([amount] * 4), "", axes)
        return self.listed("Pad", "pads", [0, 0, amount, amount] * 2)

    def scale(self, factor):
        if self.opset < 9:
            return self.add("Upsample", scales=[1.0, 1.0, factor, factor])
        scales = self.number([1.0, 1.0, factor, factor], TensorProto.FLOAT)
        if self.opset < 11:
            return self.add("Upsample" if self.opset < 10 else "Resize", scales)
        if self.opset < 18:
            roi = self.number([], TensorProto.FLOAT) if self.opset < 13 else ""
            return self.add("Resize", roi, scales)
        return self.add(
            "Resize", "", self.number([factor] * 2, TensorProto.FLOAT), axes=[2, 3], antialias=0
        )

    def halves(self):
        """Of an odd number of channels: the first has one more."""
        if self.opset >= 18:
            return self.add("Split", outputs=2, axis=1, num_outputs=2)
        return self.listed("Split", "split", [4, 3], outputs=2, axis=1)

    def reduced(self, op, axes, keepdims):
        return self.listed(op, "axes", axes, keepdims=keepdims)

    def flat_size(self):
        """[-1, 1, H, W] from the shape itself, as exporters write it; then Reshape."""
        here = self.at
        (shape,) = self.add("Shape")
        self.at = shape
        if self.opset >= 10:
            ends = [self.number(v) for v in ([2], [4])]
            self.add("Slice", *ends)
        else:
            self.add("Slice", starts=[2], ends=[4])
        self.nodes.append(
            helper.make_node("Concat", [self.number([-1, 1]), self.at], [self.fresh("t")], axis=0)
        )
        sizes, self.at = self.nodes[-1].output[0], here
        return self.add("Reshape", sizes)

    def model(self):
        return model(
            self.nodes,
            [info("x", [2, 3, 33, 21])],
            self.tensors,
            [info(self.at, list("abc"))],
            opset=self.opset,
        )


def network(opset):
    net = Net(opset)
    net.conv(3, 7, pads=[1, 1, 1, 1], strides=[2, 2])  # 7 x 17 x 11
    net.add("MaxPool", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])  # 9 x 6
    net.pad(2)  # 13 x 10
    net.add("AveragePool", kernel_shape=[2, 2], strides=[1, 1])  # 12 x 9
    net.conv(7, 7)  # 10 x 7
    net.halves()  # 4 channels
    net.scale(1.5)  # 15 x 10
    net.conv(4, 8, kernel=1)
    kept = net.at
    net.reduced("ReduceMean", [2, 3], 1)  # 8 x 1 x 1, as a squeeze and excitation has
    net.conv(8, 8, kernel=1)
    net.nodes.append(helper.make_node("Mul", [kept, net.at], ["scaled"]))
    net.at = "scaled"
    net.reduced("ReduceMax", [1], 0)  # 2 x 15 x 10
    net.listed("Unsqueeze", "axes", [1])  # 2 x 1 x 15 x 10
    net.conv(1, 4)  # 13 x 8
    net.flat_size()  # 8 x 1 x 13 x 8
    net.reduced("ReduceL2", [0], 1)  # 1 x 1 x 13 x 8
    net.add("Cast", to=TensorProto.FLOAT)
    net.conv(1, 1)
    net.reduced("ReduceSum", [3], 0)  # 1 x 1 x 11
    net.listed("Unsqueeze", "axes", [2])
    net.listed("Squeeze", "axes", [2])
    net.tensors.append(weights("row", 2, 1, 3))
    net.add("Conv", "row")
    return net.model()


# batch, channels, height, width, outputs, kernel
EXPECTED = [
    (2, 3, 33, 21, 7, 3), (2, 7, 12, 9, 7, 3), (2, 4, 15, 10, 8, 1), (2, 8, 1, 1, 8, 1),
    (2, 1, 15, 10, 4, 3), (1, 1, 13, 8, 1, 3), (1, 1, 1, 11, 2, 3),
]  # fmt: skip


def rows(answer):
    keys = ("batch", "in_channels", "height", "width", "out_channels")
    return [
        (*(layer["problem"][k] for k in keys), layer["problem"]["kernel_size"][1])
        for layer in answer["layers"]
    ]


class Opsets(unittest.TestCase):
    def test_the_same_network_at_each(self):
        for opset in range(7, NEWEST + 1):
            made = network(opset)
            if opset <= onnx.defs.onnx_opset_version():
                made.ir_version = min(made.ir_version, onnx.IR_VERSION)
                onnx.checker.check_model(made, full_check=opset > 10)
            answer = said_of(made)
            self.assertEqual(rows(answer), EXPECTED, opset)
            self.assertEqual(answer["skipped"], [], opset)
            self.assertTrue(answer["source"].endswith(f"opset {opset}"))

    def test_an_opset_beyond(self):
        with self.assertRaises(Failed) as failed:
            said_of(network(NEWEST + 1))
        self.assertIn(
            f"opset_import: {NEWEST + 1}: this program knows opsets", str(failed.exception)
        )

    def shapes(self, opset, *nodes, tensors=(), dims=(1, 6, 20, 30), channels=6):
        """Sizes in front of a Conv behind these nodes, the last of which writes "a"."""
        made = model(
            [*nodes, node("Conv", "a w", "y", name="last")],
            [info("x", dims)],
            [weights("w", 1, channels, 1, 1), *tensors],
            opset=opset,
        )
        answer = said_of(made)
        return rows(answer)[-1][:4] if answer["layers"] else answer["skipped"]

    def test_resize_keeps_proportions(self):
        for policy, expected in (
            ("stretch", (1, 6, 30, 30)),
            ("not_larger", (1, 6, 20, 30)),
            ("not_smaller", (1, 6, 30, 45)),
        ):
            made = helper.make_node(
                "Resize", ["x", "", "", "s"], ["a"], axes=[-2, -1], keep_aspect_ratio_policy=policy
            )
            found = self.shapes(19, made, tensors=[constant("s", [30, 30])])
            self.assertEqual(found, expected, policy)

    def test_pools(self):
        """The window that would start behind the input is left out at every opset."""
        for opset in (10, 12, 17, 19, 22, NEWEST):
            for op in ("MaxPool", "AveragePool"):
                made = node(
                    op, "x", "a", kernel_shape=[2, 2], strides=[2, 2], pads=[1] * 4, ceil_mode=1
                )
                found = self.shapes(opset, made, dims=(1, 6, 5, 8))
                self.assertEqual(found, (1, 6, 3, 5), (op, opset))
        made = node("AveragePool", "x", "a", kernel_shape=[3, 3], dilations=[2, 3])
        self.assertEqual(self.shapes(19, made), (1, 6, 16, 24))

    def test_axes_that_are_not_known(self):
        """With keepdims the number of dimensions is known, but none of them."""
        made = model(
            [node("ReduceMean", "x n", "a", keepdims=1), node("Conv", "a w", "y")],
            [info("x", [1, 6, 8, 8]), info("n", [1], TensorProto.INT64)],
            [weights("w", 1, 6, 1, 1)],
            opset=18,
        )
        answer = said_of(made)
        self.assertEqual(answer["layers"], [])
        self.assertIn("the value of input 'n'", answer["skipped"][0]["why"])

    def test_wrong_nodes(self):
        pads = constant("c", [1, 2, 3])
        for made, tensors, said in (
            (
                node("Split", "x", "a b c", axis=1, num_outputs=2),
                [],
                "num_outputs=2: the node has 3",
            ),
            (node("Split", "x s", "a b"), [constant("s", [1, 2, 3])], "split: 3 numbers"),
            (node("ReduceMax", "x s", "a"), [constant("s", [4])], "axis 4: must be from -4 to 3"),
            (node("ReduceMax", "x s", "a"), [constant("s", [1, -3])], "axis -3: stated twice"),
            (
                node("Einsum", "x", "a", equation="abc->a"),
                [],
                "input 0 has 4 dimensions, 'abc' has 3",
            ),
            (
                helper.make_node("Resize", ["x", "", "s"], ["a"]),
                [constant("s", [2.0], TensorProto.FLOAT)],
                "scales: 1 numbers: must be 4",
            ),
            (
                node("Pad", "x s", "a"),
                [constant("s", [0, 0, 0, 0, 0, 0, -30, 0])],
                "a dimension of -10",
            ),
        ):
            with self.assertRaises(Failed) as failed:
                self.shapes(18, made, tensors=tensors)
            self.assertTrue(str(failed.exception).startswith(f"{made.op_type} '"), failed.exception)
            self.assertIn(said, str(failed.exception))

    def test_a_pad_with_axes_is_folded(self):
        """reflect padding of two axes becomes that of the convolution."""
        made = model(
            [
                helper.make_node("Pad", ["x", "p", "", "a"], ["q"], mode="reflect"),
                node("Conv", "q w", "y"),
            ],
            [info("x", [1, 3, 8, 8])],
            [weights("w", 4, 3, 3, 3), constant("p", [1, 2, 1, 2]), constant("a", [2, 3])],
            opset=18,
        )
        problem = said_of(made)["layers"][0]["problem"]
        self.assertEqual((problem["padding"], problem["padding_mode"]), ([1, 1, 2, 2], "reflect"))
        self.assertEqual((problem["height"], problem["width"]), (8, 8))

    def test_an_operator_without_a_rule(self):
        found = self.shapes(18, node("Frobnicate", "x", "a", domain="mine"))
        self.assertIn("behind Frobnicate, for which there is no rule", found[0]["why"])


class Overloads(unittest.TestCase):
    def test_functions_of_one_name(self):
        """They differ by a field that onnx.proto has since version 10 of the format."""

        def function(step):
            inner = node("Conv", "s t", "u", name="conv", strides=[step, step])
            return helper.make_function(
                "mine", "Block", ["s", "t"], ["u"], [inner], [helper.make_opsetid("", 18)]
            )

        def text_field(number, value):  # in protobuf's wire format
            return bytes([number << 3 | 2, len(value)]) + value

        def with_field(message, number, value):
            return type(message).FromString(message.SerializeToString() + text_field(number, value))

        calls = [node("Block", f"x w", o, domain="mine", name=o) for o in ("y", "z")]
        made = model(
            [with_field(calls[0], 8, b"one"), with_field(calls[1], 8, b"two")],
            [info("x", [1, 3, 9, 9])],
            [weights("w", 3, 3, 3, 3)],
            outputs=["y", "z"],
            opset=18,
            opsets=[helper.make_opsetid("mine", 1)],
            functions=[with_field(function(1), 13, b"one"), with_field(function(2), 13, b"two")],
        )
        strides = [layer["problem"]["stride"] for layer in said_of(made)["layers"]]
        self.assertEqual(strides, [[1, 1], [2, 2]])


if __name__ == "__main__":
    unittest.main()
