"""scripts/kubernetes_sweep.yml and scripts/github_action: each is of its schema where the schemas
are (.cache/schemas, by scripts/install_dependencies), and what it runs does here what it says."""
import importlib
import json
import os
import pathlib
import re
import subprocess
import sys
import unittest
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cli import SOURCE, expect, keys_of, main_of, small_config  # noqa: E402

SCHEMAS = SOURCE / ".cache" / "schemas"
JOB = SOURCE / "scripts" / "kubernetes_sweep.yml"
ACTION = SOURCE / "scripts" / "github_action" / "action.yml"
SHARDS = 3


def module(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        raise unittest.SkipTest(f"not here: python3's {name}") from None


def read(file):
    return module("yaml").safe_load(file.read_text())


def validator_of(wheel, name):
    """By the schema in a wheel; what that refers to lies beside it there, not on the network."""
    found = sorted(SCHEMAS.glob(wheel))
    if not found:
        raise unittest.SkipTest(f"not here: {SCHEMAS}/{wheel}")

    def beside(uri):
        with zipfile.ZipFile(found[-1]) as archive:
            path = pathlib.PurePosixPath(name).with_name(uri.rpartition("/")[2])
            return json.loads(archive.read(str(path)))

    jsonschema = module("jsonschema")
    schema = beside(name)
    handlers = {"https": beside, "http": beside}
    resolver = jsonschema.RefResolver("https://beside/", schema, handlers=handlers)
    return jsonschema.validators.validator_for(schema)(schema, resolver=resolver)


def of_its_schema(document, wheel, name, spoil):
    """And the schema notices what `spoil` does to it."""
    validator = validator_of(wheel, name)
    errors = [e.message for e in validator.iter_errors(document)]
    expect(not errors, f"{name}: {errors}")
    spoil(document)
    expect(any(validator.iter_errors(document)), f"{name} notices nothing")


def job_is_of_its_schema(_):
    job = read(JOB)
    of_its_schema(
        job,
        "kubernetes_validate-*.whl",
        "kubernetes_validate/kubernetes-json-schema/v1.37.0-local-strict/job-batch-v1.json",
        lambda j: j["spec"].update(completion=8),
    )


def action_is_of_its_schema(_):
    action = read(ACTION)
    of_its_schema(
        action,
        "check_jsonschema-*.whl",
        "check_jsonschema/builtin_schemas/vendor/github-actions.json",
        lambda a: a["runs"]["steps"][0].update(shel="bash"),
    )


def pod(cli, job, index):
    """What the pod of an index runs, with the program on PATH."""
    container = job["spec"]["template"]["spec"]["containers"][0]
    environment = {v["name"]: v["value"] for v in container["env"]}
    environment |= {
        "JOB_COMPLETIONS": str(SHARDS),
        "JOB_COMPLETION_INDEX": str(index),
        "CONFIG": str(cli.folder / "c.json"),
        "RESULTS": str(cli.folder / "results"),
        "PATH": f"{cli.convgauge.parent}:{os.environ['PATH']}",
    }
    return subprocess.run(
        [*container["command"], *container["args"]],
        env={**cli.environment, **environment},
        capture_output=True,
        text=True,
    )


def job_makes_the_shards(cli):
    job = read(JOB)
    count = str(job["spec"]["completions"])
    container = job["spec"]["template"]["spec"]["containers"][0]
    told = {v["name"]: v["value"] for v in container["env"]}["JOB_COMPLETIONS"]
    expect(told == count == str(job["spec"]["parallelism"]), "three numbers of shards that differ")
    config = small_config(7)
    cli.write("c.json", config)
    cli.run("sweep c.json --out alone").is_(0)
    for index in range(SHARDS):
        done = pod(cli, job, index)
        expect(done.returncode == 0, f"pod {index}: {done}")
    # A pod that was cut off goes on where it was.
    file = cli.folder / "results" / "shards" / "1" / "results.jsonl"
    file.write_text("".join(line + "\n" for line in file.read_text().splitlines()[:2]))
    expect(pod(cli, job, 1).returncode == 0, "pod 1 again")
    cli.run("merge results/shards/0 results/shards/1 results/shards/2 -o whole").is_(0)
    want, got = (keys_of(cli.records(name)[1]) for name in ("alone", "whole"))
    expect(got == want, f"merged {got}, alone {want}")
    (cli.folder / "c.json").write_text('{"name": 1}')
    expect(pod(cli, job, 0).returncode == 2, "a wrong config is no result")


class Runner:
    """The part of a runner of GitHub Actions that the action needs."""

    def __init__(self, cli, given, program=None, path=""):
        self.cli, self.given = cli, given
        self.action = read(ACTION)
        self.outputs = {}
        self.summary = cli.folder / "summary"
        self.summary.write_text("")
        self.temporary = cli.folder / "temporary"
        self.temporary.mkdir(exist_ok=True)
        self.inputs = {name: i.get("default", "") for name, i in self.action["inputs"].items()}
        self.inputs |= {"convgauge": str(program or cli.convgauge), **given}
        missing = [
            name
            for name, i in self.action["inputs"].items()
            if i.get("required") and name not in given
        ]
        expect(not missing, f"inputs missing: {missing}")
        self.path = path

    def value(self, text):
        def look_up(match):
            kind, *rest = match[1].split(".")
            if kind == "inputs":
                return self.inputs[rest[0]]
            return self.outputs.get(rest[0], {}).get(rest[2], "")

        return re.sub(r"\$\{\{ ([\w.]+) \}\}", look_up, text)

    def wanted(self, step):
        condition = step.get("if")
        if not condition:
            return True
        match = re.fullmatch(r"inputs\.(\w+) != ''", condition)
        expect(match, f"a condition that this test does not know: {condition}")
        return self.inputs[match[1]] != ""

    def run(self):
        """The exit code of the first step that fails; the others are then left out."""
        for step in self.action["runs"]["steps"]:
            if not self.wanted(step):
                continue
            expect(step["shell"] == "bash", f"shell {step['shell']}")
            output = self.cli.folder / "output"
            output.write_text("")
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
                cwd=self.cli.folder,
                env={
                    **self.cli.environment,
                    **{k: self.value(v) for k, v in step["env"].items()},
                    "PATH": f"{self.path}:{os.environ['PATH']}",
                    "RUNNER_TEMP": str(self.temporary),
                    "GITHUB_OUTPUT": str(output),
                    "GITHUB_STEP_SUMMARY": str(self.summary),
                    "GITHUB_REF": "refs/pull/17/merge",
                },
                capture_output=True,
                text=True,
            )
            lines = [line.partition("=") for line in output.read_text().splitlines()]
            self.outputs[step.get("id", "")] = {name: value for name, _, value in lines}
            if done.returncode != 0:
                return done.returncode
        return 0

    def told(self, output):
        return self.value(self.action["outputs"][output]["value"])


