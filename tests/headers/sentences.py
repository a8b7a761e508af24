"""Nothing in harness/ decides by a sentence: sentences.py ROOT prints each breach and exits 1.

What a message says is for people and may be reworded at any time. State travels as types: verdict
kinds, rules, reasons (harness/core/outcome.hpp, rule.hpp). Found here is what can be found by its
form: a comparison with a text of several words, a search in one, a rule written into a message
instead of beside it, a verdict's word outside its table.
"""
import pathlib
import re
import sys

# A file may do what its reason says. Results files have sentences, and one place reads them.
ALLOWED = {
    "harness/record/evidence_json.cpp": "the reader of results files takes texts apart",
    "harness/record/fields.cpp": "the JSON library tells the column in its message only",
    "harness/import/verbose.cpp": "the words of oneDNN's logs are their format",
    "harness/import/miopen.cpp": "the words of MIOpen's logs are their format",
}
FIELD = r"(why|diagnosis|oracle|where|message|sentence|during)"
BREACHES = {
    "compares with a sentence": re.compile(r"[!=]= \"[^\"\n]*\w[^\"\n]* [^\"\n]*\w[^\"\n]*\""),
    "compares a text that is for people": re.compile(rf"(\.|->){FIELD} [!=]= "),
    "searches a text that is for people": re.compile(
        rf"(\.|->){FIELD}\.(find|rfind|starts_with|ends_with|contains|substr)\("
    ),
    "searches for words": re.compile(
        r"\.(find|rfind|starts_with|ends_with|contains)\(\"[^\"\n]*\w\w[^\"\n]*[ :][^\"\n]*\""
    ),
    "searches for a rule's name": re.compile(
        r"\.(find|rfind|starts_with|ends_with|contains)\(\"[^\"\n]*\bR(\d+\b|\")"
    ),
    "writes a rule into a failure's message": re.compile(
        r"\b(Failed\{|failed\()\s*(fmt::format\(\s*)?\"R\d+:"
    ),
    "compares a word of a table": re.compile(r"\b(kind|word)\([^()\n]*(\([^()\n]*\))?\) [!=]= \""),
}
VERDICT_WORD = re.compile(r"\"(timed_out|trespass|differs)\"")
VERDICT_TABLE = "harness/core/outcome.hpp"


def code_of(text):
    """The file without its comments, line by line."""
    return re.sub(r"//[^\n]*", "", text)


def breaches(root):
    found = []
    for path in sorted((root / "harness").rglob("*.[ch]pp")):
        name = path.relative_to(root).as_posix()
        code = code_of(path.read_text())
        patterns = {} if name in ALLOWED else dict(BREACHES)
        if name != VERDICT_TABLE:
            patterns["has a verdict's word of its own"] = VERDICT_WORD
        for what, pattern in patterns.items():
            for match in pattern.finditer(code):
                line = code.count("\n", 0, match.start()) + 1
                found.append(f"{name}:{line}: {what}: {match.group(0).strip()}")
    return found


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    all_breaches = breaches(pathlib.Path(sys.argv[1]).resolve())
    print("\n".join(all_breaches) or "nothing decides by a sentence")
    sys.exit(bool(all_breaches))
