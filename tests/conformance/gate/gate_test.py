"""gate.py must accept a right plugin, and accept no lying one:
gate_test.py CONVGAUGE FAULTY_FOLDER.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import gate

CONVGAUGE, FOLDER = sys.argv.pop(1), pathlib.Path(sys.argv.pop(1))
PROBLEM = "n1c2h9w8_o3k3s2x1p1"
ONE_STRIDE = {
    "name": "one",
    "in_channels": 2,
    "out_channels": 3,
    "height": 9,
    "width": 8,
    "kernel_size": 3,
    "stride": 2,
}
TWO_STRIDES = {**ONE_STRIDE, "name": "two", "stride": [2, 1]}
AGREES = {"verdict": {"kind": "agrees"}}
DIFFERS = {"verdict": {"kind": "differs"}}
REFUSED = {"verdict": {"kind": "refused", "reason": "kernel", "why": "3x3 only"}}
NO_GRADIENT = {"verdict": {"kind": "refused", "reason": "direction", "why": "forward only"}}


def gated(plugin, name="forward", **run):
    """Exit code and output of gate.py on one problem with a faulty plugin."""
    with tempfile.TemporaryDirectory() as folder:
        runs = pathlib.Path(folder) / "conformance.json"
        runs.write_text(json.dumps({plugin: {name: {"problem": PROBLEM, **run}}}))
        done = subprocess.run(
            [
                sys.executable,
                gate.__file__,
                "run",
                CONVGAUGE,
                plugin,
                name,
                runs,
                "--plugin",
                FOLDER / f"{plugin}.so",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    return done.returncode, done.stdout + done.stderr


class Plugins(unittest.TestCase):
    def catches(self, words, *arguments, **run):
        code, output = gated(*arguments, **run)
        self.assertEqual(code, 1, output)
        self.assertIn(words, output)

    def test_a_right_one_passes(self):
        self.assertEqual(gated("correct")[0], 0)

    def test_a_wrong_answer(self):
        self.catches('"kind": "differs"', "stride_swapped")

    def test_a_crash(self):
        self.catches('"kind": "died"', "aborts")

    def test_one_that_refuses_everything(self):
        self.catches("no case agrees", "refuses_honestly")

    def test_a_refusal_where_none_is_allowed(self):
        self.catches("forward only", "correct", "backward_data", refusals=False)

    def test_a_known_refusal(self):
        self.assertEqual(gated("correct", "backward_data", refused="^forward only$")[0], 0)
        self.catches("forward only", "correct", "backward_data", refused="another sentence")

    def test_a_known_failure(self):
        with tempfile.TemporaryDirectory() as folder:
            suite = pathlib.Path(folder) / "suite.json"
            suite.write_text(json.dumps({"problems": [ONE_STRIDE, TWO_STRIDES]}))

            def run(match):
                known = [{"match": match, "verdict": "differs", "issue": "ours"}]
                return {"suite": str(suite), "problem": None, "known": known}

            self.assertEqual(gated("stride_swapped", **run("* two"))[0], 0)
            self.catches('"kind": "differs"', "stride_swapped", **run("* another"))
            self.catches("happen no more", "stride_swapped", **run("*"))
            self.catches("happen no more", "correct", **run("* two"))

    def test_a_machine_that_lacks_something(self):
        self.assertEqual(gated("correct", "backward_data", lacking="forward only")[0], gate.CANNOT)

    def test_a_backend_that_is_not_there(self):
        self.catches("knows no backend", "no_entry")

    def test_words(self):
        verb = ["list", "devices"]
        self.assertEqual(gated("correct", verb=verb, says="correct +cpu:0")[0], 0)
        self.catches("does not say", "correct", verb=verb, says="gpu:0")


class Verdicts(unittest.TestCase):
    def complaints(self, name, run, *cases):
        return len(gate.complaints(name, run, list(cases)))

    def test_nothing_that_ran(self):
        self.assertEqual(self.complaints("forward", {}), 1)

    def test_one_wrong_answer_among_right_ones(self):
        self.assertEqual(self.complaints("forward", {}, AGREES, DIFFERS, REFUSED), 1)

    def test_refusals_beside_right_answers(self):
        self.assertEqual(self.complaints("forward", {}, AGREES, REFUSED), 0)
        self.assertEqual(self.complaints("forward", {"refusals": False}, AGREES, REFUSED), 1)

    def test_a_direction_that_a_backend_does_not_have(self):
        self.assertEqual(self.complaints("backward_data", {}, NO_GRADIENT, NO_GRADIENT), 0)
        self.assertEqual(self.complaints("backward_data", {}, NO_GRADIENT, REFUSED), 1)
        self.assertEqual(self.complaints("forward", {}, NO_GRADIENT), 1)

    def test_kinds_of_devices(self):
        output = "a       none: no driver: at all\nb       cpu:0  X\nbb      software:0  Y\n"
        self.assertEqual(gate.devices_of(output, "a"), ([], "no driver: at all"))
        self.assertEqual(gate.devices_of(output, "b"), (["cpu"], ""))
        self.assertEqual(gate.device_arguments(["software"]), ["--device", "0"])
        self.assertEqual(gate.device_arguments(["gpu", "software"]), [])


if __name__ == "__main__":
    unittest.main()
