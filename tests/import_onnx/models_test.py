#!/usr/bin/env python3
"""Right models, each made for one rule: models_test.py CONVGAUGE-IMPORT-ONNX"""
import unittest

from program import *


def layers(answer):
    return [(layer["name"], layer["problem"]) for layer in answer["layers"]]


def skipped(answer):
    return {s["what"]: (s["why"], s["count"]) for s in answer["skipped"]}


class Convolutions(unittest.TestCase):
    def only(self, answer):
        self.assertEqual(len(answer["layers"]), 1, answer)
        self.assertEqual(answer["skipped"], [])
        return answer["layers"][0]["problem"]

    def test_every_key(self):
        answer = one(
            "Conv", [2, 6, 20, 30], [8, 3, 3, 5], bias=True, opset=11,
            strides=[2, 3], dilations=[1, 2], group=2, pads=[1, 2, 3, 4], kernel_shape=[3, 5],
        )  # fmt: skip
        self.assertEqual(answer["source"], "model.onnx, opset 11")
        expected = problem(
            batch=2, in_channels=6, out_channels=8, height=20, width=30, kernel_size=[3, 5],
            stride=[2, 3], dilation=[1, 2], groups=2, padding=[1, 3, 2, 4], bias=True,
        )  # fmt: skip
        self.assertEqual(
            answer["layers"],
            [{"name": "n", "problem": expected, "direction": "forward", "dtype": "f32"}],
        )

    def test_auto_pad(self):
        # 7 of stride 2, kernel 4: 4 outputs, 3 elements of padding; dilation 2: 6.
        for word, dilation, padding in (
            ("SAME_UPPER", 1, [1, 2, 1, 2]),
            ("SAME_LOWER", 1, [2, 1, 2, 1]),
            ("SAME_UPPER", 2, [3, 3, 3, 3]),
            ("VALID", 1, [0, 0, 0, 0]),
        ):
            answer = one(
                "Conv", [1, 1, 7, 7], [1, 1, 4, 4],
                auto_pad=word, strides=[2, 2], dilations=[dilation] * 2,
            )  # fmt: skip
            self.assertEqual(self.only(answer)["padding"], padding, word)
        # Where the stride leaves elements out, there is nothing to pad.
        answer = one("Conv", [1, 1, 8, 8], [1, 1, 1, 1], auto_pad="SAME_UPPER", strides=[3, 3])
        self.assertEqual(self.only(answer)["padding"], [0, 0, 0, 0])

    def test_element_types(self):
        for element_type, word in (
            (TensorProto.FLOAT16, "f16"),
            (TensorProto.BFLOAT16, "bf16"),
            (TensorProto.DOUBLE, "f64"),
        ):
            answer = one("Conv", [1, 1, 4, 4], [1, 1, 3, 3], element_type=element_type)
            self.assertEqual(answer["layers"][0]["dtype"], word)
        answer = one("Conv", [1, 1, 4, 4], [1, 1, 3, 3], element_type=TensorProto.INT32)
        self.assertIn("INT32", skipped(answer)["Conv"][0])

    def test_rows_have_height_1(self):
        answer = one("Conv", [3, 4, 50], [8, 4, 5], strides=[2], pads=[1, 2], dilations=[3])
        expected = problem(
            batch=3, in_channels=4, out_channels=8, height=1, width=50, kernel_size=[1, 5],
            stride=[1, 2], padding=[0, 0, 1, 2], dilation=[1, 3],
        )  # fmt: skip
        self.assertEqual(self.only(answer), expected)

    def test_what_is_skipped(self):
        answer = one("Conv", [1, 1, 4, 4, 4], [1, 1, 3, 3, 3])
        self.assertEqual(skipped(answer), {"Conv3d": ("Conv2d has two spatial dimensions", 1)})
        answer = one("ConvTranspose", [1, 1, 4, 4, 4], [1, 1, 3, 3, 3])
        self.assertEqual(list(skipped(answer)), ["ConvTranspose3d"])
        answer = one("Conv", [1, 1, 8, 8], [1, 1, 3, 3], pads=[-1, 0, 0, 0])
        self.assertIn("negative", skipped(answer)["Conv"][0])
        nodes = [
            node("ConvInteger", "x w", "a"),
            node("Convert", "a", "b", domain="mine"),
            node("WinogradConv", "b w", "c", domain="mine"),
            node("Conv", "c v", "y"),
        ]
        made = model(
            nodes,
            [info("x", [1, 1, 8, 8], TensorProto.UINT8)],
            [
                constant("w", np.zeros([1, 1, 3, 3], int), TensorProto.UINT8),
                weights("v", 1, 1, 3, 3),
            ],
            opsets=[helper.make_opsetid("mine", 1)],
        )
        answer = skipped(said_of(made))
        self.assertEqual(list(answer), ["ConvInteger", "WinogradConv", "Conv"])
        self.assertIn("integers", answer["ConvInteger"][0])
        self.assertIn("'mine'", answer["WinogradConv"][0])
        self.assertIn("Convert", answer["Conv"][0])

    def test_the_convolution_of_onnxruntime(self):
        made = model(
            [
                node("FusedConv", "x w", "a", domain="com.microsoft", activation="Relu"),
                node("Conv", "a v", "y"),
            ],
            [info("x", [1, 2, 8, 8])],
            [weights("w", 4, 2, 3, 3), weights("v", 4, 4, 1, 1)],
            opsets=[helper.make_opsetid("com.microsoft", 1)],
        )
        answer = layers(said_of(made))
        self.assertEqual([p["height"] for _, p in answer], [8, 6])

    def test_names(self):
        nodes = [node("Conv", "x w", "a"), node("Conv", "a w", "b", name="n")]
        nodes.append(node("Conv", "b w", "y", name="n"))
        made = model(nodes, [info("x", [1, 1, 9, 9])], [weights("w", 1, 1, 3, 3)])
        self.assertEqual([name for name, _ in layers(said_of(made))], ["a", "n", "n#2"])


