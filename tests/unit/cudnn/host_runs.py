#!/usr/bin/env python3
"""The cudnn backend through the whole harness, with a GPU that the host plays (host_gpu.hpp).

  host_runs.py CONVGAUGE PLUGIN_ON_HOST REAL_PLUGIN PART

Exit code 77: there is no cuDNN here to plan with.
"""
import csv
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).resolve().parent
CONVGAUGE, ON_HOST, REAL, PART = sys.argv[1:5]
PROBLEM = "n1c8h9w9_o8k3p1"


def run(*arguments, faults="", **environment):
    everything = {**os.environ, **environment, "CONVGAUGE_HOST_GPU": faults}
    return subprocess.run(
        [CONVGAUGE, *arguments], capture_output=True, text=True, env=everything, timeout=280
    )


def cases(verb, *arguments, exit=0, **more):
    done = run(verb, *arguments, "--plugin", ON_HOST, "--json", **more)
    assert (
        done.returncode == exit
    ), f"exit {done.returncode}, not {exit}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return json.loads(done.stdout)


def kinds(records):
    return sorted({r["verdict"]["kind"] for r in records})


def gate():
    records = cases("verify", str(HERE / "host_gate.json"), "--backend", "cudnn")
    assert len(records) == 6 * 4 * 3, len(records)
    assert kinds(records) == ["agrees"], [
        (r["problem_text"], r["settings"], r["verdict"])
        for r in records
        if r["verdict"]["kind"] != "agrees"
    ]
    assert all(r["device"] == "gpu:0" for r in records)
    assert all(
        r["details"]["plan"]["engine"]["engineId"] == r["details"]["engine"] for r in records
    )


def gradients():
    """The same problems in both directions; an algorithm tells what our own kernels did. Then with
    a cuDNN that takes no padding, so that our own kernels do zeros too."""
    gradients_with(
        "+bias_gradient",
        "+fold_reflect",
        "+fold_replicate",
        "+fold_circular",
        "+bias_gradient+pad_reflect",
    )
    gradients_with("+crop", "+bias_gradient+pad_zeros", faults="no_padding")
    records = cases(
        "verify", str(HERE / "host_gate.json"), "--backend", "cudnn", faults="no_padding"
    )
    assert kinds(records) == ["agrees"] and any("+pad_zeros" in r["algorithm"] for r in records)


def gradients_with(*names, faults=""):
    records = cases(
        "verify",
        str(HERE / "host_gate.json"),
        "--backend",
        "cudnn",
        "--direction",
        "backward_data,backward_weights",
        faults=faults,
    )
    assert len(records) == 2 * 6 * 4 * 3, len(records)
    refused = [r for r in records if r["verdict"]["kind"] == "refused"]
    others = [r for r in records if r["verdict"]["kind"] not in ("agrees", "refused")]
    assert not others, [(r["problem_text"], r["settings"], r["verdict"]) for r in others]
    for r in refused:
        assert r["settings"]["direction"] == "backward_data" and r["settings"]["dtype"] in (
            "f16",
            "bf16",
        ), r
        assert r["verdict"]["why"].startswith("the gradient by padding other than zeros"), r[
            "verdict"
        ]
    assert len(refused) == 3 * 2 * 3, len(refused)  # problems, types, layouts
    did = {"+" + r["algorithm"].partition("+")[2] for r in records if r.get("algorithm")}
    assert set(names) <= did, did


