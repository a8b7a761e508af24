"""`convgauge import`: from a log, a benchmark's file, a command line or a model to a config that
runs."""
import json
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cli import expect, main_of

MEMORY = (
    "src_f32::blocked:abcd:f0 wei_f32::blocked:abcd:f0 bia_f32::blocked:a:f0"
    " dst_f32::blocked:abcd:f0"
)


def line(kind, problem, primitive="convolution"):
    return (
        f"onednn_verbose,exec,cpu,{primitive},jit:avx2,{kind},{MEMORY},,"
        f"alg:convolution_direct,{problem},0.459961\n"
    )


FIRST = "mb1_ic2oc4_ih8oh4kh3sh2dh0ph1_iw8ow4kw3sw2dw0pw1"
UP = "mb1_ic4oc2_ih4oh8kh2sh2dh0ph0_iw4ow8kw2sw2dw0pw0"
LOG = (
    "an application says something\nonednn_verbose,info,oneDNN v2.6.3 (commit N/A)\n"
    + line("forward_training", FIRST)
    + "onednn_verbose,exec,cpu,reorder,jit:uni,undef,x,,,64x3x7x7,0.02\n"
    + line("forward_training", UP, "deconvolution")
    + line("backward_data", FIRST)
    + line("backward_weights", FIRST)
    + line("forward_training", FIRST)
)


def imported(cli, command, code=0, **how):
    done = cli.run(f"import {command}", **how).is_(code)
    return done, json.loads((cli.folder / "o.json").read_text()) if code == 0 else None


def directions(config):
    return [p["direction"] for p in config["problems"]]


def a_log_becomes_a_network_that_runs(cli):
    cli.write("net.log", LOG)
    done, config = imported(cli, "net.log -o o.json")
    expect("net.log: a oneDNN verbose log, by its content" in done.err, str(done))
    expect("skipped: 1 × reorder: not a convolution" in done.err, str(done))
    told = "4 problems, 5 layers: 2 forward, 2 backward_data, 1 backward_weights"
    expect(told in done.err, str(done))
    told = "1 × deconvolution: taken as the gradient of the convolution that it undoes"
    expect(told in done.err, str(done))
    expect(config["source"] == "net.log, a oneDNN verbose log of oneDNN v2.6.3", str(config))
    want = ["forward", "backward_data", "backward_data", "backward_weights"]
    expect(directions(config) == want, str(directions(config)))
    expect(config["problems"][0]["count"] == 2, str(config))
    cli.run("verify o.json --backend reference --threads 1 --out run").is_(0)
    got = [r["settings"]["direction"] for r in cli.records("run")[1]]
    expect(got == want, str(got))
    cli.run("report run -o again.benchdnn").is_(0)
    cli.run("import again.benchdnn -o again.json").is_(0)
    again = json.loads((cli.folder / "again.json").read_text())
    for config in (config, again):
        for problem in config["problems"]:
            # A gradient by the input has no bias, whatever the problem said.
            problem["bias"] = problem["bias"] and problem["direction"] != "backward_data"
            del problem["name"]
    expect(again["problems"] == config["problems"], f"{again}\nis not\n{config}")


def every_kind_is_known_by_its_content(cli):
    cli.write("a", '# shapes\n--dir=FWD_D\nmb1ic2ih8oc4kh3ph1n"conv1*3"\n')
    cli.write("b", "./bin/MIOpenDriver convfp16 -n 1 -c 2 -H 8 -W 8 -k 4 -p 1 -q 1 -F 1\n")
    for name, words, dtype, count in (
        ("a", "problems of oneDNN's benchdnn", None, 3),
        ("b", "command lines of MIOpenDriver", "f16", None),
    ):
        done, config = imported(cli, f"{name} -o o.json")
        expect(words in done.err, str(done))
        problem = config["problems"][0]
        expect(problem.get("count") == count, str(config))
        expect(problem["padding"] == [1, 1, 1, 1] and problem["in_channels"] == 2, str(config))
        expect(config.get("settings", {}).get("dtype", [None])[0] == dtype, str(config))
        cli.run("verify o.json --backend reference --threads 1").is_(0)
    _, config = imported(cli, "a --batch 7 -o o.json")
    expect(config["problems"][0]["batch"] == 7, str(config))


def standard_input_and_output(cli):
    log = cli.write("net.log", LOG)
    done = subprocess.run(
        [cli.convgauge, "import", "-"], stdin=log.open(), capture_output=True, text=True
    )
    expect(done.returncode == 0, done.stderr)
    config = json.loads(done.stdout)
    expect(config["name"] == "imported" and len(config["problems"]) == 4, done.stdout)
    expect(config["source"].startswith("standard input, "), done.stdout)


