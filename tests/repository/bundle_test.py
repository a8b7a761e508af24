"""The page's modules as one script: what embed_page.cmake refuses, and what its script does."""
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

EMBED = pathlib.Path(__file__).parents[2] / "harness" / "report" / "embed_page.cmake"
SOUND = {
    "a.js": 'import {b, c as other} from "./b.js";\nconsole.log(b(), other);\n',
    "b.js": 'import {d} from "./d.js";\nexport function b() { return d; }\nexport const c = 2;\n',
    "d.js": "const hidden = 1;\nexport const d = hidden;\n",
}
# A breach: the files that are other than in SOUND, and what the message names.
FAULTS = {
    "an export that is not there": ({"d.js": "const d = 1;\n"}, "b.js imports `d`, which d.js"),
    "a file that is not there": ({"d.js": None}, "no file"),
    "a circle": ({"d.js": 'import {b} from "./b.js";\nexport const d = b;\n'}, "imports itself"),
    "another form of import": ({"a.js": 'import all from "./b.js";\n'}, "does not know"),
    "another form of export": ({"d.js": "export let d = 1;\n"}, "does not know"),
    "a module of nobody": ({"e.js": "export const e = 1;\n"}, "imported by nobody"),
    "an import from elsewhere": ({"a.js": 'import {b} from "/b.js";\n'}, "not from a module"),
}


class Bundle(unittest.TestCase):
    def embed(self, changes=None):
        """The result of embed_page.cmake on SOUND with changes, and the file that it writes."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        root = pathlib.Path(folder.name)
        for name, text in {**SOUND, **(changes or {})}.items():
            if text is not None:
                (root / name).write_text(text)
        output = root / "out.cpp"
        command = ["cmake", f"-DOUTPUT={output}", f"-DFILES=kText=module:{root}/a.js", "-P", EMBED]
        return subprocess.run(command, capture_output=True, text=True), output

    def test_each_fault_stops_the_build(self):
        for name, (changes, told) in FAULTS.items():
            with self.subTest(name):
                done, output = self.embed(changes)
                self.assertNotEqual(done.returncode, 0)
                # CMake breaks its messages at 77 columns.
                self.assertIn(told, " ".join(done.stderr.split()))
                self.assertFalse(output.exists())

    def test_names_of_a_module_stay_inside(self):
        done, output = self.embed()
        self.assertEqual(done.returncode, 0, done.stderr)
        script = re.search(r'R"convgauge\((.*)\)convgauge"', output.read_text(), re.S).group(1)
        self.assertLess(script.index("modules.d ="), script.index("modules.b ="))
        if not shutil.which("node"):
            self.skipTest("no node, so the script was not run")
        seen = "console.log(modules.d.hidden, typeof hidden);"
        ran = subprocess.run(["node", "-e", script + seen], capture_output=True, text=True)
        self.assertEqual(ran.stdout, "1 2\nundefined undefined\n", ran.stderr)


if __name__ == "__main__":
    unittest.main()