def algorithms():
    """Every one by its name, braces and commas and all;
    and the names survive each way out and in again."""
    records = cases("verify", PROBLEM, "--backend", "cudnn", "--algorithm", "all", "--math", "tf32")
    assert kinds(records) == ["agrees"] and len(records) > 8, (len(records), kinds(records))
    assert all(r["algorithm"] == r["requested_algorithm"] for r in records)
    odd = [r for r in records if "{" in r["algorithm"] and "," in r["algorithm"]]
    assert odd, [r["algorithm"] for r in records]
    replayed = subprocess.run(
        ["sh", "-c", odd[0]["replay"].replace("convgauge", shlex.quote(CONVGAUGE), 1) + " --json"],
        capture_output=True,
        text=True,
    )
    assert replayed.returncode == 0, replayed.stderr
    assert json.loads(replayed.stdout)[0]["algorithm"] == odd[0]["algorithm"]
    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder) / "one.json"
        name = odd[0]["algorithm"]
        config.write_text(
            json.dumps(
                {
                    "problems": [
                        {
                            "name": "p",
                            "in_channels": 8,
                            "out_channels": 8,
                            "height": 9,
                            "width": 9,
                            "kernel_size": 3,
                            "padding": 1,
                        }
                    ],
                    "backends": [{"name": "cudnn", "algorithm": name, "label": name}, "cudnn"],
                    "settings": {"math": "tf32", "measure": {"rounds": 8}},
                }
            )
        )
        out = pathlib.Path(folder) / "out"
        done = run("sweep", str(config), "--out", str(out), "--plugin", ON_HOST)
        assert done.returncode == 0, done.stderr + done.stdout
        for ending in ("csv", "xml", "md", "html"):
            done = run("report", str(out), "-o", str(out / f"again.{ending}"))
            assert done.returncode == 0, done.stderr
        rows = list(csv.DictReader((out / "again.csv").open()))
        assert name in [row["algorithm"] for row in rows], rows
        assert any(
            name in str(e.attrib) for e in xml.etree.ElementTree.parse(out / "again.xml").iter()
        )
        assert name in (out / "again.md").read_text()


def faults():
    """What a kernel may do wrong in memory that no page protects."""
    for fault, word in (("unwritten", "R7"), ("past_end", "R9"), ("changes_source", "R8")):
        records = cases(
            "verify",
            PROBLEM,
            "--backend",
            "cudnn",
            "--no-shrink",
            exit=4 if word == "R7" else 1,
            faults=fault,
        )
        verdict = records[0]["verdict"]
        assert word in json.dumps(verdict), (fault, verdict)
        for direction in ("backward_data", "backward_weights"):
            records = cases(
                "verify",
                PROBLEM,
                "--backend",
                "cudnn",
                "--no-shrink",
                "--direction",
                direction,
                exit=4 if word == "R7" else 1,
                faults=fault,
            )
            assert word in json.dumps(records[0]["verdict"]), (
                fault,
                direction,
                records[0]["verdict"],
            )


def memory():
    records = cases("verify", PROBLEM, "--backend", "cudnn", exit=6, faults="memory=9000")
    verdict = records[0]["verdict"]
    assert (
        verdict["kind"] == "refused"
        and verdict["reason"] == "memory"
        and "cudaMalloc of" in verdict["why"]
    ), verdict


