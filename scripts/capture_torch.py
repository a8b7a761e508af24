#!/usr/bin/env python3
"""The convolutions that PyTorch code runs, as a config for convgauge.

usage: scripts/capture_torch.py MODEL:CALLABLE --input 1,3,224,224 [-o suite.json]

MODEL is a module (torchvision.models) or a file (net.py); CALLABLE is a torch.nn.Module of it, or
what makes one when it is called without arguments. The module runs once, in eval mode, on zeros of
the given sizes; several inputs are several --input. In code of one's own:

    from capture_torch import capture
    with capture(model, name="mine") as found:
        model(images)               # or whatever calls convolutions, backward() too
    found.save("mine.json")

Works with torch 1.13 and 2.x. Not seen: what runs inside a compiled or frozen graph that has
operators of its own (torch.jit.optimize_for_inference). Errors: a line on standard error, exit
code 2.
"""
import argparse
import collections
import importlib
import importlib.util
import json
import pathlib
import sys

try:
    import torch
    from torch.overrides import TorchFunctionMode
    from torch.utils._python_dispatch import TorchDispatchMode
except ImportError as lacking:
    sys.exit(f"capture_torch.py: {lacking}: PyTorch 1.13 or later is needed")

# Their words in a config.
DTYPES = {
    torch.float32: "f32",
    torch.float64: "f64",
    torch.float16: "f16",
    torch.bfloat16: "bf16",
}
CONVOLUTIONS = ("aten::convolution", "aten::_convolution")
# Torch resolves these into the above, in inference mode only once it is asked to.
RESOLVED = {f"aten::conv{kind}{rank}d" for kind in ("", "_transpose") for rank in (1, 2, 3)}
RESOLVED.add("aten::_convolution_mode")
Hint = collections.namedtuple("Hint", "sizes before after mode kernel")


class Place:
    """A module that runs, and what its next convolution was before the module padded its input."""

    def __init__(self, module, hint=None):
        self.module, self.hint = module, hint


class NotConv2d(Exception):
    """Why a call is no problem of convgauge."""


def two(values, of_row):
    """Height first; a row's height is `of_row`."""
    values = list(values)
    return values if len(values) == 2 else [of_row, *values]


def gradient_padding(sizes, outputs, kernel, stride, before, dilation):
    """The padding behind, per axis, with which a convolution of `sizes` has `outputs`: the padding
    before, unless output_padding of the transposed convolution needs another one."""
    after = []
    for size, out, k, s, p, d in zip(sizes, outputs, kernel, stride, before, dilation):
        most = s * out - 1 + d * (k - 1) + 1 - size - p
        wanted = min(max(p, most - s + 1), most)
        after.append(0 if wanted < 0 <= most else wanted)
    if min(after) < 0:
        raise NotConv2d("output_padding adds more zeros than the padding of a Conv2d hides")
    return after