def a_torn_last_line_is_told(cli):
    cli.write("net.log", LOG[:-60])
    done, config = imported(cli, "net.log -o o.json")
    expect("skipped: 1 × last line: it is torn" in done.err, str(done))
    expect("count" not in config["problems"][0], str(config))


def a_large_log_takes_little_memory(cli):
    with (cli.folder / "net.log").open("w") as file:
        for i in range(150):
            file.write((LOG + f"noise {i}\n") * 200)
    size = (cli.folder / "net.log").stat().st_size
    expect(size > 30e6, f"{size} bytes")
    process = subprocess.Popen(
        [cli.convgauge, "import", "net.log", "-o", "o.json"],
        cwd=cli.folder,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    expect(status == 0, f"status {status}")
    # The program with its libraries takes about 15 MB, sanitizers far more.
    sanitized = b"__asan_init" in cli.convgauge.read_bytes()
    expect(sanitized or usage.ru_maxrss < 28_000, f"{usage.ru_maxrss} KiB")
    config = json.loads((cli.folder / "o.json").read_text())
    expect(config["problems"][0]["count"] == 60_000, str(config["problems"][0]))


DOUBLE = """#!/usr/bin/env python3
import json, os, signal, sys
if "broken" in sys.argv[1]:
    print("convgauge-import-onnx: broken.onnx: byte 3: no protobuf", file=sys.stderr)
    sys.exit(2)
if "crash" in sys.argv[1]:
    os.kill(os.getpid(), signal.SIGSEGV)
if "garbage" in sys.argv[1]:
    print("{")
    sys.exit(0)
problem = {"in_channels": 2, "out_channels": 4, "height": 8, "width": 8, "kernel_size": [3, 3]}
if "illegal" in sys.argv[1]:
    problem["groups"] = 3
def layer(name, direction="forward"):
    return {"name": name, "problem": problem, "direction": direction, "dtype": "f32"}
layers = [] if "empty" in sys.argv[1] else [layer("a"), layer("up", "backward_data"), layer("b")]
print(json.dumps({"source": " ".join(sys.argv[1:]) + ", opset 13", "layers": layers,
                  "skipped": [{"what": "QLinearConv", "why": "int8", "count": 2}]}))
"""


def models_are_read_by_their_own_program(cli):
    program = cli.write("tools/convgauge-import-onnx", DOUBLE)
    program.chmod(0o755)
    cli.environment["CONVGAUGE_PLUGIN_PATH"] = str(program.parent)
    for name in ("net", "broken", "crash", "garbage", "illegal", "empty"):
        cli.write(f"{name}.onnx", "\0model")
    done, config = imported(cli, "net.onnx --input x=1x2x8x8 --input y=3 --batch 2 -o o.json")
    expect("net.onnx: an ONNX model, by its content" in done.err, str(done))
    expect("skipped: 2 × QLinearConv: int8" in done.err, str(done))
    want = "net.onnx --input x=1x2x8x8 --input y=3 --batch 2, opset 13"
    expect(config["source"] == want, config["source"])
    expect(directions(config) == ["forward", "backward_data"], str(config))
    expect(config["problems"][0]["$comment"] == "also b", str(config))
    cli.run("verify o.json --backend reference --threads 1").is_(0)
    for name, words in (
        ("broken", "convgauge: broken.onnx: byte 3: no protobuf"),
        ("crash", "crash.onnx: convgauge-import-onnx was killed by SIGSEGV"),
        ("garbage", "output of convgauge-import-onnx: "),
        ("illegal", "/layers/0/problem/groups: 3 does not divide in_channels=2"),
        ("empty", "no convolution that can be imported is in it; skipped: 2 QLinearConv (int8)"),
    ):
        done, _ = imported(cli, f"{name}.onnx", 2)
        expect(words in done.err and done.out == "", str(done))


def without_that_program_it_is_named(cli):
    for folder in ("bin", "plugins"):
        if (cli.build / folder / "convgauge-import-onnx").exists():
            raise unittest.SkipTest("the program is built")
    cli.write("net.onnx", "\0model")
    done, _ = imported(cli, "net.onnx", 2)
    expect("needs the program convgauge-import-onnx, which is not here" in done.err, str(done))
    expect("libonnx-dev" in done.err, str(done))


main_of(
    [
        a_log_becomes_a_network_that_runs,
        every_kind_is_known_by_its_content,
        standard_input_and_output,
        a_torn_last_line_is_told,
        a_large_log_takes_little_memory,
        models_are_read_by_their_own_program,
        without_that_program_it_is_named,
    ]
)
