"""Every algorithm of some plugins against PyTorch itself: torch_check.py COUNT PLUGIN.so...

Random problems with all padding modes, asymmetric padding (F.pad, then conv), groups, dilation,
bias, batch 0; whole numbers must agree bit for bit, normal ones to 2e-5 of the largest magnitude.
ctypes over the bare table.
"""
import ctypes as c
import random
import sys

import torch
import torch.nn.functional as F

FIELDS = {
    "axis": [(n, c.c_int64) for n in "input kernel stride dilation pad_before pad_after".split()],
    "device": [("struct_size", c.c_size_t)],
}


class Axis(c.Structure):
    _fields_ = FIELDS["axis"]


class Spec(c.Structure):
    _fields_ = (
        [("struct_size", c.c_size_t)]
        + [(n, c.c_int64) for n in "batch in_channels out_channels groups".split()]
        + [("h", Axis), ("w", Axis)]
        + [
            (n, c.c_int32)
            for n in (
                "bias padding_mode direction src_type weights_type dst_type accumulator_type "
                "layout math deterministic"
            ).split()
        ]
        + [(n, c.c_int64 * 4) for n in ("src_strides", "weights_strides", "dst_strides")]
    )


class Settings(c.Structure):
    _fields_ = (
        [("struct_size", c.c_size_t)]
        + [(n, c.c_int32) for n in "device threads slots option_count".split()]
        + [("options", c.c_void_p), ("algorithm", c.c_char_p), ("workspace_limit_bytes", c.c_int64)]
    )


class Note(c.Structure):
    _fields_ = [("text", c.c_char_p), ("capacity", c.c_size_t)]


class WinogradAxis(c.Structure):
    _fields_ = [
        ("m", c.c_int32),
        ("r", c.c_int32),
        ("point_count", c.c_int32),
        ("points", c.c_int32 * 32),
    ]


class Algorithm(c.Structure):
    _fields_ = (
        [("struct_size", c.c_size_t), ("name", c.c_char * 128)]
        + [
            (n, c.c_int32)
            for n in "algorithm_class deterministic flushes_subnormals points_known".split()
        ]
        + [("winograd", WinogradAxis * 2), ("fft_tile", c.c_int32 * 2)]
    )


class Requirement(c.Structure):
    _fields_ = (
        [("struct_size", c.c_size_t)]
        + [(n, c.c_int32) for n in "role scope form memory_kind".split()]
        + [("bytes", c.c_size_t), ("alignment", c.c_size_t), ("layout", c.c_char * 64)]
    )


class Tensors(c.Structure):
    _fields_ = [("struct_size", c.c_size_t)] + [
        (n, c.c_void_p)
        for n in "src weights bias diff_dst dst diff_src diff_weights diff_bias".split()
    ]


FUNCTIONS = (
    "device_count device_info options query algorithms plan_create plan_destroy plan_algorithm"
    " requirements bind prepare_weights upload execute wait fetch"
).split()


class Backend(c.Structure):
    _fields_ = (
        [("struct_size", c.c_size_t)]
        + [(n, c.c_char_p) for n in "name description version".split()]
        + [(n, c.CFUNCTYPE(c.c_int32)) for n in FUNCTIONS]
    )


class Plugin(c.Structure):
    _fields_ = [
        ("struct_size", c.c_size_t),
        ("abi_version", c.c_uint32),
        ("backend_count", c.c_int32),
        ("name", c.c_char_p),
        ("version", c.c_char_p),
        ("backends", c.POINTER(c.POINTER(Backend))),
    ]


def call(backend, name, *args):
    function = c.cast(getattr(backend, name), c.c_void_p).value
    return c.CFUNCTYPE(
        c.c_int32, *[type(a) if isinstance(a, (c.c_int32, c.c_int64)) else c.c_void_p for a in args]
    )(function)(
        *[a if isinstance(a, (c.c_int32, c.c_int64)) else c.cast(a, c.c_void_p) for a in args]
    )


def random_axis(r, mode):
    kernel, size = r.choice([1, 2, 3, 3, 4, 5, 7]), r.randint(1, 24)
    most = {1: size - 1, 3: size}.get(mode, 7)
    return Axis(
        size,
        kernel,
        r.choice([1, 1, 2, 3]),
        r.choice([1, 1, 2]),
        r.randint(0, min(most, kernel)),
        r.randint(0, min(most, kernel)),
    )


def output(a):
    return (a.pad_before + a.input + a.pad_after - a.dilation * (a.kernel - 1) - 1) // a.stride + 1


def random_spec(r):
    while True:
        s = Spec(
            struct_size=c.sizeof(Spec),
            batch=r.choice([0, 1, 1, 2, 3]),
            groups=r.choice([1, 1, 2, 8, 16]),
        )
        s.in_channels, s.out_channels = s.groups * r.choice(
            [1, 1, 2, 3, 8, 16]
        ), s.groups * r.choice([1, 2, 5, 8])
        s.bias, s.padding_mode, s.layout = (
            r.randint(0, 1),
            r.choice([0, 0, 1, 2, 3]),
            r.randint(0, 2),
        )
        s.h, s.w = random_axis(r, s.padding_mode), random_axis(r, s.padding_mode)
        if output(s.h) >= 1 and output(s.w) >= 1:
            return s


def set_strides(s, x, w, y):
    for name, tensor in (("src", x), ("weights", w), ("dst", y)):
        n, ch, h, wd = tensor.shape
        last = s.layout == 1 and name != "weights"
        strides = (ch * h * wd, 1, wd * ch, ch) if last else (ch * h * wd, h * wd, wd, 1)
        setattr(s, name + "_strides", (c.c_int64 * 4)(*strides))