def same_padding(kernel, dilation):
    """What padding="same" adds before and behind; an odd element goes behind."""
    totals = [d * (k - 1) for k, d in zip(kernel, dilation)]
    return [t // 2 for t in totals], [t - t // 2 for t in totals]


class _Calls(TorchFunctionMode):
    """Sees conv1d and conv2d as they are called, with padding="same", which torch resolves into a
    pad and a convolution before _Operators sees it."""

    def __init__(self, owner):
        super().__init__()
        self.owner = owner

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if function in (torch.conv1d, torch.conv2d, torch.nn.functional.conv2d):
            padding = kwargs.get("padding", args[4] if len(args) > 4 else 0)
            if padding == "same" and args and len(args) > 1:
                self.owner.note_same(args[0], args[1], kwargs, args)
        return function(*args, **kwargs)


class _Operators(TorchDispatchMode):
    """Sees every operator with the tensors that it gets, behind autocast."""

    def __init__(self, owner):
        super().__init__()
        self.owner = owner

    def __torch_dispatch__(self, operator, types, args=(), kwargs=None):
        if operator._schema.name in RESOLVED:
            with self:
                return operator.decompose(*args, **(kwargs or {}))
        self.owner.note(operator._schema.name, args)
        return operator(*args, **(kwargs or {}))


class capture:
    """Records the convolutions that run in a `with` block, of the thread that entered it.

    model: a torch.nn.Module whose modules give the problems their names. name: of the suite.
    problems: the elements of "problems" of a config, equal ones as one with "count".
    skipped: {(what, why): how often}.
    """

    def __init__(self, model=None, name="captured"):
        self.name = name
        self.problems, self.skipped = [], collections.Counter()
        self._names = {} if model is None else {id(m): n for n, m in model.named_modules()}
        self._keys, self._taken = {}, set()
        self._stack = [Place(None)]  # the first one: outside of all modules

    def __enter__(self):
        hooks = torch.nn.modules.module
        self._handles = [
            hooks.register_module_forward_pre_hook(self._enter_module),
            hooks.register_module_forward_hook(self._leave_module),
        ]
        self._modes = [_Calls(self), _Operators(self)]
        for mode in self._modes:
            mode.__enter__()
        return self

    def __exit__(self, *failure):
        for mode in reversed(self._modes):
            mode.__exit__(*failure)
        for handle in self._handles:
            handle.remove()
        del self._stack[1:]

    def suite(self):
        """The config, as an object for json."""
        return {
            "name": self.name,
            "source": f"torch {torch.__version__}, recorded at the call of each convolution",
            "problems": self.problems,
        }

    def save(self, file):
        """Writes the config; OSError where that fails."""
        pathlib.Path(file).write_text(json.dumps(self.suite(), indent=2) + "\n")

    def _enter_module(self, module, inputs):
        self._stack.append(Place(module, self._hint_of(module, inputs)))

    def _leave_module(self, module, inputs, output):
        while len(self._stack) > 1 and self._stack.pop().module is not module:
            pass  # what an exception left

    @staticmethod
    def _hint_of(module, inputs):
        """Of a module that pads its input itself, before it calls a convolution."""
        kinds = (torch.nn.Conv1d, torch.nn.Conv2d)
        mode = getattr(module, "padding_mode", "zeros")
        if not isinstance(module, kinds) or mode == "zeros" or not inputs:
            return None
        rank = len(module.kernel_size)
        ends = (
            module._reversed_padding_repeated_twice
        )  # last axis first: before, behind, before ...
        before, after = list(ends[-2::-2]), list(ends[-1::-2])
        return Hint(list(inputs[0].shape[-rank:]), before, after, mode, list(module.kernel_size))

    def note_same(self, x, weight, kwargs, args):
        rank = weight.dim() - 2
        kernel = list(weight.shape[2:])
        dilation = kwargs.get("dilation", args[5] if len(args) > 5 else 1)
        dilation = [dilation] * rank if isinstance(dilation, int) else list(dilation)
        dilation = dilation * rank if len(dilation) == 1 else dilation
        before, after = same_padding(kernel, dilation)
        if self._stack[-1].hint is None:
            self._stack[-1].hint = Hint(list(x.shape[-rank:]), before, after, "zeros", kernel)

    def note(self, operator, args):
        if operator in CONVOLUTIONS:
            place = self._stack[-1]
            hint, place.hint = place.hint, None
            self._note_forward(hint, *args[:9])
        elif operator == "aten::convolution_backward":
            self._note_backward(*args[:11])
        elif "conv" in operator.split("::")[-1] and "convert" not in operator:
            self.skipped[operator, "an operator that is not read"] += 1

    def _note_forward(
        self, hint, x, weight, bias, stride, padding, dilation, transposed, output_padding, groups
    ):
        what = ("conv_transpose" if transposed else "conv") + f"{x.dim() - 2}d"
        numbers = (stride, padding, dilation, output_padding, groups)
        if transposed:
            self._add(what, "backward_data", x, lambda: self._gradient(x, weight, *numbers))
        else:
            self._add(what, "forward", x, lambda: self._problem(x, weight, bias, hint, *numbers))

    def _note_backward(
        self, dy, x, weight, bias_sizes, stride, padding, dilation, transposed, extra, groups, mask
    ):
        what = f"conv{x.dim() - 2}d backward"
        numbers = (stride, padding, dilation, extra, groups)
        # The gradients of a transposed convolution are a convolution of dy, and weights with the
        # roles of dy and x exchanged.
        source, bias = (dy, None) if transposed else (x, True if mask[2] else None)
        problem = (
            (lambda: self._gradient(x, weight, *numbers))
            if transposed
            else (lambda: self._problem(source, weight, bias, None, *numbers))
        )
        if mask[0]:
            direction = "forward" if transposed else "backward_data"
            self._add(what, direction, x, lambda: {**problem(), "bias": False})
        if mask[1]:
            self._add(what, "backward_weights", x, problem)

    @staticmethod
    def _problem(x, weight, bias, hint, stride, padding, dilation, output_padding, groups):
        rank = x.dim() - 2
        sizes, before, after, mode = list(x.shape[2:]), list(padding), list(padding), "zeros"
        before, after = (v * rank if len(v) == 1 else v for v in (before, after))
        if hint and hint.kernel == list(weight.shape[2:]):
            sizes, before, after, mode = hint[:4]
        return {
            "batch": x.shape[0],
            "in_channels": x.shape[1],
            "out_channels": weight.shape[0],
            **_axes(sizes, weight, stride, before, after, dilation),
            "groups": groups,
            "bias": bias is not None,
            "padding_mode": mode,
        }

    @staticmethod
    def _gradient(x, weight, stride, padding, dilation, output_padding, groups):
        """The convolution whose gradient by its input is this transposed convolution."""
        rank, kernel = x.dim() - 2, weight.shape[2:]
        stride, padding, dilation, output_padding = (
            list(v) * rank if len(v) == 1 else list(v)
            for v in (stride, padding, dilation, output_padding)
        )
        sizes = [
            (n - 1) * s - 2 * p + d * (k - 1) + o + 1
            for n, k, s, p, d, o in zip(
                x.shape[2:], kernel, stride, padding, dilation, output_padding
            )
        ]
        after = gradient_padding(sizes, x.shape[2:], kernel, stride, padding, dilation)
        return {
            "batch": x.shape[0],
            "in_channels": weight.shape[1] * groups,
            "out_channels": weight.shape[0],
            **_axes(sizes, weight, stride, padding, after, dilation),
            "groups": groups,
            "bias": False,
            "padding_mode": "zeros",
        }

    def _add(self, what, direction, x, make):
        try:
            if x.dim() not in (3, 4):
                raise NotConv2d("Conv2d has two spatial dimensions")
            if x.dtype not in DTYPES:
                raise NotConv2d(f"its element type is {x.dtype}".replace("torch.", ""))
            problem = make()
        except NotConv2d as why:
            self.skipped[what, str(why)] += 1
            return
        if x.dim() == 4 and not x.is_contiguous():
            if x.is_contiguous(memory_format=torch.channels_last):
                problem["layout"] = "nhwc"
        if direction != "forward":
            problem["direction"] = direction
        if x.dtype != torch.float32:
            problem["dtype"] = DTYPES[x.dtype]
        self._merge(what.split()[0], _without_defaults(problem))

    def _merge(self, what, problem):
        key = json.dumps(problem, sort_keys=True)
        if key in self._keys:
            known = self.problems[self._keys[key]]
            known["count"] = known.get("count", 1) + 1
            return
        self._keys[key] = len(self.problems)
        self.problems.append({"name": self._unique(self._place(what)), **problem})

    def _place(self, what):
        """The innermost module with a name; "conv2d" behind it where it is no convolution."""
        for place in reversed(self._stack):
            name = self._names.get(id(place.module))
            if name:
                return name if "Conv" in type(place.module).__name__ else f"{name}.{what}"
        return what

    def _unique(self, name):
        tried, number = name, 1
        while tried in self._taken:
            number += 1
            tried = f"{name}#{number}"
        self._taken.add(tried)
        return tried


def _axes(sizes, weight, stride, before, after, dilation):
    rank = len(sizes)
    stride, dilation = (
        list(v) * rank if len(v) == 1 and rank == 2 else list(v) for v in (stride, dilation)
    )
    height, width = two(sizes, 1)
    (top, left), (bottom, right) = two(before, 0), two(after, 0)
    return {
        "height": height,
        "width": width,
        "kernel_size": two(weight.shape[2:], 1),
        "stride": two(stride, 1),
        "padding": [top, bottom, left, right],
        "dilation": two(dilation, 1),
    }


def _without_defaults(problem):
    """As a person writes it: one number for two equal ones, torch's defaults left out but bias."""
    top, bottom, left, right = problem["padding"]
    if (top, left) == (bottom, right):
        problem["padding"] = [top, left]
    for key in ("kernel_size", "stride", "padding", "dilation"):
        if len(set(problem[key])) == 1:
            problem[key] = problem[key][0]
    defaults = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1, "padding_mode": "zeros"}
    return {k: v for k, v in problem.items() if k not in defaults or v != defaults[k]}


