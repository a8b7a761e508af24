"""compare_page_check.py GOLDEN_TOOL [CHROMIUM]: the comparison page in a real browser.

Fails on any console message, on a script error, on a ratio that was not drawn, on a page wider than its window, and on
foreign text that became markup. Exits 77 (skipped) without a browser.
"""
import json
import os
import re
import sys
import tempfile

from page_check import Page, browse, run_tool


def produce(tool, folder, runs):
    files = []
    for run in runs:
        files.append(os.path.join(folder, f"{run}.jsonl"))
        run_tool([tool, "make", run], files[-1])
    page = os.path.join(folder, "-".join(runs) + ".html")
    run_tool([tool, "compare-html", *files], page)
    source = open(page, encoding="utf-8").read()
    return page, json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', source, re.S).group(1))


def check(text, console, data, where):
    page = Page(text)
    assert not console, f"{where}: the console says {console}"
    assert "data-error" not in page.root, f"{where}: {page.root['data-error']}"
    assert page.root.get("data-ready") == "true", f"{where}: the script did not reach its end"
    assert not page.foreign, f"{where}: foreign text became markup: {page.foreign}"
    changed = [c for c in data["cases"] if c["change"] not in ("same", "untimed")] or data["cases"]
    ratios = sum(c["ratio"] is not None for c in changed[:400]) + len(data["networks"])
    assert int(page.root["data-drawn"]) == ratios, f"{where}: {page.root['data-drawn']} of {ratios} ratios were drawn"
    assert page.root.get("data-overflow") == "0", f"{where}: {page.root.get('data-overflow')} pixels wider than the window"


def main():
    tool, *rest = sys.argv[1:]
    if not rest or not os.path.exists(rest[0]):
        print("SKIPPED: no Chromium here, so the comparison page was not tried in a browser")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        for runs in (("small", "changed"), ("hostile", "hostile"), ("large", "large")):
            page, data = produce(tool, folder, runs)
            for query, width in (("", 1200), ("?theme=dark", 500)):
                check(*browse(rest[0], page, query, width, folder), data, f"{runs}{query} at {width}")
            print(f"{' against '.join(runs)}: {os.path.getsize(page) / 1e6:.2f} MB, every ratio drawn, light and dark, 1200 and 500 pixels wide")
    return 0


sys.exit(main())
