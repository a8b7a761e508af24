"""`convgauge check`: one JSON object for one kernel, whatever the kernel is; the exit code says the
same."""
import json
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cli import SOURCE, expect, main_of

TEMPLATE = (SOURCE / "plugins/template/backend.cpp").read_text()
PROBLEM = "n1c2h6w7_o3k3p1"
QUICK = f"--suite {PROBLEM} --on {PROBLEM} --against naive --rounds 8 --budget 2"


def check(cli, kernel, more=QUICK):
    """The run and the object that it printed, which must be what it kept."""
    done = cli.run(f"check {kernel} {more} --out out")
    expect(done.out.startswith("{"), f"no object\n{done}")
    told = json.loads(done.out)
    kept = json.loads((cli.folder / "out/check.json").read_text())
    expect(told == kept, "check.json is another object")
    expect(told["exit_code"] == done.code, f"exit code {done.code}\n{done}")
    shutil.rmtree(cli.folder / "out")
    return told, done


def a_right_kernel_agrees_and_is_compared(cli):
    cli.write("mine.cpp", TEMPLATE)
    told, done = check(cli, "mine.cpp")
    done.is_(0)
    expect(told["verdict"] == "agrees" and told["reasons"] == [], f"{done}")
    expect(told["verified"]["counts"] == {"agree": 1}, f"{told['verified']}")
    expect(told["rules"]["kept"] >= 19, f"{told['rules']}")
    expect("mine.cpp" in told["build"]["command"], f"{told['build']}")
    case = told["cases"][0]
    expect(case["against"] == "naive" and case["problem"] == PROBLEM, f"{case}")
    if case["speed_up"] is None:  # a loaded machine
        expect(case["why"], f"neither a speed-up nor why\n{done}")
    else:
        times = case["against_ns"] / case["kernel_ns"]
        expect(0.5 < case["speed_up"]["times"] / times < 2, f"{case}")
        expect(told["speed_up"][0]["layers"] == 1, f"{told['speed_up']}")


def a_wrong_kernel_is_wrong(cli):
    cli.write("mine.cpp", TEMPLATE.replace("(bias ? bias[o] : 0.0f)", "0.0f"))
    told, done = check(cli, "mine.cpp")
    done.is_(1)
    expect(told["verdict"] == "wrong", f"{done}")
    expect(any("bias" in reason for reason in told["reasons"]), f"{told['reasons']}")
    expect(told["failures"][0]["replay"].startswith("convgauge verify"), f"{told['failures']}")
    expect(told["timed"] is None, "a wrong kernel was timed")


def a_kernel_for_one_problem_is_refused_elsewhere(cli):
    only = 'if (spec.h.kernel != 3) throw cvg::Refused(CVG_REASON_KERNEL, "3x3 alone");'
    source = TEMPLATE.replace("if (spec.h.kernel > 64", only + "\n    if (spec.h.kernel > 64")
    cli.write("mine.cpp", source)
    told, done = check(cli, "mine.cpp", QUICK.replace(PROBLEM, "n1c2h6w7_o3k1", 1))
    done.is_(0)
    expect(told["verified"]["counts"] == {"refused": 1}, f"{told['verified']}")
    expect(told["verdict"] == "agrees", "it is right where it was timed")
    told, done = check(cli, "mine.cpp", QUICK.replace(PROBLEM, "n1c2h6w7_o3k1"))
    done.is_(6)
    expect(told["verdict"] == "refused" and "3x3 alone" in done.out, f"{done}")


def a_crash_counts_before_what_is_wrong(cli):
    crash = "if (s.h.kernel == 3) *(volatile int*)0 = 1;"
    cli.write(
        "mine.cpp", TEMPLATE.replace("const auto& s = spec_;", f"const auto& s = spec_; {crash}")
    )
    told, done = check(cli, "mine.cpp")
    done.is_(4)
    expect(told["verdict"] == "died", f"{done}")
    expect("SIGSEGV" in done.out, f"{done}")


