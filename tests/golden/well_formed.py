"""well_formed.py GOLDEN_TOOL: JUnit reports parse as XML,
and their counters count what is there."""
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml


def check(tool, run):
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as file:
        file.write(subprocess.run([tool, "make", run], check=True, capture_output=True).stdout)
        file.flush()
        text = subprocess.run([tool, "xml", file.name], check=True, capture_output=True).stdout
    root = xml.fromstring(text)
    for element in [root, *root.iter("testsuite")]:
        for attribute, tag in (
            ("tests", "testcase"),
            ("failures", "failure"),
            ("errors", "error"),
            ("skipped", "skipped"),
        ):
            there = len(list(element.iter(tag)))
            assert (
                int(element.get(attribute)) == there
            ), f"{run}: {element.get('name')}: {attribute} is not {there}"
    names = [(case.get("classname"), case.get("name")) for suite in root for case in suite]
    assert names and all(
        classname and name for classname, name in names
    ), f"{run}: a test without a name"
    print(f"{run}: {len(names)} tests, well-formed")


for name in ("small", "resnet50", "hostile"):
    check(sys.argv[1], name)