class Transposed(unittest.TestCase):
    def problem(self, src, kernel, **attributes):
        answer = one("ConvTranspose", src, kernel, **attributes)
        self.assertEqual(answer["skipped"], [])
        self.assertEqual(answer["layers"][0]["direction"], "backward_data")
        return answer["layers"][0]["problem"]

    def test_is_the_gradient_of_a_convolution(self):
        found = self.problem(
            [2, 6, 5, 7], [6, 4, 3, 3], bias=True,
            strides=[2, 2], pads=[1, 1, 1, 1], output_padding=[1, 0], group=2,
        )  # fmt: skip
        expected = problem(
            batch=2, in_channels=8, out_channels=6, height=10, width=13, kernel_size=[3, 3],
            stride=[2, 2], padding=[1, 1, 1, 1], groups=2,
        )  # fmt: skip
        self.assertEqual(found, expected)

    def test_output_shape(self):
        # (5-1)*3 + 3 - 14 = 1 element of padding, the odd one at the beginning, or with SAME_UPPER
        # at the end.
        for word, padding in (("NOTSET", [1, 0]), ("SAME_UPPER", [0, 1]), ("SAME_LOWER", [1, 0])):
            found = self.problem(
                [1, 1, 5, 5], [1, 1, 3, 3], strides=[3, 3], output_shape=[14, 14], auto_pad=word
            )
            self.assertEqual((found["height"], found["width"]), (14, 14))
            self.assertEqual(found["padding"], padding + padding, word)

    def test_same(self):
        found = self.problem([1, 1, 5, 5], [1, 1, 3, 3], strides=[2, 2], auto_pad="SAME_UPPER")
        self.assertEqual((found["height"], found["padding"]), (10, [0, 1, 0, 1]))

    def test_zeros_behind_the_last_gradient(self):
        # A larger output than its elements reach; the padding behind becomes less.
        found = self.problem(
            [1, 1, 4, 4], [1, 1, 3, 3], pads=[1, 1, 1, 1], output_padding=[1, 1], dilations=[2, 2]
        )
        self.assertEqual((found["height"], found["padding"]), (7, [1, 0, 1, 0]))
        answer = one("ConvTranspose", [1, 1, 4, 4], [1, 1, 3, 3], output_padding=[1, 1])
        self.assertIn("output_padding", skipped(answer)["ConvTranspose"][0])

    def test_rows(self):
        found = self.problem([1, 2, 9], [2, 3, 4], strides=[2], pads=[1, 1])
        self.assertEqual((found["height"], found["width"], found["kernel_size"]), (1, 18, [1, 4]))
        found = self.problem([1, 2, 9], [2, 3, 4], strides=[2], output_shape=[17])
        self.assertEqual((found["height"], found["width"]), (1, 17))


