#!/usr/bin/env python3
"""Networks of others, in packages that people install: networks_test.py CONVGAUGE-IMPORT-ONNX

The packages' wheels, which are zip files, lie in .cache/models of the tree, where
scripts/install_dependencies --tests puts them, or in CONVGAUGE_TEST_MODELS. Without any: exit code
77.
"""
import collections
import os
import zipfile

from program import *

ROOT = pathlib.Path(__file__).resolve().parents[2]
WHEELS = pathlib.Path(os.environ.get("CONVGAUGE_TEST_MODELS", ROOT / ".cache/models"))
LIGHT = "onnx/backend/test/data/light/light_"
OCR = "rapidocr_onnxruntime/models/ch_"
SILERO = "silero_vad/data/silero_vad"
VOICE = ["--input", "input=1x576"]

# (wheel, file, arguments, layers, of which transposed, distinct problems)
NETWORKS = [
    ("onnx", LIGHT + "bvlc_alexnet.onnx", [], 5, 0, 5),
    ("onnx", LIGHT + "densenet121.onnx", [], 121, 0, 67),
    ("onnx", LIGHT + "inception_v1.onnx", [], 57, 0, 49),
    ("onnx", LIGHT + "inception_v2.onnx", [], 69, 0, 38),
    ("onnx", LIGHT + "resnet50.onnx", [], 53, 0, 23),
    ("onnx", LIGHT + "shufflenet.onnx", [], 49, 0, 14),
    ("onnx", LIGHT + "squeezenet.onnx", [], 26, 0, 18),
    ("onnx", LIGHT + "vgg19.onnx", [], 16, 0, 9),
    ("onnx", LIGHT + "zfnet512.onnx", [], 5, 0, 4),
    ("rapidocr", OCR + "PP-OCRv4_det_infer.onnx", ["--input", "x=1x3x640x640"], 64, 2, 41),
    ("rapidocr", OCR + "PP-OCRv4_rec_infer.onnx", ["--input", "x=1x3x48x320"], 38, 0, 30),
    ("rapidocr", OCR + "ppocr_mobile_v2.0_cls_infer.onnx", ["--input", "x=1x3x48x192"], 53, 0, 41),
    (
        "silero",
        SILERO + ".onnx",
        [*VOICE, "--input", "state=2x1x128", "--input", "sr=16000"],
        6,
        0,
        6,
    ),
    ("silero", SILERO + "_16k_op15.onnx", VOICE, 6, 0, 6),
    ("silero", SILERO + "_half.onnx", VOICE, 6, 0, 6),
    ("silero", SILERO + "_16k_sequence.onnx", ["--batch", "4"], 6, 0, 6),
    ("silero", SILERO + "_openvino_16k.onnx", [], 6, 0, 6),
]


def merged(layers):
    """Equal problems as one, with how often they run, in the order of their first."""
    return list(collections.Counter(json.dumps(layer["problem"]) for layer in layers).items())


def in_suite(name):
    """The same of a suite of configs/suites."""
    suite = json.loads((ROOT / "configs/suites" / f"{name}.json").read_text())
    found = []
    for p in suite["problems"]:
        pair = lambda key, default: [p.get(key, default)] * 2
        keys = {
            "batch": p["batch"], "in_channels": p["in_channels"], "out_channels": p["out_channels"],
            "height": p["height"], "width": p["width"], "kernel_size": pair("kernel_size", 1),
            "stride": pair("stride", 1), "padding": pair("padding", 0) * 2,
            "dilation": pair("dilation", 1), "groups": p.get("groups", 1), "bias": p["bias"],
            "padding_mode": "zeros",
        }  # fmt: skip
        found.append((json.dumps(keys), p.get("count", 1)))
    return found


def check(file, arguments, count, transposed, distinct):
    answer = said([file, *arguments])
    layers = answer["layers"]
    directions = collections.Counter(layer["direction"] for layer in layers)
    found = len(layers), directions["backward_data"], len(merged(layers))
    assert found == (count, transposed, distinct), (file.name, found)
    assert answer["skipped"] == [], (file.name, answer["skipped"])
    assert {layer["dtype"] for layer in layers} == {"f32"}
    if "resnet50" in file.name:
        assert sorted(merged(layers)) == sorted(in_suite("resnet50")), file.name
    print(f"{file.name}: {count} layers, {distinct} distinct")


def main():
    wheels = {file.name.split("-")[0].split("_")[0]: file for file in WHEELS.glob("*.whl")}
    if not wheels:
        skip(f"no wheels in {WHEELS}; scripts/install_dependencies --tests downloads them")
    with tempfile.TemporaryDirectory() as folder:
        for wheel, file, arguments, *expected in NETWORKS:
            if wheel in wheels:
                with zipfile.ZipFile(wheels[wheel]) as archive:
                    check(pathlib.Path(archive.extract(file, folder)), arguments, *expected)
            else:
                print(f"left out, no wheel of {wheel}: {file}")


if __name__ == "__main__":
    main()
