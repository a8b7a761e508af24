"""Tab in real shells, the help of every verb, and the man page: all are written from the same
descriptions of the options."""
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cli import SOURCE, expect, main_of

# (what is typed, what must be offered, what must not). A list in place of what must be offered:
# exactly that.
TYPED = [
    ("convgauge ver", ["verify"], None),
    ("convgauge check", ["check", "check-plugin"], None),
    ("convgauge ", {"sweep", "help", "completion"}, {"worker", "complete"}),
    ("convgauge help b", ["bench"], None),
    ("convgauge verify --dty", ["--dtype"], None),
    ("convgauge verify n1c1h1w1_o1k1 --", {"--backend", "--fill"}, {"--rounds", "--shard"}),
    ("convgauge sweep x --threads 2 --", {"--threads", "--resume"}, {"--junit"}),
    ("convgauge verify --json --js", [], None),
    ("convgauge verify --dtype ", ["f32", "f64", "f16", "bf16"], None),
    ("convgauge verify --dtype f32,f6", ["f32,f64"], None),
    ("convgauge verify --layout=nh", ["--layout=nhwc"], None),
    ("convgauge verify --backend ref", ["reference"], None),
    ("convgauge verify -b naive,ref", ["naive,reference"], None),
    ("convgauge bench --plugin mine=x.so --backend mi", ["mine"], None),
    ("convgauge sweep resnet5", ["resnet50"], None),
    ("convgauge verify go", {"good.json"}, set()),
    ("convgauge report fol", ["folder"], None),
    ("convgauge list de", ["devices"], None),
    ("convgauge completion z", ["zsh"], None),
    ("convgauge report x --format js", [], None),
    ("convgauge report x --format cs", ["csv"], None),
    ("convgauge quux ", [], None),
]


def shell(cli, name, arguments, script):
    program = shutil.which(name)
    if not program:
        raise unittest.SkipTest(f"{name} is not here")
    path = f"{cli.convgauge.parent}:{cli.environment['PATH']}"
    home = cli.folder / "home"
    home.mkdir(exist_ok=True)
    done = subprocess.run(
        [program, *arguments, script],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=cli.folder,
        env={**cli.environment, "PATH": path, "HOME": str(home), "XDG_CONFIG_HOME": str(home)},
        timeout=60,
    )
    expect(done.returncode == 0, f"{name}: {done.returncode}\n{done.stderr}")
    return done.stdout


def check(typed, offered, wanted, unwanted):
    if isinstance(wanted, list):
        expect(sorted(offered) == sorted(wanted), f"{typed!r}: {offered}, not {wanted}")
    else:
        expect(wanted <= set(offered), f"{typed!r}: {offered} lacks {wanted - set(offered)}")
    expect(not (unwanted or set()) & set(offered), f"{typed!r}: {offered} has {unwanted}")


def prepare(cli):
    cli.write("good.json", "{}")
    cli.write("folder/keep", "")


def in_bash(cli):
    """The function that Tab calls, with the words as bash itself splits them."""

    def script_of(lines):
        text = "source <(convgauge completion bash)\nshopt -u progcomp_alias\n"
        # compopt works only where readline called: here it is left out.
        text += "compopt() { :; }\n"
        for line in lines:
            text += f"COMP_LINE='{line}'; COMP_POINT=${{#COMP_LINE}}; _convgauge\n"
            text += 'printf "%s\\n" "${COMPREPLY[@]}"; echo =end=\n'
        return text

    prepare(cli)
    out = shell(cli, "bash", ["--norc", "-c"], script_of([typed for typed, *_ in TYPED]))
    for (typed, wanted, unwanted), part in zip(TYPED, out.split("=end=\n")):
        # bash completes what follows an '='.
        if isinstance(wanted, list):
            wanted = [word.rpartition("=")[2] for word in wanted]
        check(typed, part.split(), wanted, unwanted)


def in_fish(cli):
    """fish says what it would offer."""

    def script_of(lines):
        text = "convgauge completion fish | source\n"
        for line in lines:
            text += f"complete -C '{line}' | string replace -r '\\t.*' ''; echo =end=\n"
        return text

    prepare(cli)
    out = shell(cli, "fish", ["--no-config", "-c"], script_of([typed for typed, *_ in TYPED]))
    for (typed, wanted, unwanted), part in zip(TYPED, out.split("=end=\n")):
        offered = [word.rstrip("/") for word in part.split()]
        check(typed, offered, wanted, unwanted)


