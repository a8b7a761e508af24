"""sentences.py must catch each kind of breach, and accuse nothing that is allowed."""
import pathlib
import tempfile
import unittest

import sentences

PLANTED = {
    "compares with a sentence": 'return why == "not asked for";',
    "compares a text that is for people": "return a.why == b.why;",
    "searches a text that is for people": "return d->diagnosis.find(mark);",
    "searches for words": 'return text.starts_with("over budget");',
    "searches for a rule's name": 'return text.starts_with("R");',
    "writes a rule into a failure's message": 'return Failed{\n    fmt::format("R6: {}", x)};',
    "compares a word of a table": 'return kind(r.verdict) == "agrees";',
    "has a verdict's word of its own": 'return "timed_out";',
}
SOUND = """// why == "not asked for" stood here
bool f(const Failed& a) { return a.why.empty() || a.rule == Rule::R6; }
bool g(const Json& j) { return j == "nan" || name.starts_with("cpu") || kind_of(a) == kind_of(b); }
auto h() { return broken(Rule::R6, "requirements changed between two calls"); }
"""


class Sentences(unittest.TestCase):
    def found(self, code, name="harness/run/a.cpp"):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder).resolve()
            (root / name).parent.mkdir(parents=True)
            (root / name).write_text(code)
            return sentences.breaches(root)

    def test_each_kind_is_caught(self):
        kinds = set(sentences.BREACHES) | {"has a verdict's word of its own"}
        self.assertEqual(set(PLANTED), kinds)
        for what, code in PLANTED.items():
            with self.subTest(what):
                text = "\n".join(self.found("\n" + code + "\n"))
                self.assertIn(f"harness/run/a.cpp:2: {what}", text)

    def test_types_are_not_accused(self):
        self.assertEqual(self.found(SOUND), [])

    def test_the_reader_may_take_texts_apart(self):
        self.assertEqual(
            self.found(PLANTED["searches for words"], next(iter(sentences.ALLOWED))), []
        )
        self.assertEqual(
            self.found(PLANTED["has a verdict's word of its own"], sentences.VERDICT_TABLE), []
        )


if __name__ == "__main__":
    unittest.main()
