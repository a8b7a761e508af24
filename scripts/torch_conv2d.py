#!/usr/bin/env python3
"""Times of torch's conv2d on a GPU, with cudnn.benchmark:
torch_conv2d.py SUITE.json BATCH f32|tf32|f16|bf16|f64 [forward|backward_data|backward_weights]

backward_data: the gradient of the source alone; backward_weights: those of weights and bias.
Prints {"torch": version, ..., "layers": [{"name", "ns"}]}: the median over rounds of the time of
one execution, by CUDA events around as many as fill 5 ms, as convgauge takes its own. channels_last
where convgauge sweeps nhwc. For gpu_check.
"""
import json, statistics, sys

import torch


def pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def layer_of(problem, batch, dtype, memory_format, direction):
    height, width = problem["height"], problem["width"]
    groups = problem.get("groups", 1)
    kernel = pair(problem["kernel_size"])
    x = torch.randn(batch, problem["in_channels"], height, width, device="cuda").to(dtype)
    w = torch.randn(
        problem["out_channels"], problem["in_channels"] // groups, *kernel, device="cuda"
    ).to(dtype)
    b = (
        torch.randn(problem["out_channels"], device="cuda").to(dtype)
        if problem.get("bias", True)
        else None
    )
    x, w = x.contiguous(memory_format=memory_format), w.contiguous(memory_format=memory_format)
    arguments = dict(
        stride=pair(problem.get("stride", 1)),
        padding=pair(problem.get("padding", 0)),
        dilation=pair(problem.get("dilation", 1)),
        groups=groups,
    )
    if direction == "forward":
        return lambda: torch.nn.functional.conv2d(x, w, b, **arguments)
    dy = torch.randn_like(torch.nn.functional.conv2d(x, w, b, **arguments))
    mask = [True, False, False] if direction == "backward_data" else [False, True, b is not None]
    return lambda: torch.ops.aten.convolution_backward(
        dy,
        x,
        w,
        None if b is None else list(b.shape),
        transposed=False,
        output_padding=(0, 0),
        output_mask=mask,
        **arguments,
    )


def batch_ns(run, count):
    first, last = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    first.record()
    for _ in range(count):
        run()
    last.record()
    torch.cuda.synchronize()
    return first.elapsed_time(last) * 1e6 / count


def time_of(run, rounds=15):
    with torch.no_grad():
        for _ in range(3):
            run()  # cudnn.benchmark tries its algorithms in the first
        torch.cuda.synchronize()
        count = max(1, int(5e6 / max(1.0, batch_ns(run, 20))))
        return statistics.median(batch_ns(run, count) for _ in range(rounds))


def main():
    suite, batch, precision = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    direction = sys.argv[4] if len(sys.argv) > 4 else "forward"
    if not torch.cuda.is_available():
        sys.exit(f"torch {torch.__version__} has no CUDA device")
    dtype = {
        "f32": torch.float32,
        "tf32": torch.float32,
        "f16": torch.float16,
        "bf16": torch.bfloat16,
        "f64": torch.float64,
    }[precision]
    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = precision == "tf32"
    memory_format = torch.contiguous_format if precision in ("f32", "f64") else torch.channels_last
    layers = []
    for problem in json.load(open(suite))["problems"]:
        if "name" in problem:
            run = layer_of(problem, batch, dtype, memory_format, direction)
            layers.append({"name": problem["name"], "ns": time_of(run)})
    print(
        json.dumps(
            {
                "torch": torch.__version__,
                "cudnn": torch.backends.cudnn.version(),
                "suite": suite,
                "batch": batch,
                "precision": precision,
                "direction": direction,
                "device": torch.cuda.get_device_name(),
                "layers": layers,
            }
        )
    )


if __name__ == "__main__":
    main()
