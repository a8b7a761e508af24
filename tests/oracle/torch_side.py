"""What torch.nn.Conv2d makes of a case: tensors, the right output,
how far another may be from it, or its refusal."""
import dataclasses

import numpy as np
import torch
import torch.nn.functional as F

TYPES = {"f16": np.float16, "f32": np.float32, "f64": np.float64}
ROUNDING = {"f16": 2.0**-11, "f32": 2.0**-24, "f64": 2.0**-53}  # unit roundoff
TINY = {"f16": 2.0**-25, "f32": 2.0**-150, "f64": 0.0}  # half the smallest subnormal


def module_of(p, dtype):
    """The module itself. Four explicit paddings, our extension,
    are F.pad before a module without padding."""
    four = isinstance(p.get("padding"), list) and len(p["padding"]) == 4
    kernel = tuple(p["kernel_size"]) if isinstance(p["kernel_size"], list) else p["kernel_size"]
    pads = 0 if four else p.get("padding", 0)
    module = torch.nn.Conv2d(
        p["in_channels"],
        p["out_channels"],
        kernel,
        stride=p.get("stride", 1),
        padding=pads if isinstance(pads, (int, str)) else tuple(pads) if len(pads) > 1 else pads,
        dilation=p.get("dilation", 1),
        groups=p.get("groups", 1),
        bias=p.get("bias", True),
        padding_mode=p.get("padding_mode", "zeros"),
        dtype=dtype,
    )
    return module, p["padding"] if four else None


def pad_four(x, four, mode):
    top, bottom, left, right = four
    if mode == "zeros":
        return F.pad(x, [left, right, top, bottom])
    return F.pad(x, [left, right, top, bottom], mode=mode)


def forward(p, x, weight, bias, dtype):
    module, four = module_of(p, dtype)
    with torch.no_grad():
        module.weight.copy_(torch.from_numpy(weight).to(dtype))
        if module.bias is not None:
            module.bias.copy_(torch.from_numpy(bias).to(dtype))
        x = torch.from_numpy(x).to(dtype)
        return module(pad_four(x, four, p.get("padding_mode", "zeros")) if four else x).numpy()


@dataclasses.dataclass
class Answer:
    refusal: str = ""  # torch's words, where it refuses
    arrays: dict = None  # input, weight, bias (or None)
    want: np.ndarray = None  # in double: exact on whole numbers
    allowed: np.ndarray = None


def values(rng, shape, data, dtype):
    if (
        data == "integer"
    ):  # small enough that every partial sum is exact in f32; and the sum itself mostly in f16
        return rng.integers(-3, 4, shape).astype(TYPES[dtype])
    return rng.standard_normal(shape).astype(TYPES[dtype])


def tensors(case, rng):
    p = case["problem"]
    kernel = p["kernel_size"] if isinstance(p["kernel_size"], list) else [p["kernel_size"]] * 2
    make = lambda shape: values(rng, shape, case["data"], case["dtype"])
    return {
        "input": make((p.get("batch", 1), p["in_channels"], p["height"], p["width"])),
        "weight": make((p["out_channels"], p["in_channels"] // p.get("groups", 1), *kernel)),
        "bias": make((p["out_channels"],)) if p.get("bias", True) else None,
    }


def answer(case):
    """The module of the case's problem on random tensors.
    Refusals at construction and at forward are one."""
    p = case["problem"]
    try:
        a = tensors(case, np.random.default_rng(case["random"]))
        compute = torch.float64 if case["dtype"] == "f64" else torch.float32
        single = forward(p, a["input"], a["weight"], a["bias"], compute)
    except (
        Exception
    ) as refusal:  # torch raises RuntimeError, ValueError, TypeError, ZeroDivisionError ...
        return Answer(refusal=f"{type(refusal).__name__}: {str(refusal).splitlines()[0]}")
    want = forward(p, a["input"], a["weight"], a["bias"], torch.float64)
    if case["data"] == "integer":
        assert np.array_equal(
            single.astype(np.float64), want
        ), "torch's own f32 is not exact on whole numbers"
        return Answer(arrays=a, want=want, allowed=np.zeros_like(want))
    absolute = {k: None if v is None else np.abs(v.astype(np.float64)) for k, v in a.items()}
    magnitude = forward(p, absolute["input"], absolute["weight"], absolute["bias"], torch.float64)
    products = a["weight"][0].size + 1
    # Any order of summation errs by at most (n + 1) u times the sum of magnitudes (Higham, Accuracy
    # and Stability, 2nd ed., eq. 3.5, with room for second-order terms);
    # once more for torch's own double.
    allowed = (
        1.01
        * (products + 1)
        * (ROUNDING["f64" if case["dtype"] == "f64" else "f32"] + 2.0**-53)
        * magnitude
    )
    return Answer(arrays=a, want=want, allowed=allowed)


def differentiated(p, arrays, grad_output):
    """The gradients by input, weight and bias (or None) that torch's autograd gives, in double."""
    leaf = {
        k: None if v is None else torch.from_numpy(v.astype(np.float64)).requires_grad_()
        for k, v in arrays.items()
    }
    module, four = module_of(p, torch.float64)
    x = pad_four(leaf["input"], four, p.get("padding_mode", "zeros")) if four else leaf["input"]
    named = {k: v for k, v in (("weight", leaf["weight"]), ("bias", leaf["bias"])) if v is not None}
    y = torch.nn.utils.stateless.functional_call(module, named, (x,))
    y.backward(torch.from_numpy(grad_output.astype(np.float64)))
    return {k: None if v is None else v.grad.numpy() for k, v in leaf.items()}


def gradient(case, answer_, direction):
    """grad_output, and what it makes of `direction`: {role:
    Answer}, role input, or weight and bias."""
    p, a = case["problem"], answer_.arrays
    rng = np.random.default_rng(case["random"] + 1)
    grad_output = values(rng, answer_.want.shape, case["data"], case["dtype"])
    right = differentiated(p, a, grad_output)
    absolute = lambda v: None if v is None else np.abs(v.astype(np.float64))
    magnitude = differentiated(p, {k: absolute(v) for k, v in a.items()}, absolute(grad_output))
    terms = differentiated(
        p,
        {k: None if v is None else np.ones(v.shape) for k, v in a.items()},
        np.ones(grad_output.shape),
    )
    roles = (
        ["input"]
        if direction == "backward_data"
        else ["weight"] + (["bias"] if a["bias"] is not None else [])
    )
    made = {}
    for role in roles:
        # As in answer(): an error of (n + 1) u times the sum of magnitudes.
        u = ROUNDING["f64" if case["dtype"] == "f64" else "f32"] + 2.0**-53
        allowed = 1.01 * (terms[role] + 2) * u * magnitude[role]
        whole = case["data"] == "integer"
        made[role] = Answer(want=right[role], allowed=np.zeros_like(allowed) if whole else allowed)
    return grad_output, made


def in_double(case, answer_):
    """How far a result summed in double and kept in double may be from torch's."""
    if case["data"] == "integer":
        return answer_.allowed
    return answer_.allowed * (4.0 if case["dtype"] == "f64" else 2.0**-27)


def rounded(allowed, want, dtype):
    """Room for one rounding into the output's type on top."""
    if dtype == "f64":
        return allowed
    return allowed + (np.abs(want) + allowed) * ROUNDING[dtype] + TINY[dtype]
