"""Random problems in the config's JSON keys, legal and illegal, from one seed:
problem(seed, index) is always the same.

A case says what to run: {"problem", "dtype", "data", "layout", "threads", "unbatched", "broken"};
`broken` names the field that was made illegal on purpose (None: legal or not as chance has it,
which torch decides).
"""
import random

MODES = ["zeros", "zeros", "reflect", "replicate", "circular"]
ZERO_CHANCE_BATCH = [0, 1, 1, 1, 2, 2, 3, 5]


def pair(rng, values):
    """A number, or (height, width)."""
    return rng.choice(values) if rng.random() < 0.4 else [rng.choice(values), rng.choice(values)]


def channels(rng):
    """(in, out, groups): plain, grouped, depthwise, depthwise with a multiplier."""
    kind = rng.random()
    if kind < 0.45:
        return rng.randint(1, 20), rng.randint(1, 20), 1
    groups = rng.randint(2, 9)
    if kind < 0.7:
        return groups * rng.randint(2, 4), groups * rng.randint(1, 4), groups
    return groups, groups * (1 if kind < 0.85 else rng.randint(2, 4)), groups


def padding(rng, mode):
    kind = rng.random()
    if kind < 0.15:
        return rng.choice(["same", "valid"])
    if kind < 0.35:
        return [rng.randint(0, 3) for _ in range(4)]
    if kind < 0.42 and mode == "zeros":
        return [rng.randint(0, 3)]
    return pair(rng, [0, 1, 1, 2, 3, 5])


def plain(rng):
    """Any problem; most are legal."""
    cin, cout, groups = channels(rng)
    mode = rng.choice(MODES)
    p = {
        "batch": rng.choice(ZERO_CHANCE_BATCH),
        "in_channels": cin,
        "out_channels": cout,
        "groups": groups,
        "height": rng.randint(1, 20),
        "width": rng.randint(1, 24),
        "kernel_size": pair(rng, [1, 1, 2, 3, 3, 4, 5, 7]),
        "padding": padding(rng, mode),
        "padding_mode": mode,
    }
    if rng.random() < 0.5:
        p["dilation"] = pair(rng, [1, 1, 2, 3])
    if p["padding"] == "same":
        p["stride"] = 1
    elif rng.random() < 0.6:
        p["stride"] = pair(rng, [1, 1, 2, 3, 4])
    if rng.random() < 0.1 and mode == "zeros":
        p["dilation"] = [rng.randint(1, 2)]
    if rng.random() < 0.5:
        p["bias"] = rng.random() < 0.5
    if rng.random() < 0.06:  # a kernel beyond the input, which padding may or may not make room for
        p["kernel_size"] = [p["height"] + rng.randint(0, 3), p["width"] + rng.randint(0, 3)]
    if rng.random() < 0.3:  # defaults need not be said
        for key in ("groups", "padding_mode", "batch"):
            if p[key] == {"groups": 1, "padding_mode": "zeros", "batch": 1}[key]:
                del p[key]
    return p


def legal_base(rng):
    return {
        "batch": 2,
        "in_channels": 4,
        "out_channels": 8,
        "height": 9,
        "width": 11,
        "kernel_size": 3,
        "padding": 1,
        "groups": rng.choice([1, 2, 4]),
        "padding_mode": rng.choice(MODES),
    }


# What torch.nn.Conv2d refuses, or convgauge by a decision of harness/core/README.md:
# field -> what it is set to.
BREAKS = [
    ("groups", 3, {}),
    ("groups", 0, {}),
    ("groups", -1, {}),
    ("groups", 8, {}),
    ("groups", 5, {}),
    ("stride", 0, {}),
    ("stride", [1, 0], {}),
    ("stride", -1, {}),
    ("stride", [1, 2, 3], {}),
    ("stride", [], {}),
    ("dilation", 0, {}),
    ("dilation", [0, 1], {}),
    ("dilation", -2, {}),
    ("dilation", [1, 1, 1], {}),
    ("kernel_size", 0, {}),
    ("kernel_size", [3, 0], {}),
    ("kernel_size", [3], {}),
    ("kernel_size", -3, {}),
    ("kernel_size", [3, 3, 3], {}),
    ("kernel_size", 40, {}),
    ("kernel_size", [3, 14], {"padding": 1}),
    ("padding", -1, {}),
    ("padding", [0, -1], {}),
    ("padding", "full", {}),
    ("padding", "SAME", {}),
    ("padding", "same", {"stride": 2}),
    ("padding", "same", {"stride": [1, 2]}),
    ("padding", [1, 1, 1], {}),
    ("padding", [1], {"padding_mode": "circular"}),
    ("padding", 9, {"padding_mode": "reflect"}),
    ("padding", [0, 11], {"padding_mode": "reflect"}),
    ("padding", 10, {"padding_mode": "circular"}),
    ("padding", [0, 12], {"padding_mode": "circular"}),
    ("padding_mode", "constant", {}),
    ("padding_mode", "Zeros", {}),
    ("padding_mode", "", {}),
    ("in_channels", 0, {"groups": 1}),
    ("in_channels", -4, {}),
    ("out_channels", 0, {}),
    ("out_channels", -8, {}),
    ("height", 0, {}),
    ("width", 0, {}),
    ("height", -1, {}),
    ("batch", -1, {}),
    # The decisions: integers and booleans of JSON, nothing that merely looks like one.
    ("stride", 2.0, {}),
    ("stride", None, {}),
    ("stride", "2", {}),
    ("stride", True, {}),
    ("bias", 1, {}),
    ("bias", "false", {}),
    ("bias", None, {}),
    ("groups", 1.0, {}),
    ("padding", 1.5, {}),
    ("kernel_size", None, {}),
    ("height", 2**63, {}),
    ("batch", 2**62, {}),
    ("padding", 2**62, {"padding_mode": "zeros"}),
    ("width", "11", {}),
    ("dilation", 2**62, {}),
    ("padding_mode", 0, {}),
    ("padding_mode", None, {}),
    ("in_channels", [4], {}),
]
# The decided ones, which torch need not refuse.
DECIDED = {
    ("in_channels", "0"),
    ("stride", "2.0"),
    ("stride", "None"),
    ("stride", "True"),
    ("bias", "1"),
    ("bias", "'false'"),
    ("bias", "None"),
    ("groups", "1.0"),
    ("padding", "-1"),
    ("padding", "[0, -1]"),
    ("padding", str(2**62)),
}


def case(seed, index):
    rng = random.Random(f"{seed}/{index}")
    c = {
        "index": index,
        "broken": None,
        "decided": False,
        "dtype": rng.choices(["f32", "f64", "f16"], [7, 2, 2])[0],
        "data": rng.choice(["integer", "integer", "normal"]),
        "layout": rng.choice(["nchw", "nchw", "nhwc"]),
        "threads": rng.choice([1, 1, 2]),
        "output_f64": rng.random() < 0.3,
        "random": rng.getrandbits(32),
    }
    if index % 5 == 4:
        field, value, more = BREAKS[(index // 5) % len(BREAKS)]
        c["problem"] = {**legal_base(rng), **more, field: value}
        c["broken"], c["decided"] = field, (field, repr(value)) in DECIDED
    else:
        c["problem"] = plain(rng)
    c["unbatched"] = c["problem"].get("batch", 1) == 1 and rng.random() < 0.3
    return c
