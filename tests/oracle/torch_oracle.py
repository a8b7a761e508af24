#!/usr/bin/env python3
"""convgauge against torch.nn.Conv2d: random problems through `convgauge run`, output by output and
refusal by refusal; of every second legal problem a gradient too, by the input or by weight and bias
in turn, against torch's autograd.

  torch_oracle.py CONVGAUGE [--count N] [--seed S] [--backends a,b] [--jobs J] [--only INDEX]

Whole numbers must agree bit for bit, others within a bound that any order of summation keeps. What
torch refuses (or a decision of ours) must end with exit code 2 and a message that names the field;
what torch accepts must not.
Exit code 77 where torch or NumPy is missing: ctest says "skipped".
"""
import argparse
import collections
import concurrent.futures
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

try:
    import numpy as np
    import torch
except ImportError as missing:
    print(f"SKIPPED: {missing}: this test needs torch and numpy in {sys.executable}")
    sys.exit(77)

import problems
import torch_side

KEYS = (
    "batch|in_channels|out_channels|height|width|kernel_size|stride|padding|dilation|groups|bias"
    "|padding_mode"
)
# Where torch's complaint concerns two fields, naming either one is right.
ALSO = {
    "in_channels": "in_channels|groups",
    "out_channels": "out_channels|groups",
    "height": "height|kernel_size",
    "width": "width|kernel_size",
    "batch": "batch|height|width|in_channels|out_channels",
    "dilation": "dilation|kernel_size",
    "kernel_size": "kernel_size|height|width",
    "stride": "stride|padding",
    "padding": "padding|stride|padding_mode",
}
MUST_RUN = {"reference", "naive"}  # these compute everything in f32 and f64; others may refuse


class Failure(Exception):
    pass


READ = {
    "forward": ("input", "weight", "bias"),
    "backward_data": ("weight", "grad-output"),
    "backward_weights": ("input", "grad-output"),
}


def run(convgauge, folder, case, backend, output_f64, direction="forward"):
    """The process, its output files by role, and the command line."""
    outputs = {"result": folder / f"y.{backend}.{direction}.npy"}
    arguments = [
        convgauge,
        "run",
        "--problem",
        str(folder / "problem.json"),
        "--backend",
        backend,
        "--output",
        str(outputs["result"]),
        "--dtype",
        case["dtype"],
        "--layout",
        case["layout"],
        "--threads",
        str(case["threads"]),
        "--direction",
        direction,
    ]
    for name in READ[direction]:
        if (folder / f"{name}.npy").exists():
            arguments += [f"--{name}", str(folder / f"{name}.npy")]
    if direction == "backward_weights" and case["problem"].get("bias", True):
        outputs["bias"] = folder / f"db.{backend}.npy"
        arguments += ["--output-bias", str(outputs["bias"])]
    if output_f64:
        arguments += ["--output-dtype", "f64"]
    done = subprocess.run(
        arguments, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120
    )
    return done, outputs, " ".join(arguments)


def expect(condition, message):
    if not condition:
        raise Failure(message)


def check_refusal(convgauge, folder, case, torch_words):
    """Exit code 2 and the field, before any tensor is looked at."""
    for name in ("input", "weight", "bias"):
        np.save(folder / f"{name}.npy", np.zeros((1, 1, 1, 1), np.float32))
    done, outputs, line = run(convgauge, folder, case, "reference", False)
    output = outputs["result"]
    expect(
        done.returncode == 2,
        f"exit {done.returncode}, but torch says {torch_words}\n{line}\n{done.stderr}",
    )
    fields = ALSO.get(case["broken"], case["broken"]) if case["broken"] else KEYS
    expect(
        re.search(rf"problem\.json: /({fields})\b", done.stderr),
        f"names no field of {fields}: {done.stderr}\n{line}",
    )
    expect(done.stdout == "" and not output.exists(), f"left something: {done.stdout!r}\n{line}")


def check_output(
    case, answer, backend, done, output, line, output_f64, image=True, keeps_double=True
):
    expect(done.returncode == 0, f"{backend}: exit {done.returncode}: {done.stderr}\n{line}")
    expect(done.stdout == "", f"{backend}: standard output: {done.stdout!r}\n{line}")
    got = np.load(output)
    type_ = "f64" if output_f64 else case["dtype"]
    want, allowed = answer.want, answer.allowed
    if case["unbatched"] and image:
        want, allowed = want[0], allowed[0]
    expect(got.dtype == torch_side.TYPES[type_], f"{backend}: output is {got.dtype}\n{line}")
    expect(got.shape == want.shape, f"{backend}: shape {got.shape}, torch {want.shape}\n{line}")
    if backend == "reference":  # sums in double
        allowed = torch_side.in_double(case, answer).reshape(want.shape)
    # What the reference keeps in double where it is asked to;
    # the bias's gradient has the type of the output's.
    summed = "f64" if backend == "reference" and output_f64 and keeps_double else case["dtype"]
    if case["data"] == "integer":
        want = want.astype(torch_side.TYPES[summed]).astype(np.float64)
    else:
        allowed = torch_side.rounded(allowed, want, summed)
    with np.errstate(invalid="ignore"):
        wrong = ~(np.abs(got.astype(np.float64) - want) <= allowed)
    if wrong.any():
        at = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
        raise Failure(
            f"{backend}: {wrong.sum()} of {wrong.size} differ, first at {tuple(map(int, at))}: got"
            f" {got[at]!r}, want {want[at]!r}, allowed {allowed[at]:.3g}\n{line}"
        )