def conv_of(dims, opset=13, extra=(), ir=None, **attributes):
    made = model(
        [node("Conv", "x w", "y", **attributes)],
        [info("x", dims), *extra],
        [weights("w", 4, 3, 3, 3)],
        opset=opset,
    )
    if ir:
        made.ir_version = ir
    return made


class Inputs(unittest.TestCase):
    def size(self, answer):
        found = answer["layers"][0]["problem"]
        return [found["batch"], found["in_channels"], found["height"], found["width"]]

    def refused(self, made, *arguments):
        with self.assertRaises(Failed) as failed:
            said_of(made, *arguments)
        return str(failed.exception)

    def test_free_dimensions(self):
        for free in (["N", 3, "H", "W"], [-1, 3, -1, -1], ["?", 3, "?", "?"], [None, 3, "", 0]):
            made = conv_of(free)
            self.assertIn("input 'x': ?x3x?x?: ", self.refused(made))
            self.assertIn("--input x=Nx3xHxW", self.refused(made))
            self.assertIn("'x'", self.refused(made, "--batch", 2))
            self.assertEqual(self.size(said_of(made, "--input", "x=2x3x8x9")), [2, 3, 8, 9])
            self.assertEqual(self.size(said_of(made, "--input=x=2x3x8x9")), [2, 3, 8, 9])

    def test_no_shape_at_all(self):
        made = conv_of([1, 3, 8, 8])
        made.graph.input[0].type.tensor_type.ClearField("shape")
        self.assertIn("unknown rank", self.refused(made))
        self.assertEqual(self.size(said_of(made, "--input", "x=1x3x5x5")), [1, 3, 5, 5])

    def test_batch(self):
        self.assertEqual(self.size(said_of(conv_of(["N", 3, 8, 8]), "--batch", 5)), [5, 3, 8, 8])
        self.assertEqual(self.size(said_of(conv_of([1, 3, 8, 8]), "--batch=5")), [5, 3, 8, 8])
        both = said_of(conv_of([1, 3, 8, 8]), "--batch", 5, "--input", "x=2x3x8x8")
        self.assertEqual(self.size(both), [2, 3, 8, 8])
        made = model([node("Relu", "x", "y")], [info("x", [2, 3])])
        self.assertIn("--batch 5: no input", self.refused(made, "--batch", 5))

    def test_a_name_is_one_number(self):
        nodes = [node("Add", "x z", "a"), node("Conv", "a w", "y")]
        made = model(
            nodes,
            [info("x", ["N", 3, "H", 8]), info("z", ["N", 3, "H", 8])],
            [weights("w", 4, 3, 3, 3)],
        )
        self.assertEqual(self.size(said_of(made, "--input", "x=2x3x6x8")), [2, 3, 6, 8])

    def test_weights_that_are_listed_as_inputs(self):
        made = conv_of([1, 3, 8, 8], opset=8, extra=[info("w", [4, 3, 3, 3])], ir=3)
        self.assertEqual(self.size(said_of(made)), [1, 3, 8, 8])
        self.assertIn("no such input; there are 'x'", self.refused(made, "--input", "w=4x3x3x3"))

    def test_wrong_options(self):
        made = conv_of([1, 3, 8, 8])
        for arguments, rule in (
            (["--input", "q=1x3x8x8"], "there are 'x' (1x3x8x8)"),
            (["--input", "x=1x3x8"], "4 dimensions"),
            (["--input", "x=1x3x0x8"], "at least 1"),
            (["--input", "x=1x3x8x8", "--input", "x=1x3x8x8"], "twice"),
            (["--input", "x=1x3x99999999999x8"], "at most"),
            (["--input", "x=1x3xHxW"], "whole numbers"),
            (["--input", "x="], "whole numbers"),
            (["--input", "x"], "NAME="),
            (["--input"], "missing"),
            (["--batch", "0"], "at least 1"),
            (["--batch", "x"], "at least 1"),
            (["--dim", "1"], "no such option"),
            (["other.onnx"], "one file"),
        ):
            self.assertIn(rule, self.refused(made, *arguments), arguments)

    def test_sizes_that_are_written_into_the_file(self):
        nodes = [node("Reshape", "x s", "a"), node("Conv", "a w", "y")]
        made = model(
            nodes,
            [info("x", [1, 3, 8, 8])],
            [weights("w", 4, 3, 3, 3), constant("s", [1, 3, 8, 8])],
        )
        self.assertEqual(self.size(said_of(made)), [1, 3, 8, 8])
        self.assertIn("Reshape 'a': 2x3x8x8 to 1x3x8x8", self.refused(made, "--batch", 2))