def want(s, x, w, b):
    mode = ("constant", "reflect", "replicate", "circular")[s.padding_mode]
    pads = [s.w.pad_before, s.w.pad_after, s.h.pad_before, s.h.pad_after]
    padded = F.pad(x, pads, mode=mode) if any(pads) and x.shape[0] else x
    if not x.shape[0]:
        return torch.zeros(0, s.out_channels, output(s.h), output(s.w), dtype=x.dtype)
    return F.conv2d(
        padded, w, b, (s.h.stride, s.w.stride), 0, (s.h.dilation, s.w.dilation), s.groups
    )


def stored(s, x):
    return (x.permute(0, 2, 3, 1) if s.layout == 1 else x).contiguous()


def run(backend, s, settings, x, w, b):
    plan, reason, text = c.c_void_p(), c.c_int32(), c.create_string_buffer(512)
    note = Note(c.cast(text, c.c_char_p), 512)
    status = call(
        backend,
        "plan_create",
        c.pointer(s),
        c.pointer(settings),
        c.pointer(plan),
        c.pointer(reason),
        c.pointer(note),
    )
    assert status == 0, text.value
    count, needed = c.c_int32(), (Requirement * 16)()
    for n in needed:
        n.struct_size = c.sizeof(Requirement)
    call(backend, "requirements", plan, needed, c.c_int32(16), c.pointer(count))
    y = torch.full((s.batch, s.out_channels, output(s.h), output(s.w)), float("nan"))
    y = stored(s, y)
    xs = stored(s, x)
    given = {0: xs, 1: w, 2: b, 3: y}
    buffers, addresses = [], (c.c_void_p * 16)()
    for i in range(count.value):
        tensor = given.get(needed[i].role) if needed[i].form == 0 else None
        if tensor is not None:
            addresses[i] = tensor.data_ptr() or 4096
            assert tensor.numel() * 4 == needed[i].bytes, needed[i].role
            continue
        buffers.append(
            c.create_string_buffer(b"\xff" * (needed[i].bytes + 64), needed[i].bytes + 64)
        )
        addresses[i] = (c.addressof(buffers[-1]) + 63) // 64 * 64
    host = Tensors(
        c.sizeof(Tensors),
        xs.data_ptr(),
        w.data_ptr(),
        b.data_ptr() if b is not None else None,
        None,
        y.data_ptr(),
    )
    slot, zero = (c.c_int32 * 1)(0), c.c_int32(0)
    for name, args in (
        ("bind", (zero, addresses, count)),
        ("prepare_weights", (zero, c.pointer(host))),
        ("upload", (zero, c.pointer(host))),
        ("execute", (slot, c.c_int64(1), c.c_void_p(0))),
        ("wait", ()),
        ("fetch", (zero, c.pointer(host))),
    ):
        assert call(backend, name, plan, *args, c.pointer(note)) == 0, (name, text.value)
    call(backend, "plan_destroy", plan)
    return y.permute(0, 3, 1, 2) if s.layout == 1 else y


def values(r, shape, whole):
    generator = torch.Generator().manual_seed(r.randrange(1 << 30))
    return (
        torch.randint(-3, 4, shape, generator=generator).float()
        if whole
        else torch.randn(shape, generator=generator)
    )


def check(backend, seed):
    r = random.Random(seed)
    s = random_spec(r)
    settings = Settings(c.sizeof(Settings), 0, r.randint(1, 3), 1, 0, None, None, -1)
    shape = (s.batch, s.in_channels, s.h.input, s.w.input)
    kernel = (s.out_channels, s.in_channels // s.groups, s.h.kernel, s.w.kernel)
    set_strides(
        s,
        torch.empty(shape),
        torch.empty(kernel),
        torch.empty(s.batch, s.out_channels, output(s.h), output(s.w)),
    )
    found, count = (Algorithm * 64)(), c.c_int32()
    for f in found:
        f.struct_size = c.sizeof(Algorithm)
    if call(
        backend,
        "algorithms",
        c.pointer(s),
        c.pointer(settings),
        found,
        c.c_int32(64),
        c.pointer(count),
        None,
    ):
        return 0
    for whole in (True, False):
        x, w = values(r, shape, whole), values(r, kernel, whole)
        b = values(r, (s.out_channels,), whole) if s.bias else None
        expected = want(s, x.double(), w.double(), b.double() if s.bias else None).float()
        for f in found[: count.value]:
            settings.algorithm = f.name
            got = run(backend, s, settings, x, w, b)
            exact = whole and f.algorithm_class < 2
            limit = (
                0
                if exact
                else 2e-5 * max(1.0, float(expected.abs().max()) if expected.numel() else 1.0)
            )
            worst = float((got - expected).abs().max()) if expected.numel() else 0.0
            assert got.shape == expected.shape and worst <= limit, (
                seed,
                f.name,
                whole,
                worst,
                limit,
            )
    return count.value


def main():
    for file in sys.argv[2:]:
        entry = c.CDLL(file).cvg_plugin_entry
        entry.restype = c.POINTER(Plugin)
        plugin = entry(c.c_uint32(1), None, c.byref(c.c_uint32()))[0]
        for i in range(plugin.backend_count):
            backend = plugin.backends[i][0]
            runs = [check(backend, seed) for seed in range(int(sys.argv[1]))]
            print(
                f"{backend.name.decode()}: {len(runs)} problems,"
                f" {sum(n > 0 for n in runs)} accepted, {sum(runs)} algorithms agree with torch"
                f" {torch.__version__}"
            )


main()