def save(folder, case, arrays):
    for name, array in arrays.items():
        if array is not None:
            image = name in ("input", "grad-output")
            np.save(folder / f"{name}.npy", array[0] if image and case["unbatched"] else array)


def attempt(options, case, folder, backend, direction, counts, judge):
    """One run; judge(done, outputs, line) where it was not an honest refusal."""
    done, outputs, line = run(
        options.convgauge, folder, case, backend, case["output_f64"], direction
    )
    may_refuse = backend not in MUST_RUN or (case["dtype"] == "f16" and backend != "reference")
    what = backend if direction == "forward" else f"{backend} {direction}"
    if done.returncode == 6 and may_refuse:
        expect(
            "refused: " in done.stderr and not outputs["result"].exists(),
            f"a refusal without words: {done.stderr}",
        )
        counts[f"{what} refused"] += 1
        return
    judge(done, outputs, line)
    counts[f"{what} {'bit for bit' if case['data'] == 'integer' else 'within the bound'}"] += 1


def check_gradient(options, case, folder, answer, direction, counts):
    grad_output, wanted = torch_side.gradient(case, answer, direction)
    save(folder, case, {"grad-output": grad_output})
    for backend in options.backends.split(","):

        def judge(done, outputs, line):
            for role, right in wanted.items():
                expect(
                    done.returncode == 0,
                    f"{backend}: exit {done.returncode}: {done.stderr}\n{line}",
                )
                output = outputs["bias" if role == "bias" else "result"]
                check_output(
                    case,
                    right,
                    f"{backend}",
                    done,
                    output,
                    line,
                    case["output_f64"],
                    role == "input",
                    role != "bias",
                )

        attempt(options, case, folder, backend, direction, counts, judge)


def check(options, case):
    """Counts of what happened; raises Failure."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "problem.json").write_text(json.dumps(case["problem"]))
        answer = None if case["decided"] else torch_side.answer(case)
        if answer is None or answer.refusal:
            check_refusal(
                options.convgauge,
                folder,
                case,
                answer.refusal if answer else "nothing; a decision of ours",
            )
            return {"illegal": 1}
        expect(
            case["broken"] is None, f"torch accepts what was meant to be illegal ({case['broken']})"
        )
        save(folder, case, answer.arrays)
        counts = collections.Counter()
        for backend in options.backends.split(","):
            attempt(
                options,
                case,
                folder,
                backend,
                "forward",
                counts,
                lambda done, outputs, line: check_output(
                    case, answer, backend, done, outputs["result"], line, case["output_f64"]
                ),
            )
        if case["index"] % 2 == 0:
            direction = ("backward_data", "backward_weights")[case["index"] // 2 % 2]
            check_gradient(options, case, folder, answer, direction, counts)
        return counts


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("convgauge")
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--backends", default="reference,naive,onednn")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", type=int, help="one case, printed")
    options = parser.parse_args()
    torch.set_num_threads(1)
    start = time.monotonic()
    indices = range(options.count) if options.only is None else [options.only]
    cases = [problems.case(options.seed, i) for i in indices]
    if options.only is not None:
        print(json.dumps(cases[0], indent=1))
    counts, failed = collections.Counter(), 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for case, result in [(c, pool.submit(check, options, c)) for c in cases]:
            try:
                counts.update(result.result())
            except (Failure, subprocess.TimeoutExpired, AssertionError) as failure:
                failed += 1
                print(
                    f"FAIL case {case['index']} {json.dumps(case['problem'])}\n  {failure}\n",
                    flush=True,
                )
    print(
        f"torch {torch.__version__}, seed {options.seed}: {len(cases)} cases, {failed} failed, "
        f"{time.monotonic() - start:.0f} s"
    )
    for what, count in sorted(counts.items()):
        print(f"  {count:5}  {what}")
    ran = [what for what in counts if not what.endswith(("refused", "illegal"))]
    return 1 if failed or not ran else 0


if __name__ == "__main__":
    sys.exit(main())