def what_does_not_compile_says_so(cli):
    cli.write("mine.cpp", "#include <convgauge/sdk.hpp>\nint x = nothing;\n")
    told, done = check(cli, "mine.cpp")
    done.is_(2)
    expect(told["verdict"] == "not_built", f"{done}")
    expect("nothing" in told["build"]["log"], f"{told['build']}")
    expect(told["rules"] is None and told["verified"] is None, f"{done}")
    cli.write("mine.cpp", "int main_without_a_plugin() { return 0; }\n")
    told, done = check(cli, "mine.cpp")
    done.is_(2)
    expect(told["verdict"] == "not_loaded" and told["reasons"], f"{done}")


def the_compiler_is_chosen_and_limited(cli):
    endless = cli.write(
        "endless", '#!/bin/sh\n[ "$1" = --version ] && echo v1 && exit\nsleep 100\n'
    )
    endless.chmod(0o755)
    cli.write("mine.cpp", TEMPLATE)
    told, done = check(cli, "mine.cpp", f"{QUICK} --cxx ./endless --build-limit 1")
    done.is_(2)
    expect("ended after 1 s" in told["reasons"][0], f"{told['reasons']}")
    expect(told["build"]["compiler"] == "v1", f"{told['build']}")
    cli.write("mine.cpp", TEMPLATE.replace("float sum = 0;", "float sum = MY_ZERO;"))
    told, done = check(
        cli,
        "mine.cpp",
        f"{QUICK} --flags='-DMY_ZERO=0 -O1'".replace(f"--on {PROBLEM}", "--on nothing"),
    )
    done.is_(0)
    expect("it was not timed" in told["notes"], f"{told['notes']}")
    cli.run(f"check mine.cpp {QUICK} --cxx /nowhere/c++").is_(2)


def a_plugin_needs_no_compiler(cli):
    told, done = check(cli, "{plugins}/libconvgauge_naive.so")
    done.is_(0)
    expect(told["build"] is None and told["verdict"] == "agrees", f"{done}")
    told, done = check(cli, "{faulty}/leaves_child.so")
    expect(done.code in (1, 4) and told["reasons"], f"{done}")


def bad_commands_say_what_is_wrong(cli):
    cli.write("mine.cpp", TEMPLATE)
    cli.write("mine.py", "")
    for line, part in (
        ("check", "one kernel is needed"),
        ("check mine.cpp other.cpp", "2 were given"),
        ("check nowhere.cpp", "nowhere.cpp: no such file"),
        ("check .", "is a folder"),
        ("check mine.py", "does not end in .cpp"),
        ("check mine.cpp --suite n1c", "--suite n1c: "),
        ("check mine.cpp --on nosuch", "--on nosuch: "),
        ("check mine.cpp --option x", "not KEY=VALUE"),
        ("check mine.cpp --build-limit 0", "not a whole number from 1"),
    ):
        done = cli.run(line).is_(2)
        expect(part in done.err and done.out == "", f"no '{part}'\n{done}")
    told, done = check(cli, "mine.cpp", QUICK.replace("naive", "nosuch"))
    done.is_(2)
    expect("--against nosuch" in done.out and told["verified"], "what was finished is lost")
    for wrong in ("--threads 0", "--rounds x", "--layout wxyz", "--rounds 3 --rounds 4"):
        done = cli.run(f"check mine.cpp {QUICK.split(' --rounds')[0]} {wrong} --out out").is_(2)
        expect(wrong.split()[0][2:] in done.err and done.out == "", f"{done}")


if __name__ == "__main__":
    main_of(
        [
            a_right_kernel_agrees_and_is_compared,
            a_wrong_kernel_is_wrong,
            a_kernel_for_one_problem_is_refused_elsewhere,
            a_crash_counts_before_what_is_wrong,
            what_does_not_compile_says_so,
            the_compiler_is_chosen_and_limited,
            a_plugin_needs_no_compiler,
            bad_commands_say_what_is_wrong,
        ]
    )
