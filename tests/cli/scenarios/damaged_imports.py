"""`convgauge import` of what is damaged, hostile or no file at all: exit code 2, a line that names
the file, the place, the value and the rule; nothing on standard output, no crash, no hang."""
import os
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cli import expect, main_of

MEMORY = (
    "src_f32::blocked:abcd:f0 wei_f32::blocked:abcd:f0 bia_f32::blocked:a:f0"
    " dst_f32::blocked:abcd:f0"
)
GOOD = "mb1_ic2oc4_ih8oh4kh3sh2dh0ph1_iw8ow4kw3sw2dw0pw1"


def log(problem=GOOD, kind="forward_training", memory=MEMORY):
    return f"onednn_verbose,exec,cpu,convolution,jit:avx2,{kind},{memory},,alg:x,{problem},0.45\n"


def template(names):
    return f"onednn_verbose,v1,primitive,info,template:operation,{names}\n" + log()


MANY = ",".join(["f32"] * 2000)

# What is in it, and what the last line on standard error says behind the file's name.
DAMAGED = [
    # Verbose logs: numbers.
    (log(GOOD.replace("mb1", "mb9223372036854775808")), ":1: problem_desc: .*"),
    (log(GOOD.replace("mb1", "mb99999999999999999999999")), ":1: problem_desc: .*"),
    (log(GOOD.replace("ih8", "ih-8")), ":1: problem_desc: ih: .*-8"),
    (log(GOOD.replace("ic2", "icnan")), ":1: problem_desc: ic: has no number, but 'nan"),
    (log(GOOD.replace("ic2", "ic0")), ":1: problem_desc: .*"),
    (log(GOOD.replace("oc4", "oc")), ":1: problem_desc: oc: has no number"),
    (log(GOOD.replace("sh2", "sh0")), ":1: problem_desc: .*"),
    (log(GOOD.replace("mb1", "g3mb1")), ":1: problem_desc: .*"),
    (log(GOOD.replace("dh0", "dh1e9")), ":1: problem_desc: .*"),
    (log(GOOD.replace("oh4", "oh400000000000")), ": no convolution .* a size above 1e9 .*"),
    (log("mb1000000000_ic1000000000oc1000000000_ih1000000000kh1"), ":1: problem_desc: .*"),
    (log(""), ":1: problem_desc: .*"),
    (log("_" * 5000), ":1: problem_desc: .*"),
    (log(GOOD + "\x01\x02"), ":1: problem_desc: .*"),
    # Fields.
    (log(kind="backward_sideways"), ":1: prop_kind: 'backward_sideways' is not .*"),
    (log(kind=""), ":1: prop_kind: '' is not .*"),
    (log(memory="src_f32"), ":1: memory_descriptors: no type of .*"),
    (log(memory=" " * 3000), ":1: memory_descriptors: no type of src .*"),
    ("\n\n" + log() + "onednn_verbose,exec,cpu,convolution\n", ":4: prop_kind: is missing: .*"),
    ("onednn_verbose,exec\n", ":1: primitive: is missing: .*"),
    (template("engine,primitive"), ":2: prop_kind: the log's template line does not name .*"),
    (template(""), ":2: prop_kind: the log's template line does not name .*"),
    ("onednn_verbose," + "," * 100_000 + "\n", ": no convolution that can be imported is in it"),
    ("onednn_verbose,exec,cpu,matmul,x\n", ": no convolution .*skipped: 1 matmul .*"),
    ("dnnl_verbose,create:cache_miss,cpu,convolution\n", ":1: prop_kind: is missing: .*"),
    # Text that is none.
    (log() + "x" * (3 << 20), ":2: the line is longer than 1 MiB: this is no text"),
    ("x" * (3 << 20), ": looks like nothing that import reads; .*"),
    ("\ufefflog\n", ": looks like nothing that import reads; .*"),
    (log().encode("utf-16"), ": is text in UTF-16; .*"),
    (log().encode("utf-16-be"), ": .*"),
    (b"\xff\xfe\x00\x00", ": is text in UTF-16; .*"),
    (os.urandom(9) + bytes(5000), ": .*"),
    (b"\x7fELF" + bytes(60), ": .*byte \\d+: .*"),
    (b"PK\x03\x04" + bytes(60), ": .*byte \\d+: .*"),
    (b"\x1f\x8b\x08" + bytes(60), ": .*byte \\d+: .*"),
    (bytes(1000), ": .*byte 0: .*"),
    (b"\xff" * 1000, ": looks like nothing that import reads; .*"),
    ("", ": is empty; .*"),
    ("\n\n\n", ": looks like nothing that import reads; .*"),
    # benchdnn.
    ("ic1mb-1ih4oc1kh1\n", ":1: mb: .*"),
    ("ic9223372036854775808ih4oc1kh1\n", ":1: .*"),
    ("ic1ih4oc1kh5ph0\n", ":1: .*"),
    ("g0ic1ih4oc1kh1\n", ":1: .*"),
    ("ic1ih4oc1kh1sh0\n", ":1: .*"),
    ("--mb=-2 ic1ih4oc1kh1\n", ":1: --mb: '-2' is not .*"),
    ("--mb=1e3 ic1ih4oc1kh1\n", ":1: --mb: '1e3' is not .*"),
    ("--dir=UP ic1ih4oc1kh1\n", ":1: --dir: 'UP' is not .*"),
    ("--match=[ ic1ih4oc1kh1\n", ":1: --match: .*"),
    (
        "--match=(((((((((((((((a*)*)*)*)*)*)*)*)*)*)*)*)*)*)*$ ic1ih4oc1kh1\n",
        ": no convolution.*|:1.*",
    ),
    ("--batch=nowhere\n", ":1: --batch=nowhere: no such file .*"),
    ("--batch=damaged\n", ":1: --batch=damaged: more than 16 files .*"),
    ("--batch=\n", ":1: --batch: needs a file"),
    ("--batch=/dev/zero\n", ":1: --batch=/dev/zero: no such file .*"),
    (f"--dt={MANY} --stag={MANY} --dtag={MANY} ic1ih4oc1kh1\n", ":1: .*1000000 .*"),
    ("--conv\n", ": no convolution that can be imported is in it"),
    # MIOpenDriver.
    ("MIOpenDriver conv -n 9223372036854775808\n", ":1: .*9223372036854775808.*"),
    ("MIOpenDriver conv -n -1\n", ":1: .*"),
    ("MIOpenDriver conv -n nan\n", ":1: batchsize: 'nan' is not a whole number"),
    ("MIOpenDriver conv -n\n", ":1: .*"),
    ("MIOpenDriver conv -g 7 -c 3\n", ":1: .*"),
    ("MIOpenDriver conv -u 0 -v 0\n", ":1: .*"),
    ("MIOpenDriver conv -m sideways\n", ":1: .*sideways.*"),
    ("MIOpenDriver conv -F 99\n", ":1: .*99.*"),
    ("MIOpenDriver conv -y 500 -x 500\n", ":1: .*"),
    ("MIOpenDriver conv -n 1000000000 -c 1000000000 -H 1000000000 -W 1000000000\n", ":1: .*"),
    ("MIOpenDriver conv --frobnicate 1\n", ":1: .*frobnicate.*"),
    ("MIOpenDriver bnorm\n", ": no convolution that can be imported is in it.*"),
]


