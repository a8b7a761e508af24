"""compare_page_check.py GOLDEN_TOOL ARTEFACTS [CHROMIUM]: the comparison page in a real browser.

Fails on any message of the console, on a script error, on a ratio that was not drawn, on a page
wider than its window, and on foreign text that became markup. Exits 77 (skipped) without a browser.
"""
import os
import sys
import tempfile

from browser import Browser
from page_check import check_sound, keep, run_tool


def produce(tool, folder, runs):
    files = []
    for run in runs:
        files.append(os.path.join(folder, f"{run}.jsonl"))
        run_tool([tool, "make", run], files[-1])
    page = os.path.join(folder, "-".join(runs) + ".html")
    run_tool([tool, "compare-html", *files], page)
    return page


def check(page, where):
    check_sound(page, where)
    wanted = page.value(
        """(({ cases, networks }) => {
          const changed = cases.filter(c => c.change !== 'same' && c.change !== 'untimed');
          const list = changed.length ? changed : cases;
          return list.slice(0, 400).filter(c => c.ratio).length + networks.length;
        })(modules.data.data)"""
    )
    drawn = page.value(
        "[...document.querySelectorAll('svg.forest circle')].filter(c =>"
        " c.getBoundingClientRect().width > 0).length"
    )
    assert drawn == wanted, f"{where}: {drawn} of {wanted} ratios were drawn"


def main():
    tool, artefacts, *rest = sys.argv[1:]
    if not rest or not os.path.exists(rest[0]):
        print("SKIPPED: no Chromium here, so the comparison page was not tried in a browser")
        return 77
    os.makedirs(artefacts, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, Browser(rest[0]) as browser:
        for runs in (("small", "changed"), ("hostile", "hostile"), ("large", "large")):
            path = produce(tool, folder, runs)
            for name, how in (
                ("light", {}),
                ("dark", {"dark": True}),
                ("phone", {"width": 390, "height": 844}),
            ):
                page = browser.open(path, **how)
                check(page, f"{runs}, {name}")
                keep(page, artefacts, f"compare-{runs[0]}-{name}")
                page.close()
            print(
                f"{' against '.join(runs)}: {os.path.getsize(path) / 1e6:.2f} MB, every ratio"
                " drawn, light, dark and on a phone"
            )
    return 0


sys.exit(main())
