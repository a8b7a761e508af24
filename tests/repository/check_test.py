"""check.py must catch each kind of breach, and accuse nothing that is allowed."""
import pathlib
import shutil
import tempfile
import unittest

import check

SOUND = {
    ".clang-format": "BasedOnStyle: Google\n",
    "README.md": "[a](configs/schema.json) [b](#here) [c](https://example.com/x)\n"
    "```\n[d](nowhere)\n```\n",
    "configs/README.md": "`name`\n",
    "configs/schema.json": '{"properties": {"name": {"type": "string"}}}',
    "harness/core/a.cpp": "int f(int a) { return a; }\n",
    "harness/core/wide.cpp": f'const char* kText =\n    R"({"x " * 60})";\n',
    "harness/page/a.js": "export const a = 1;\n",
    "cmake/a.cmake": f"# https://example.com/{'x' * 100}\n",
    "scripts/a": "#!/usr/bin/env python3\nx = 1\n",
    "scripts/good": "#!/usr/bin/env bash\necho good\n",
    "tests/plain.md": "[up](../README.md#top); mypypi" + ".orgs, a host of nobody\n",
    "build/b.cpp": "int   f( );\n",
    "results/runs/x/notes.md": "[gone](gone.md)\n",
}
# check -> (file, its text, what the breach names)
FAULTS = {
    "format": ("harness/core/b.cpp", "int   g( int a ){return a;}\n", "b.cpp"),
    "python": ("scripts/b", "#!/usr/bin/env python3\nx=1\n", "scripts/b"),
    "lint": ("harness/page/b.js", "export const b = a == 1;\n", "b.js:1"),
    "columns": ("plugins/CMakeLists.txt", f"set(x {'y ' * 60})\n", "CMakeLists.txt:1: 127"),
    "links": ("plugins/README.md", "see [there](../missing/file.md)\n", "missing/file.md"),
    "keys": (
        "configs/schema.json",
        '{"definitions": {"p": [{"properties": {"stride": {}}}]}}',
        "`stride`",
    ),
    "scripts": (".ci/bad", "#!/bin/bash\nif true; then\n", "syntax error"),
    "hosts": ("cmake/x.cmake", "set(URL https://files.PyPI" + ".org/simple)\n", "cmake/x.cmake"),
}


def here(program):
    return lambda: shutil.which(program)


class Repository(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name).resolve()
        for name, text in SOUND.items():
            self.put(name, text)

    def put(self, name, text, mode=0o755):
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text)
        (self.root / name).chmod(mode)

    def breaches(self, name):
        tools = {"format": check.clang_format, "python": here("black"), "lint": here("eslint")}
        if name in tools and not tools[name]():
            self.skipTest(f"what the check {name} needs is not here")
        return check.CHECKS[name](self.root)

    def test_what_is_sound_is_not_accused(self):
        for name in check.CHECKS:
            with self.subTest(name):
                self.assertEqual(self.breaches(name), [])

    def test_each_fault_is_caught(self):
        self.assertEqual(set(FAULTS), set(check.CHECKS))
        for name, (file, text, named) in FAULTS.items():
            with self.subTest(name):
                self.put(file, text)
                self.assertIn(named, "\n".join(self.breaches(name)))

    def test_formatted_and_linted_by_their_own_rules(self):
        """A fault for each rule that a page's script is most likely to break."""
        faults = {
            "format": "export const  c = 1;\n",
            "lint": 'import {missing} from "./a.js";\nexport const c = another;\n',
        }
        for name, text in faults.items():
            with self.subTest(name):
                self.put("harness/page/c.js", text)
                self.assertIn("c.js", "\n".join(self.breaches(name)))

    def test_a_script_that_may_not_be_executed(self):
        self.put("scripts/locked", "#!/usr/bin/env python3\n", mode=0o644)
        self.assertEqual(self.breaches("scripts"), ["scripts/locked: may not be executed"])


if __name__ == "__main__":
    unittest.main()