def in_zsh(cli):
    """zsh in a pseudo-terminal of its own: Tab is pressed, and what it inserts is shown."""

    def script_of(lines):
        text = """zmodload zsh/zpty || exit 77
zpty z zsh -f -i
w() { zpty -w z "$1"; }
w "PS1=; PROMPT=; unsetopt zle_bracketed_paste; setopt no_list_ambiguous no_beep"
w "autoload -Uz compinit; compinit -u -D; source <(convgauge completion zsh)"
w "bindkey '^I' complete-word; got() { print -r -- \\"<\\$BUFFER>\\"; BUFFER=; zle accept-line }"
w "zle -N got; bindkey '^X' got; print ready"
zpty -r -m z log '*ready*' || exit 1
"""
        for line in lines:
            text += f"zpty -w -n z $'{line}\\t\\x18'; zpty -r -m z log '*<*>*'\n"
            text += 'print -r -- "${${log##*<}%%>*}"; print "=end="\n'
        return text

    prepare(cli)
    # One reply is inserted; of several only what they share.
    single = [(t, w[0]) for t, w, _ in TYPED if isinstance(w, list) and len(w) == 1]
    out = shell(cli, "zsh", ["-f", "-c"], script_of([typed for typed, _ in single]))
    for (typed, word), part in zip(single, out.split("=end=\n")):
        whole = typed[: len(typed) - len(typed.rsplit(" ", 1)[-1])] + word
        expect(part.strip().rstrip("/") == whole, f"{typed!r}: {part.strip()!r}, not {whole!r}")


OPTION = re.compile(r"^  (?:-\w, |    )--([a-z-]+)", re.M)


def verbs_of(cli):
    return re.findall(r"^  convgauge ([a-z-]+)", cli.run("help").is_(0).out, re.M)


def help_of_each_verb(cli):
    """help VERB and VERB --help are the same; it has defaults and exit codes."""
    verbs = verbs_of(cli)
    expect(len(verbs) == len(set(verbs)) and {"sweep", "help"} <= set(verbs), f"{verbs}")
    for verb in verbs:
        text = cli.run(f"help {verb}").is_(0).out
        expect(text == cli.run(f"{verb} --help").is_(0).out, f"{verb}: two helps")
        expect("Exit codes:" in text and "Example:\n" in text, text)
        expect(not re.search(r"\barg\b", text), f"a raw word of the library:\n{text}")
        names = OPTION.findall(text.split("Exit codes:")[0])
        expect(len(names) == len(set(names)), f"{verb}: an option twice: {names}")
    bench = cli.run("help bench").out
    for shown in ("(default: 15)", "--layout LAYOUT,...", "nchw, nhwc or native", "Timing:"):
        expect(shown in bench, f"no {shown!r}\n{bench}")
    expect("--rounds" not in cli.run("help verify").out, "verify has no rounds")


def exit_codes_are_those_of_the_page(cli):
    page = (SOURCE / "harness/cli/README.md").read_text()
    table = page.split("## Exit codes")[1].split("\n## ")[0]
    told = [
        int(code) for row in re.findall(r"^\| ([\d, ]+) \|", table, re.M) for code in row.split(",")
    ]
    text = cli.run("help").is_(0).out.split("Exit codes:")[1]
    shown = [int(code) for code in re.findall(r"^ +(\d+)  ", text, re.M)]
    expect(sorted(told) == sorted(shown), f"page {told}, help {shown}")


def man_page(cli):
    """groff finds nothing wrong with it; every option of every verb is in it."""
    page = cli.run("help --man").is_(0).out
    (cli.folder / "convgauge.1").write_text(page)
    for verb in verbs_of(cli):
        part = page.split(f".SS convgauge {verb.replace('-', chr(92) + '-')} ")[1].split(".SS")[0]
        for name in OPTION.findall(cli.run(f"help {verb}").out):
            expect("\\-\\-" + name.replace("-", "\\-") in part, f"{verb}: no --{name}")
    if not shutil.which("man") or not shutil.which("groff"):
        raise unittest.SkipTest("no man, or no groff")
    done = subprocess.run(
        ["man", "--warnings", "-l", "convgauge.1"],
        capture_output=True,
        text=True,
        cwd=cli.folder,
        env={**cli.environment, "MANWIDTH": "80", "LC_ALL": "C.UTF-8", "PAGER": "cat"},
        timeout=60,
    )
    expect(done.returncode == 0 and not done.stderr, f"{done.stderr}")
    expect("--backend" in done.stdout and "EXIT STATUS" in done.stdout, done.stdout[:2000])


if __name__ == "__main__":
    main_of(
        [in_bash, in_fish, in_zsh, help_of_each_verb, exit_codes_are_those_of_the_page, man_page]
    )
