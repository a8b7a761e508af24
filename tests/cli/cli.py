"""Running convgauge as a person or a CI job would, in an empty folder,
and looking at everything it leaves."""
import json
import os
import pathlib
import shlex
import struct
import subprocess
import sys
import tempfile
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import marked_processes

SOURCE = pathlib.Path(__file__).resolve().parents[2]
NPY_CODES = {"f32": "<f4", "f64": "<f8", "f16": "<f2", "i32": "<i4", "big": ">f4"}
STRUCT_CODES = {"f32": "f", "f64": "d", "f16": "e", "i32": "i", "big": "f"}


class Complaint(Exception):
    """What was not as expected; the text says it all."""


def expect(condition, message):
    if not condition:
        raise Complaint(message)


def write_npy(file, shape, dtype="f32", values=None, order=False):
    """NumPy's format by hand, so that these tests need no NumPy."""
    count = 1
    for size in shape:
        count *= size
    header = (
        f"{{'descr': '{NPY_CODES[dtype]}', 'fortran_order': {order}, 'shape':"
        f" ({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''}), }}"
    )
    header += " " * (-(len(header) + 11) % 64) + "\n"
    values = [(i % 5) - 2 for i in range(count)] if values is None else values
    data = struct.pack(f"{'>' if dtype == 'big' else '<'}{count}{STRUCT_CODES[dtype]}", *values)
    pathlib.Path(file).write_bytes(
        b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + data
    )


def read_npy(file):
    """(shape, values) of a file that convgauge wrote."""
    raw = pathlib.Path(file).read_bytes()
    length = struct.unpack("<H", raw[8:10])[0]
    header = eval(raw[10 : 10 + length], {}, {"True": True, "False": False})
    code = {"<f4": "f", "<f8": "d", "<f2": "e"}[header["descr"]]
    return header["shape"], struct.unpack(
        f"<{len(raw[10 + length:]) // struct.calcsize(code)}{code}", raw[10 + length :]
    )


class Done:
    """A finished run."""

    def __init__(self, line, code, out, err):
        self.line, self.code, self.out, self.err = line, code, out, err

    def is_(self, code):
        expect(self.code == code, f"exit code {self.code}, not {code}\n{self}")
        return self

    def __str__(self):
        return f"  $ {self.line}\n  stdout: {self.out[-1500:]}\n  stderr: {self.err[-1500:]}"


class Cli:
    """convgauge in an empty folder of its own."""

    def __init__(self, convgauge):
        self.convgauge = pathlib.Path(convgauge).resolve()
        self.build = self.convgauge.parent.parent
        self._folder = tempfile.TemporaryDirectory(prefix="convgauge-cli-")
        self.folder = pathlib.Path(self._folder.name) / "here"
        self.folder.mkdir()
        # A cache of references that an earlier run filled would hide work;
        # a test's own hides nothing.
        self.environment = {
            **os.environ,
            "XDG_CACHE_HOME": str(pathlib.Path(self._folder.name) / "cache"),
        }
        self.names = {
            "plugins": self.build / "plugins",
            "faulty": self.build / "faulty",
            "source": SOURCE,
            "deny": self.build / "witness" / "deny",
            "witness": self.build / "witness" / "witness.so",
            "configs": SOURCE / "configs",
            "convgauge": self.convgauge,
        }

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._folder.cleanup()

    def write(self, name, content):
        """Text as it is, a dictionary with "npy" as an array, anything else as JSON."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, dict) and "npy" in content:
            write_npy(
                file,
                content["npy"],
                content.get("dtype", "f32"),
                order=content.get("fortran_order", False),
            )
        else:
            file.write_text(content if isinstance(content, str) else json.dumps(content))
        return file

    def arguments(self, line):
        words = shlex.split(line) if isinstance(line, str) else line
        for name, value in self.names.items():
            words = [word.replace("{" + name + "}", str(value)) for word in words]
        return words

    def start(self, line, mark="", wrapper="", prepare=None):
        """A run that goes on; stdout and stderr go to files,
        for a pipe stays open as long as any child has it. `wrapper`: a command that starts it;
        `prepare`: called in the new process before."""
        out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()
        process = subprocess.Popen(
            [*self.arguments(wrapper), self.convgauge, *self.arguments(line)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            cwd=self.folder,
            env=marked_processes.environment(mark, self.environment),
            preexec_fn=prepare,
        )
        process.out, process.err, process.line = out, err, f"convgauge {line}"
        return process

    def finish(self, process, limit_s=120):
        try:
            code = process.wait(limit_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            code = None
        texts = []
        for file in (process.out, process.err):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
            file.close()
        done = Done(process.line, code, *texts)
        expect(code is not None, f"did not end within {limit_s} s\n{done}")
        return done

    def run(self, line, limit_s=120, **how):
        """Runs to its end; nothing may live on. `how`: as start() takes it."""
        mark = uuid.uuid4().hex
        done = self.finish(self.start(line, mark, **how), limit_s)
        left = self.wait_for_end(mark)
        expect(not left, f"left {len(left)} processes behind\n{done}")
        return done

    @staticmethod
    def wait_for_end(mark, limit_s=3.0):
        """What is still there after the containment's second; it is then killed."""
        deadline = time.monotonic() + limit_s
        while (left := marked_processes.survivors(mark)) and time.monotonic() < deadline:
            time.sleep(0.02)
        marked_processes.kill(left)
        return left

    def files(self):
        return {str(file.relative_to(self.folder)) for file in self.folder.rglob("*")}

    def records(self, folder):
        """The header and the case lines of a results folder; every line must be whole."""
        text = (self.folder / folder / "results.jsonl").read_text()
        expect(text.endswith("\n"), "the last line has no end")
        lines = [json.loads(line) for line in text.splitlines()]
        expect(lines[0]["record"] == "header", f"the first line is no header: {lines[0]}")
        expect(all(line["record"] == "case" for line in lines[1:]), "a line that is no case")
        return lines[0], lines[1:]


def small_config(problems=8, **more):
    """A config of quick problems of distinct names on the reference."""
    return {
        "name": "small",
        "problems": [
            {
                "name": f"p{i}",
                "batch": 1,
                "in_channels": 1 + i % 3,
                "out_channels": 2,
                "height": 4 + i,
                "width": 5,
                "kernel_size": 3,
                "padding": 1,
            }
            for i in range(problems)
        ],
        "backends": ["reference"],
        "settings": {"threads": 1, "measure": {"rounds": 2, "budget_s": 0.2}},
        **more,
    }


def keys_of(records):
    """What tells the case lines of a run apart."""
    return [(r["name"], r["label"], json.dumps(r["settings"], sort_keys=True)) for r in records]


def main_of(scenarios):
    """A scenario file as a program: `python3 FILE CONVGAUGE [NAME]`. Exit 1 if any complains,
    77 if all were skipped."""
    import sys
    import unittest

    convgauge, only = sys.argv[1], sys.argv[2:]
    failed = skipped = ran = 0
    for scenario in scenarios:
        if only and scenario.__name__ not in only:
            continue
        start = time.monotonic()
        try:
            with Cli(convgauge) as cli:
                scenario(cli)
            ran, word = ran + 1, "ok  "
        except unittest.SkipTest as why:
            skipped, word = skipped + 1, f"SKIPPED ({why})"
        except (Complaint, json.JSONDecodeError) as complaint:
            failed, word = failed + 1, f"FAIL {complaint}\n    "
        print(f"{word} {scenario.__name__}  {time.monotonic() - start:.1f} s", flush=True)
    sys.exit(1 if failed else 77 if skipped and not ran else 0 if ran else 2)