class Shapes(unittest.TestCase):
    def test_computed_from_the_shape_of_the_input(self):
        """Twice the height and half the width of x, as exporters write it."""
        nodes = [
            node("Shape", "x", "shape"),
            node("Gather", "shape two", "h"),
            node("Slice", "shape three four", "w1"),
            node("Squeeze", "w1 zero", "w0"),
            node("Mul", "h two", "h2"),
            node("Div", "w0 two", "w2"),
            node("Unsqueeze", "h2 zero", "h3"),
            node("Unsqueeze", "w2 zero", "w3"),
            node("Concat", "front h3 w3", "sizes", axis=0),
            node("Cast", "sizes", "cast", to=TensorProto.INT64),
            node("Resize", "x roi scales cast", "big"),
            node("Conv", "big w", "y"),
        ]
        nodes[-2].input[1] = nodes[-2].input[2] = ""  # left out
        made = model(
            nodes,
            [info("x", [1, 3, "H", "W"])],
            [
                weights("w", 4, 3, 3, 3),
                constant("two", 2),
                constant("zero", [0]),
                constant("three", [3]),
                constant("four", [4]),
                constant("front", [1, 3]),
            ],
        )
        ((_, found),) = layers(said_of(made, "--input", "x=1x3x10x31"))
        self.assertEqual((found["height"], found["width"]), (20, 15))

    def test_a_slice_that_counts_from_the_end(self):
        nodes = [node("Slice", "x", "a", axes=[2, -1], starts=[-5, 1], ends=[2**62, -2])]
        nodes.append(node("Conv", "a w", "y"))
        made = model(nodes, [info("x", [1, 3, 8, 9])], [weights("w", 4, 3, 3, 3)], opset=9)
        ((_, found),) = layers(said_of(made))
        self.assertEqual((found["height"], found["width"]), (5, 6))

    def test_weights_from_a_constant_of_shape(self):
        nodes = [node("ConstantOfShape", "s", "w"), node("Conv", "x w", "y")]
        made = model(nodes, [info("x", [1, 3, 8, 8])], [constant("s", [64, 3, 3, 3])], opset=9)
        ((_, found),) = layers(said_of(made))
        self.assertEqual(found["out_channels"], 64)

    def test_weights_in_another_file_are_not_needed(self):
        made = conv_of([1, 3, 8, 8])
        tensor = made.graph.initializer[0]
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value="/nowhere/weights.bin")
        self.assertEqual(len(said_of(made)["layers"]), 1)

    def test_stored_shapes_help_behind_an_unknown_operator(self):
        nodes = [node("Mystery", "x", "a", domain="mine"), node("Conv", "a w", "y")]
        made = model(
            nodes,
            [info("x", [1, 3, 8, 8])],
            [weights("w", 4, 3, 3, 3)],
            opsets=[helper.make_opsetid("mine", 1)],
        )
        self.assertIn("Mystery", skipped(said_of(made))["Conv"][0])
        made.graph.value_info.append(info("a", [1, 3, 6, 6]))
        self.assertEqual(layers(said_of(made))[0][1]["height"], 6)
        # Not when the request contradicts the file.
        self.assertEqual(said_of(made, "--input", "x=1x3x9x9")["layers"], [])

    def test_sizes_that_the_data_decides(self):
        nodes = [
            node("NonZero", "x", "indices"),
            node("Transpose", "indices", "a"),
            node("Unsqueeze", "a axes", "b"),
            node("Cast", "b", "c", to=TensorProto.FLOAT),
            node("Conv", "c w", "y"),
        ]
        made = model(nodes, [info("x", [3, 3])], [weights("w", 4, 3, 1), constant("axes", [0])])
        self.assertIn("NonZero", skipped(said_of(made))["Conv"][0])

    def test_the_first_opset(self):
        nodes = [
            node("Pad", "x", "a", paddings=[0, 0, 1, 1, 0, 0, 1, 1]),
            node("Reshape", "a", "b", shape=[1, 3, 20, 5]),
            node("Conv", "b w", "y", kernel_shape=[3, 3]),
        ]
        made = model(nodes, [info("x", [1, 3, 8, 8])], [weights("w", 4, 3, 3, 3)], opset=1)
        self.assertEqual(layers(said_of(made))[0][1]["height"], 20)
        made.ir_version = 2
        del made.opset_import[:]
        self.assertEqual(layers(said_of(made))[0][1]["height"], 20)