class BadInput(Exception):
    """What the user stated is wrong; the message names it and the rule."""


def load(text):
    """The torch.nn.Module that MODEL:CALLABLE names."""
    place, colon, name = text.rpartition(":")
    if not colon or not place or not name:
        raise BadInput(f"{text}: must be MODEL:CALLABLE, such as torchvision.models:resnet18")
    try:
        if place.endswith(".py"):
            spec = importlib.util.spec_from_file_location(pathlib.Path(place).stem, place)
            holder = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(holder)
        else:
            holder = importlib.import_module(place)
    except Exception as why:
        raise BadInput(f"{place}: cannot be loaded: {type(why).__name__}: {why}") from why
    found = holder
    for part in name.split("."):
        if not hasattr(found, part):
            raise BadInput(f"{place}: has no '{name}'")
        found = getattr(found, part)
    if isinstance(found, torch.nn.Module):
        return found
    try:
        found = found()
    except Exception as why:
        raise BadInput(f"{text}: called: {type(why).__name__}: {why}") from why
    if not isinstance(found, torch.nn.Module):
        raise BadInput(f"{text}: gives a {type(found).__name__}, not a torch.nn.Module")
    return found


def sizes_of(text):
    try:
        sizes = [int(part) for part in text.split(",")]
    except ValueError:
        sizes = [0]
    if min(sizes) < 1:
        raise BadInput(f"--input {text}: must be whole numbers from 1 up, such as 1,3,224,224")
    return sizes


def run(options):
    model = load(options.model).eval()
    dtype = next(t for t, word in DTYPES.items() if word == options.dtype)
    inputs = [torch.zeros(sizes_of(text), dtype=dtype) for text in options.input]
    name = options.model.rpartition(":")[2]
    with capture(model.to(dtype), name) as found, torch.no_grad():
        try:
            model(*inputs)
        except Exception as why:
            raise BadInput(f"{options.model}: ran: {type(why).__name__}: {why}") from why
    for (what, why), count in found.skipped.items():
        print(f"capture_torch.py: skipped {count} {what}: {why}", file=sys.stderr)
    if not found.problems:
        raise BadInput(f"{options.model}: no convolution ran that convgauge has")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", metavar="MODEL:CALLABLE")
    parser.add_argument("--input", action="append", required=True, metavar="1,3,224,224")
    parser.add_argument("--dtype", choices=DTYPES.values(), default="f32", help="of the model")
    parser.add_argument("-o", metavar="FILE", help="default: standard output")
    options = parser.parse_args()
    try:
        found = run(options)
        if options.o:
            found.save(options.o)
        else:
            print(json.dumps(found.suite(), indent=2))
    except (BadInput, OSError) as why:
        print(f"capture_torch.py: {why}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