def lost():
    """One engine loses the device: it fails, a fresh worker takes the others,
    and those that agreed are measured."""
    everything = cases(
        "verify", PROBLEM, "--backend", "cudnn", "--algorithm", "all", "--math", "tf32"
    )
    engines = [r["details"]["engine"] for r in everything]
    culprit = engines[len(engines) // 2]
    for verb, more in (("verify", ["--no-shrink"]), ("bench", ["--rounds", "8"])):
        records = cases(
            verb,
            PROBLEM,
            "--backend",
            "cudnn",
            "--algorithm",
            "all",
            "--math",
            "tf32",
            *more,
            exit=1,
            faults=f"lost_engine={culprit}",
        )
        assert len(records) == len(everything)
        for r, engine in zip(records, engines):
            if engine == culprit:
                assert r["verdict"]["kind"] == "failed" and "DEVICE_LOST" in r["verdict"]["why"], r[
                    "verdict"
                ]
            else:
                assert r["verdict"]["kind"] == "agrees", r["verdict"]
                if verb == "bench":
                    assert r["measurement"]["kind"] == "measured", r["measurement"]


def measure():
    for more in (
        [],
        ["--cold"],
        ["--direction", "backward_weights"],
        ["--direction", "backward_data"],
    ):
        record = cases(
            "bench",
            PROBLEM,
            "--backend",
            "cudnn",
            "--rounds",
            "9",
            "--option",
            "replay=always",
            *more,
        )[0]
        assert record["measurement"]["kind"] == "measured", record["measurement"]
        device = record["measurement"]["device_ns"]
        assert len(device) == 9 and all(0 < d for d in device), device
        assert max(device) <= 1.2 * max(record["time_ns"]["samples"]), (
            device,
            record["time_ns"]["samples"],
        )
        # A batch of one, as a loaded machine may make it, is not worth a graph.
        assert record["details"]["replayed"] is (record["time_ns"]["executions_per_sample"] > 1), (
            record["details"]["replayed"],
            record["details"].get("capture_failed"),
            record["time_ns"],
            more,
        )
        for when in ("device_before", "device_after"):
            assert record[when]["cudnn"].startswith("9."), record[when]
    listed = cases("bench", PROBLEM, "--backend", "cudnn", "--algorithm", "all", "--rounds", "8")
    assert {r["details"]["heuristic_pick"] for r in listed} == {listed[0]["algorithm"]}


def described():
    """The real plugin on this machine: what it says where there is no GPU,
    and what a description is good for."""
    description = str(HERE / "h200.json")
    devices = run(
        "list", "devices", "--plugin", REAL, CONVGAUGE_CUDNN_DEVICE_DESCRIPTION=description
    ).stdout
    line = re.search(
        r"^cudnn .*software:(\d+)  NVIDIA H200 as .*describes it: plans, never executes.*$",
        devices,
        re.M,
    )
    assert line, devices
    software = ["--plugin", REAL, "--backend", "cudnn", "--device", f"software:{line[1]}"]
    listed = run(
        "list", "algorithms", PROBLEM, *software, CONVGAUGE_CUDNN_DEVICE_DESCRIPTION=description
    )
    assert re.search(r"^cudnn +cudnn\.eng\d+", listed.stdout, re.M), listed.stdout + listed.stderr
    refused = run("verify", PROBLEM, *software, CONVGAUGE_CUDNN_DEVICE_DESCRIPTION=description)
    assert (
        refused.returncode == 6 and "only describes a device" in refused.stdout + refused.stderr
    ), refused
    nowhere = run(
        "list", "devices", "--plugin", REAL, CONVGAUGE_CUDNN_LIBRARY="/nowhere/libcudnn.so.9"
    ).stdout
    assert "no cuDNN: /nowhere/libcudnn.so.9: cannot open shared object file" in nowhere, nowhere
    broken = run(
        "list", "backends", "--plugin", REAL, CONVGAUGE_CUDNN_DEVICE_DESCRIPTION="/nowhere.json"
    )
    assert "cannot read /nowhere.json" in broken.stdout + broken.stderr, broken


def shown_drivers(script, folder):
    """A driver that the Vulkan loader would not find:
    by a manifest elsewhere, or by its library alone."""
    loader = importlib.machinery.SourceFileLoader("gpu_check_script", script)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    before = dict(os.environ)
    for key in ("VK_DRIVER_FILES", "VK_ICD_FILENAMES", "VK_ADD_DRIVER_FILES"):
        os.environ.pop(key, None)
    try:
        module.MANIFESTS, module.DRIVER = [], folder / "nvidia"
        assert module.lead_to_driver(folder) is None, "a driver where there is none"
        library = folder / "nvidia/lib64/libGLX_nvidia.so.0"
        library.parent.mkdir(parents=True)
        shutil.copy(REAL, library)  # any library that can be opened
        assert module.lead_to_driver(folder) == f"VK_ADD_DRIVER_FILES={folder / 'nvidia_icd.json'}"
        assert json.loads((folder / "nvidia_icd.json").read_text())["ICD"]["library_path"] == str(
            library
        )
        assert (
            module.lead_to_driver(folder) is None
        ), "what the user's environment says is left alone"
        del os.environ["VK_ADD_DRIVER_FILES"]
        manifest = folder / "nvidia/share/vulkan/icd.d/nvidia_icd.json"
        manifest.parent.mkdir(parents=True)
        manifest.write_text("{}")
        assert module.lead_to_driver(folder) == f"VK_ADD_DRIVER_FILES={manifest}"
    finally:
        os.environ.clear()
        os.environ.update(before)


def gpu_check():
    """scripts/gpu_check from its listing to its summary; torch is not asked here. vulkan is tried
    on a software device, where there is one, beside cudnn on the played GPU."""
    suite = {
        "problems": [
            {
                "name": "a0",
                "in_channels": 4,
                "out_channels": 4,
                "height": 6,
                "width": 6,
                "kernel_size": 3,
                "padding": 1,
            },
            {
                "name": "b5",
                "in_channels": 4,
                "out_channels": 4,
                "height": 5,
                "width": 5,
                "kernel_size": 1,
                "bias": False,
            },
        ]
    }
    with tempfile.TemporaryDirectory() as folder:
        file, out = pathlib.Path(folder) / "tiny.json", pathlib.Path(folder) / "out"
        file.write_text(json.dumps(suite))
        script = [
            sys.executable,
            str(HERE.parents[2] / "scripts/gpu_check"),
            "--no-build",
            "--convgauge",
            CONVGAUGE,
        ]
        small = [
            "--plugin",
            ON_HOST,
            "--gate",
            str(file),
            "--suites",
            str(file),
            "--batches",
            "1",
            "--candidates",
            "3",
            "--quick",
            "--python",
            "/bin/false",
        ]
        done = subprocess.run(
            [*script, *small, "--backend", "cudnn", "--precisions", "f32,f16", "--out", str(out)],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        summary = (out / "summary.md").read_text()
        for line in (
            "cudnn verify f32 | ",
            "cudnn sweep tiny_b1_f16 | ",
            "agrees",
            "2 layers, own choice",
            "not compared",
            "a GPU on the host",
            "cudnn verify f32_gradients | ",
            "cudnn sweep tiny_b1_f16_gradients | ",
            "backward_data: 2 layers, own choice",
            "backward_weights: 2 layers, own choice",
            "torch tiny_b1_f16_gradients_backward_data | not compared",
        ):
            assert line in summary, (line, summary)
        assert json.loads((out / "device.json").read_text())["deviceName"] == "NVIDIA H200"
        assert len((out / "cudnn_tiny_b1_f32.jsonl").read_text().splitlines()) > 2
        assert (
            "tiny_b1_f32_gradients" not in summary
        ), summary  # tf32 and f16, and --quick without tf32
        for name in ("cudnn_verify_f16", "cudnn_verify_f16_gradients"):
            assert json.loads((out / f"{name}.json").read_text())["bad"] == [], name
        gradients = [
            json.loads(line)
            for line in (out / "cudnn_tiny_b1_f16_gradients.jsonl").read_text().splitlines()
        ]
        assert {r["settings"]["direction"] for r in gradients if r["record"] == "case"} == {
            "backward_data",
            "backward_weights",
        }
        if re.search(r"^vulkan +software:", run("list", "devices").stdout, re.M):
            both = out / "both"
            done = subprocess.run(
                [*script, *small, "--software", "--precisions", "f32", "--out", str(both)],
                capture_output=True,
                text=True,
            )
            assert done.returncode == 0, done.stdout + done.stderr
            summary = (both / "summary.md").read_text()
            for line in (
                "vulkan verify f32 | ",
                "vulkan verify f32_all | ",
                "vulkan verify f32_validated | ",
                "vulkan sweep tiny_b1_f32 | ",
            ):
                assert line in summary, (line, summary)
            share = re.search(
                r"vulkan beside cudnn tiny_b1_f32 \| ([0-9.]+)x tuned cuDNN's speed on 2 layers",
                summary,
            )
            assert share and float(share[1]) > 0, summary
        shown_drivers(script[1], pathlib.Path(folder))
        empty = subprocess.run(
            [*script, "--out", str(out / "none")],
            capture_output=True,
            text=True,
            env={**os.environ, "CONVGAUGE_CUDNN_LIBRARY": "/nowhere"},
        )
        assert empty.returncode == 6 and "nothing was checked" in empty.stdout, empty


devices = run("list", "devices", "--plugin", ON_HOST).stdout
if not re.search(r"^cudnn +gpu:0", devices, re.M):
    print("skipped:", next(line for line in devices.splitlines() if line.startswith("cudnn")))
    sys.exit(77)
globals()[PART]()
