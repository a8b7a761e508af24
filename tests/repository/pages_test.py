"""pages.py must catch each kind of breach, and accuse nothing that is allowed."""
import pathlib
import tempfile
import unittest

import commands
import pages

SOUND = {
    "README.md": "# A title\n"
    "[a](configs/README.md#keys-and-values) [b](#a-title) [c](https://example.com/x#y)\n"
    "`[d](nowhere)`\n"
    "```\n[e](nowhere)\n# no heading\n```\n"
    "[twice](configs/README.md#keys-and-values-1)\n",
    "configs/README.md": "## Keys, and `values`\n"
    "## Keys and values\n"
    '[set](#here) <a id="here"></a>\n',
    "harness/core/README.md": "# core\n| `a.*` | x |\n| `plugins/NAME.cpp` | `none.cpp` |\n",
    "harness/core/a.cpp": "// See README.md, and configs/README.md.\n"
    'const char* file = "report.md";\n',
    "harness/core/b.cmake": "# harness/core/README.md says why.\n",
    "results/runs/x/notes.md": "[gone](gone.md)\n",
}
# (check, file, its text, what the breach names)
FAULTS = [
    ("anchors", "plugins/README.md", "[there](../configs/README.md#nowhere)\n", "#nowhere"),
    ("anchors", "plugins/README.md", "# One\n[below](#two)\n", "#two"),
    ("anchors", "plugins/README.md", "```\n# Two\n```\n[below](#two)\n", "#two"),
    (
        "outside",
        "harness/core/c.hpp",
        "/// As the law of " + "design" + ".md has it.\n",
        "design" + ".md",
    ),
    ("tables", "harness/core/README.md", "| `a.*`, `none.hpp` | x |\n", "`none.hpp`"),
    ("outside", "harness/core/c.hpp", "/* one\n * see notes.md\n */\n", "notes.md"),
    ("outside", "tests/x.py", "# told in ../shared" + "/style\n", "shared" + "/style"),
    ("outside", "plugins/README.md", "as in " + "verification" + ".md\n", "verification" + ".md"),
    ("size", "README.md", "x" * 9_001, "9001 bytes"),
]


class Pages(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name).resolve()
        for name, text in SOUND.items():
            self.put(name, text)

    def put(self, name, text):
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text)

    def test_what_is_sound_is_not_accused(self):
        for name, check in pages.CHECKS.items():
            with self.subTest(name):
                self.assertEqual(check(self.root), [])

    def test_each_fault_is_caught(self):
        self.assertEqual({fault[0] for fault in FAULTS}, set(pages.CHECKS))
        for name, file, text, named in FAULTS:
            with self.subTest(text):
                self.put(file, text)
                self.assertIn(named, "\n".join(pages.CHECKS[name](self.root)))

    def test_commands_that_no_program_knows(self):
        help_texts = {
            ("--help",): "  convgauge verify   is it right?\n  convgauge check-plugin  rules\n",
            ("verify", "--help"): "-b [ --backend ] arg\n--out arg\n",
            ("check-plugin", "--help"): "--file arg\n",
        }
        text = (
            "```sh\nconvgauge verify x --backend naive \\\n  --out d   # and --no-option\n```\n"
            "`bin/convgauge check-plugin a.so`, convgauge is no command here, `convgauge lint`\n"
            "`convgauge verify x --outt d`, `convgauge verify -b naive | tail -n 3`\n"
        )
        said = lambda *arguments: help_texts[arguments]
        self.assertEqual(
            list(commands.breaches_of(text, said)),
            [
                "convgauge lint: there is no such verb",
                "convgauge verify --outt: there is no such option",
            ],
        )


if __name__ == "__main__":
    unittest.main()