class Padded(unittest.TestCase):
    def answer(self, mode, pads=(0, 0, 1, 2, 0, 0, 3, 4), readers=1, fill=None, **attributes):
        inputs = "x p f" if fill is not None else "x p"
        nodes = [node("Pad", inputs, "a", mode=mode), node("Conv", "a w", "y", **attributes)]
        nodes += [node("Relu", "a", f"r{i}") for i in range(readers - 1)]
        tensors = [weights("w", 4, 3, 3, 3), constant("p", list(pads))]
        if fill is not None:
            tensors.append(constant("f", fill, TensorProto.FLOAT))
        ((_, found),) = layers(said_of(model(nodes, [info("x", [1, 3, 8, 9])], tensors)))
        return found["height"], found["width"], found["padding"], found["padding_mode"]

    def test_becomes_padding_of_the_convolution(self):
        for mode, word in (("constant", "zeros"), ("reflect", "reflect"), ("edge", "replicate")):
            self.assertEqual(self.answer(mode), (8, 9, [1, 3, 2, 4], word))
        self.assertEqual(self.answer("constant", fill=0.0), (8, 9, [1, 3, 2, 4], "zeros"))

    def test_adds_to_zeros(self):
        nodes = [node("Pad", "x p", "a"), node("Conv", "a w", "y", pads=[1, 1, 1, 1])]
        tensors = [weights("w", 4, 3, 3, 3), constant("p", [0, 0, 1, 2, 0, 0, 3, 4])]
        ((_, found),) = layers(said_of(model(nodes, [info("x", [1, 3, 8, 9])], tensors)))
        self.assertEqual(found["padding"], [2, 4, 3, 5])

    def test_stays_apart_where_it_is_not_the_same(self):
        apart = (12, 15, [0, 0, 0, 0], "zeros")
        self.assertEqual(self.answer("constant", fill=1.0), apart)
        self.assertEqual(self.answer("constant", readers=2), apart)
        self.assertEqual(self.answer("edge", auto_pad="SAME_UPPER")[0], 12)
        self.assertEqual(self.answer("constant", pads=[0, 0, -1, 0, 0, 0, 0, 0])[0], 7)

    def test_rows(self):
        nodes = [node("Pad", "x p", "a", mode="reflect"), node("Conv", "a w", "y")]
        tensors = [weights("w", 4, 3, 3), constant("p", [0, 0, 1, 0, 0, 2])]
        ((_, found),) = layers(said_of(model(nodes, [info("x", [1, 3, 9])], tensors)))
        self.assertEqual((found["width"], found["padding"]), (9, [0, 0, 1, 2]))