def refused(cli, command, rule):
    done = cli.run(f"import {command}", limit_s=60).is_(2)
    last = done.err.strip().splitlines()[-1]
    expect(re.fullmatch(f"convgauge: {rule}.*", last, re.DOTALL), f"not '{rule}'\n{done}")
    expect(len(last) < 600, f"{len(last)} characters in one message\n{done}")
    expect(done.out == "", str(done))


def damaged_files(cli):
    for content, rule in DAMAGED:
        file = cli.folder / "damaged"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        try:
            refused(cli, "damaged", f"damaged({rule})")
        except Exception as failed:
            raise type(failed)(f"{content[:120]!r}: {failed}") from None


def what_is_no_file(cli):
    os.mkfifo(cli.folder / "pipe")
    os.symlink("loop", cli.folder / "loop")
    for name, rule in (
        ("/dev/zero", "/dev/zero: .*more than 64 MiB.*"),
        ("/dev/null", "/dev/null: is empty.*"),
        ("pipe", "pipe: a pipe that gave nothing for 10 s"),
        ("loop", "loop: cannot be read: Too many levels .*"),
        (".", "\\.: cannot be read: Is a directory"),
        ("a" * 300, "a+: cannot be read: File name too long"),
        ("damaged/x", "damaged/x: cannot be read: .*"),
    ):
        refused(cli, name, rule)


def what_is_only_unusual_is_read(cli):
    """Line ends of other systems, a mark of byte order, no line end, bytes that are no UTF-8."""
    good = log()
    for content in (
        good.replace("\n", "\r\n"),
        "\ufeff" + good,
        good.rstrip("\n"),
        "\x07\x1b[31m\n" + good,
        "\udcff\udcfa\n" + good,
    ):
        (cli.folder / "log").write_bytes(content.encode(errors="surrogateescape"))
        done = cli.run("import log -o o.json").is_(0)
        expect("1 problem, 1 layer" in done.err, str(done))


if __name__ == "__main__":
    main_of([damaged_files, what_is_no_file, what_is_only_unusual_is_read])