def plugin_of(cli, name):
    return str(cli.build / "plugins" / f"libconvgauge_{name}.so")


def action_passes_a_right_plugin(cli):
    cli.write("c.json", small_config(2, backends=["naive"]))
    given = {"plugin": plugin_of(cli, "naive"), "backend": "naive", "suite": "c.json"}
    runner = Runner(cli, given)
    expect(runner.run() == 0 and runner.told("verify") == "0", f"{runner.outputs}")
    expect(runner.told("gate") == "", "a gate without a baseline")
    folder = pathlib.Path(runner.told("folder"))
    expect((folder / "junit.xml").exists(), "no JUnit file")
    expect("2 agree" in runner.summary.read_text(), runner.summary.read_text())


def action_compares_and_comments(cli):
    cli.write("c.json", small_config(2, backends=["naive"]))
    cli.run("sweep c.json --plugin {plugins}/libconvgauge_naive.so --out base").is_(0)
    tools = cli.folder / "tools"
    tools.mkdir()
    (tools / "gh").write_text('#!/bin/sh\necho "$@" > "$(dirname "$0")/said"; cat "$5" >&2\n')
    (tools / "gh").chmod(0o755)
    given = {"plugin": plugin_of(cli, "naive"), "backend": "naive", "suite": "c.json"}
    given |= {"baseline": str(cli.folder / "base"), "sweep": "c.json", "comment": "true"}
    runner = Runner(cli, given, path=str(tools))
    code = runner.run()
    expect(code == int(runner.told("gate")) and code in (0, 5), f"{code}: {runner.outputs}")
    text = runner.summary.read_text()
    expect(re.search("GREEN|UNDECIDED", text), f"no judgement: {text}")
    expect((tools / "said").read_text().startswith("pr comment 17 --body-file"), "no comment")


def action_fails_a_wrong_plugin(cli):
    """By the exit code of verify, after the gate has been asked as well."""
    cli.write("c.json", small_config(2, backends=["naive"]))
    cli.run("sweep c.json --plugin {plugins}/libconvgauge_naive.so --out base").is_(0)
    wrong = cli.folder / "wrong"
    wrong.write_text(
        "#!/bin/bash\n"
        f'[[ $1 != verify ]] || {{ "{cli.convgauge}" "$@"; exit 1; }}\n'
        f'exec "{cli.convgauge}" "$@"\n'
    )
    wrong.chmod(0o755)
    given = {"plugin": plugin_of(cli, "naive"), "backend": "naive", "suite": "c.json"}
    given |= {"baseline": str(cli.folder / "base"), "sweep": "c.json"}
    runner = Runner(cli, given, program=wrong)
    expect(runner.run() == 1 and runner.told("verify") == "1", f"{runner.outputs}")
    expect(runner.told("gate") in ("0", "5"), "the gate was not asked")
    runner = Runner(cli, {**given, "plugin": "absent.so"})
    expect(runner.run() == 2, f"a plugin that is not there: {runner.outputs}")


if __name__ == "__main__":
    main_of(
        [
            job_is_of_its_schema,
            action_is_of_its_schema,
            job_makes_the_shards,
            action_passes_a_right_plugin,
            action_compares_and_comments,
            action_fails_a_wrong_plugin,
        ]
    )