def branch(name, op, **attributes):
    nodes = [node(op, "x w", f"{name}_y", name=name, **attributes)]
    return helper.make_graph(nodes, name, [], [info(f"{name}_y", None)])


class Subgraphs(unittest.TestCase):
    def made(self, condition, inputs=(), **attributes):
        nodes = [
            *condition,
            node(
                "If", "c", "a", name="if",
                then_branch=branch("one", "Conv"), else_branch=branch("two", "Conv", **attributes),
            ),
            node("Conv", "a v", "y", name="after"),
        ]  # fmt: skip
        return model(
            nodes,
            [info("x", [1, 3, 8, 8]), *inputs],
            [weights("w", 4, 3, 3, 3), weights("v", 2, 4, 3, 3), constant("k", 16)],
        )

    def test_a_known_condition(self):
        for value, name in ((16, "one"), (17, "two")):
            made = self.made([node("Equal", "k l", "c")])
            made.graph.initializer.append(constant("l", value))
            found = [n for n, _ in layers(said_of(made))]
            self.assertEqual(found, [name, "after"])

    def test_the_value_of_an_input(self):
        made = self.made([node("Equal", "k s", "c")], [info("s", [], TensorProto.INT64)])
        answer = said_of(made)
        self.assertEqual([n for n, _ in layers(answer)], ["after"])  # both branches are one size
        why, count = skipped(answer)["Conv"]
        self.assertEqual(count, 2)
        self.assertIn("--input s=VALUE", why)
        self.assertEqual([n for n, _ in layers(said_of(made, "--input", "s=16"))], ["one", "after"])

    def test_branches_of_two_sizes(self):
        made = self.made(
            [node("Cast", "f", "c", to=TensorProto.BOOL)],
            [info("f", [1, 1])],
            strides=[2, 2],
        )
        answer = said_of(made)
        self.assertEqual(answer["layers"], [])
        self.assertEqual(sum(s["count"] for s in answer["skipped"]), 3)

    def test_a_loop(self):
        body = helper.make_graph(
            [node("Conv", "s w", "t", pads=[1, 1, 1, 1]), node("Identity", "c", "d")],
            "body",
            [info("i", [], TensorProto.INT64), info("c", [], TensorProto.BOOL), info("s", None)],
            [info("d", [], TensorProto.BOOL), info("t", None)],
        )
        nodes = [
            node("Loop", "m condition x", "a", body=body),
            node("Conv", "a w", "y", name="after"),
        ]
        nodes[0].input[1] = ""  # left out
        made = model(nodes, [info("x", [1, 3, 8, 8])], [weights("w", 3, 3, 3, 3), constant("m", 5)])
        answer = said_of(made)
        self.assertEqual([n for n, _ in layers(answer)], ["after"])
        self.assertIn("Loop", skipped(answer)["Conv"][0])

    def test_functions_are_written_out(self):
        inner = node("Conv", "s t", "u", name="conv")
        inner.attribute.add(name="strides", ref_attr_name="step", type=onnx.AttributeProto.INTS)
        function = helper.make_function(
            "mine", "Block", ["s", "t"], ["u"], [inner], [helper.make_opsetid("", 13)], ["step"]
        )
        outer = helper.make_function(
            "mine", "Two", ["s", "t"], ["u"],
            [
                node("Block", "s t", "v", domain="mine", name="p", step=[2, 2]),
                node("Block", "v t", "u", domain="mine", name="q"),
            ],
            [helper.make_opsetid("", 13), helper.make_opsetid("mine", 1)],
        )  # fmt: skip
        made = model(
            [node("Two", "x w", "y", domain="mine", name="r")],
            [info("x", [1, 3, 9, 9])],
            [weights("w", 3, 3, 3, 3)],
            opsets=[helper.make_opsetid("mine", 1)],
            functions=[function, outer],
        )
        found = layers(said_of(made))
        self.assertEqual([n for n, _ in found], ["r/p/conv", "r/q/conv"])
        self.assertEqual([(p["height"], p["stride"]) for _, p in found], [(9, [2, 2]), (4, [1, 1])])


if __name__ == "__main__":
    unittest.main()
