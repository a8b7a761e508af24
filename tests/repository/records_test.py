#!/usr/bin/env python3
"""results/schema.json against real records: records_test.py ROOT [CONVGAUGE FAULTY].

Every line of the results files in the tree, and of fresh runs in which plugins fail in every way,
must fit, and have no field that the schema lacks; lines that were damaged must not fit. Exit code
77: there is no jsonschema here.
"""
import copy
import json
import pathlib
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    print("SKIPPED: there is no jsonschema for this Python (Debian: python3-jsonschema)")
    sys.exit(77)

COMMON = "../configs/schema.json#/definitions/"


def schema_of(root):
    """The schema, with what it takes from configs/schema.json put in."""
    own = json.loads((root / "results/schema.json").read_text())
    common = json.loads((root / "configs/schema.json").read_text())["definitions"]

    def inlined(node):
        if isinstance(node, list):
            return [inlined(part) for part in node]
        if not isinstance(node, dict):
            return node
        if node.get("$ref", "").startswith(COMMON):
            return common[node["$ref"].removeprefix(COMMON)]
        return {key: inlined(value) for key, value in node.items()}

    return inlined(own)


class Schema:
    def __init__(self, root):
        self.whole = schema_of(root)
        jsonschema.Draft7Validator.check_schema(self.whole)
        self.validators = {
            kind: jsonschema.Draft7Validator({**self.whole, "oneOf": [self.ref(kind)]})
            for kind in ("header", "case")
        }

    @staticmethod
    def ref(kind):
        return {"$ref": f"#/definitions/{kind}"}

    def complaints(self, record):
        """What does not fit: the schema's rules, then fields that it does not have."""
        kind = record.get("record") if isinstance(record, dict) else None
        if kind not in self.validators:
            return ["neither a header nor a case"]
        found = [
            f"/{'/'.join(map(str, e.absolute_path))}: {deepest(e)}"
            for e in self.validators[kind].iter_errors(record)
        ]
        return found or list(self.unknown(record, [self.ref(kind)], ""))

    def unfolded(self, nodes):
        """The nodes and all that they refer to or are made of."""
        for node in nodes:
            if "$ref" in node:
                yield from self.unfolded(
                    [self.whole["definitions"][node["$ref"].rpartition("/")[2]]]
                )
                continue
            yield node
            for key in ("allOf", "anyOf", "oneOf"):
                yield from self.unfolded(node.get(key, []))

    def unknown(self, value, nodes, place):
        nodes = list(self.unfolded(nodes))
        if isinstance(value, list):
            items = [node["items"] for node in nodes if "items" in node]
            for i, part in enumerate(value):
                yield from self.unknown(part, items, f"{place}/{i}")
        if not isinstance(value, dict) or not any("properties" in node for node in nodes):
            return
        for key, part in value.items():
            fitting = [n["properties"][key] for n in nodes if key in n.get("properties", {})]
            if not fitting and not any("additionalProperties" in node for node in nodes):
                yield f"{place}/{key}: the schema does not have it"
            yield from self.unknown(part, fitting, f"{place}/{key}")


def deepest(error):
    while error.context:
        error = max(error.context, key=lambda e: len(e.absolute_path))
    return error.message[:200]


def check_files(schema, files):
    kinds = set()
    count = 0
    for file in files:
        for number, line in enumerate(file.read_text().splitlines(), 1):
            record = json.loads(line)
            for complaint in schema.complaints(record)[:3]:
                raise SystemExit(f"{file}:{number}: {complaint}")
            count += 1
            if record["record"] == "case":
                kinds.add(record["verdict"]["kind"])
                kinds.add(record["measurement"]["kind"])
    return count, kinds


# name: damage(record); each must not fit.
DAMAGES = {
    "an unknown field": lambda r: r.update(colour="red"),
    "an unknown evidence": lambda r: r["verdict"].update(colour="red"),
    "an unknown kind": lambda r: r["verdict"].update(kind="cheated"),
    "no verdict": lambda r: r.pop("verdict"),
    "no problem": lambda r: r.pop("problem"),
    "a count of 0": lambda r: r.update(count=0),
    "a count that is a text": lambda r: r.update(count="1"),
    "a negative size": lambda r: r.update(bytes=-1),
    "an unknown type": lambda r: r["own_settings"].update(dtype="f99"),
    "a kernel of one size": lambda r: r["problem"].update(kernel_size=[3]),
    "a negative time": lambda r: r["time_ns"]["samples"].append(-1.0),
    "a time that is a text": lambda r: r["time_ns"].update(median="fast"),
    "a stamp of another form": lambda r: r.update(finished="29 November"),
    "a share without its list": lambda r: r["measurement"].update(waited_share=0.5),
    "two records in one": lambda r: r.update(record="both"),
}


def check_damages(schema, record):
    whole = copy.deepcopy(record)
    whole["own_settings"] = {"dtype": "f16"}
    if complaints := schema.complaints(whole):
        raise SystemExit(f"a whole record: {complaints}")
    for name, damage in DAMAGES.items():
        damaged = copy.deepcopy(whole)
        damage(damaged)
        if not schema.complaints(damaged):
            raise SystemExit(f"{name} fits the schema")


def fresh(convgauge, faulty, folder):
    """Runs in which something is right, wrong, refused, dead, silent and out of bounds."""

    def run(name, line):
        subprocess.run(
            [convgauge, *line.split(), "--out", str(folder / name)],
            capture_output=True,
            cwd=folder,
            timeout=300,
        )

    run("times", "sweep n1c4h8w8_o4k3p1 --backend reference --rounds 9 --threads 1 --counters")
    run("short", "sweep n1c4h8w8_o4k3p1 --backend reference --rounds 2 --dtype f32,f16,bf16")
    for name in (
        "bias_missing",
        "aborts",
        "loops_forever",
        "writes_before_output",
        "execute_fails",
        "refuses_honestly",
        "leaves_element",
        "nests_details",
    ):
        plugin = faulty / f"{name}.so"
        if plugin.exists():
            run(name, f"verify n1c3h5w5_o4k3 --plugin {plugin} --shrink-budget 1 --timeout 1")
    return sorted(folder.glob("*/results.jsonl"))


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    schema = Schema(root)
    kept = sorted((root / "results").rglob("results.jsonl"))
    kept += sorted((root / "tests/golden").glob("*.jsonl"))
    count, kinds = check_files(schema, kept)
    timed = [
        record
        for file in kept
        for record in map(json.loads, file.read_text().splitlines())
        if record["record"] == "case" and record["time_ns"]
    ]
    check_damages(schema, timed[0])
    made = 0
    if len(sys.argv) > 2:
        with tempfile.TemporaryDirectory() as name:
            files = fresh(
                *map(pathlib.Path.resolve, map(pathlib.Path, sys.argv[2:4])), pathlib.Path(name)
            )
            made, more = check_files(schema, files)
            for kind in ("agrees", "differs", "skipped"):
                if kind not in more:
                    raise SystemExit(f"no record of a fresh run has the kind {kind}: {more}")
            kinds |= more
    print(f"{count} records of the tree and {made} new ones fit: {', '.join(sorted(kinds))}")


if __name__ == "__main__":
    main()
