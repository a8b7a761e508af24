"""A plugin that is built with AddressSanitizer runs as plugins/README.md says, and what the
sanitizer reports stands in the verdict."""
import json
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cli import expect, main_of

PROBLEM = "n1c2h6w7_o3k3p1"


def runtime_of(cli):
    plugin = cli.build / "faulty" / "sanitized" / "overflows_heap.so"
    if not plugin.exists():
        raise unittest.SkipTest("this compiler has no AddressSanitizer")
    text = subprocess.run(["ldd", plugin], capture_output=True, text=True).stdout
    found = re.search(r"libasan\S* => (\S+)", text)
    if not found:
        raise unittest.SkipTest("the sanitizer is not a shared library here")
    return plugin, found[1]


def shows_the_report(cli):
    plugin, runtime = runtime_of(cli)
    cli.environment["LD_PRELOAD"] = runtime
    for verb, more in (("verify", "--no-shrink"), ("bench", "--rounds 2")):
        done = cli.run(
            f"{verb} {PROBLEM} --plugin {plugin} --backend overflows_heap --threads 1 --json"
            f" {more}"
        ).is_(4)
        verdict = json.loads(done.out)[0]["verdict"]
        expect(verdict["kind"] == "died", f"{verdict}")
        for part in ("AddressSanitizer: heap-buffer-overflow", "WRITE of size 4", "SUMMARY: "):
            expect(part in verdict["last_words"], f"no '{part}' in {verdict['last_words']}")


def runs_others_under_it(cli):
    _, runtime = runtime_of(cli)
    cli.environment["LD_PRELOAD"] = runtime
    cli.run(f"verify {PROBLEM} --backend naive --threads 2").is_(0)
    done = cli.run(
        f"verify {PROBLEM} --plugin {{faulty}}/reads_past_source.so --backend reads_past_source"
        " --threads 1 --json --no-shrink"
    ).is_(4)
    expect('"R10"' in done.out, f"the guard pages lost their work\n{done}")
    done = cli.run("check-plugin {plugins}/libconvgauge_naive.so")
    expect(re.search(r"R19 +not checked", done.out), f"{done}")


def names_what_is_missing(cli):
    plugin, _ = runtime_of(cli)
    done = cli.run(f"verify {PROBLEM} --plugin {plugin} --backend overflows_heap").is_(2)
    expect("ASan runtime does not come first" in done.err, f"{done}")


if __name__ == "__main__":
    main_of([shows_the_report, runs_others_under_it, names_what_is_missing])
