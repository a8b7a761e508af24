"""page_check.py GOLDEN_TOOL RUN [CHROMIUM]: the HTML report in a real browser.

Fails on any console message, on a script error, on a chart that was not drawn, on a page wider than a phone, and on
foreign text that became markup. Exits 77 (skipped) without a browser.
"""
import html.parser
import json
import os
import re
import subprocess
import sys
import tempfile


def run_tool(command, output):
    with open(output, "wb") as file:
        subprocess.run(command, check=True, stdout=file)


def produce(tool, run, folder):
    lines, page = os.path.join(folder, "results.jsonl"), os.path.join(folder, "page.html")
    run_tool([tool, "make", run], lines)
    run_tool([tool, "html", lines], page)
    return page


def browse(chromium, page, query, width, folder, *more):
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", f"--user-data-dir={folder}/profile",
               f"--window-size={width},900", "--virtual-time-budget=20000", "--enable-logging=stderr", *more, "--dump-dom", f"file://{page}{query}"]
    done = subprocess.run(command, capture_output=True, timeout=150)
    return done.stdout.decode(), [line for line in done.stderr.decode().splitlines() if ":CONSOLE" in line]


class Page(html.parser.HTMLParser):
    """What the tests look at: the attributes of <html> and of every canvas, cells, and elements that must not be."""

    def __init__(self, text):
        super().__init__()
        self.root, self.canvases, self.cells, self.foreign = {}, {}, [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "html":
            self.root = attributes
        elif tag == "canvas" and "id" in attributes:
            self.canvases[attributes["id"]] = attributes
        elif tag == "td" and "data-column" in attributes:
            self.cells.append(attributes)
        elif tag in ("img", "iframe", "link") or "onerror" in attributes:
            self.foreign.append(tag)


def check(text, console, data, run, where):
    page, has_charts = Page(text), data["has_charts"]
    assert not console, f"{where}: the console says {console}"
    assert "data-error" not in page.root, f"{where}: {page.root['data-error']}"
    assert page.root.get("data-ready") == "true", f"{where}: the script did not reach its end"
    assert not page.foreign, f"{where}: foreign text became markup: {page.foreign}"
    group = data["groups"][0]
    timed = sum(median is not None for median in group["cells"]["median"])
    assert len(page.cells) == len(group["cells"]["median"]), f"{where}: {len(page.cells)} cells"
    fastest = sum("fastest" in cell["class"].split() for cell in page.cells)
    assert fastest == sum(flags & 1 for flags in group["cells"]["flags"]), f"{where}: {fastest} winners"
    assert [cell.get("tabindex") for cell in page.cells].count("0") == 1, f"{where}: one cell must take the Tab key"
    if has_charts:
        for chart in ("bars", "roofline", "accuracy"):
            assert int(page.canvases[chart].get("data-drawn", 0)) > 0, f"{where}: {chart} is empty"
        assert int(page.canvases["roofline"]["data-drawn"]) == timed, f"{where}: the roofline misses cases"
    else:
        assert text.count("missing-charts") >= 3, f"{where}: no charts, and nothing says so"
    assert page.root.get("data-overflow") == "0", f"{where}: {page.root.get('data-overflow')} pixels wider than the window"


def check_phone(chromium, page, folder):
    """No browser window is narrower than 500 pixels, so the phone is a frame. Arrows move, focus tells, Enter shows."""
    frame = os.path.join(folder, "phone.html")
    with open(frame, "w", encoding="utf-8") as file:
        file.write("""<iframe id=f src="page.html" style="width:390px;height:844px;border:0"></iframe><script>
f.onload = () => {
  const page = f.contentDocument, root = page.documentElement, press = key => page.activeElement.dispatchEvent(new f.contentWindow.KeyboardEvent("keydown", { key, bubbles: true }));
  const first = page.querySelector('td.cell[tabindex="0"]'), title = page.getElementById("layer-title").textContent;
  first.focus(); press(first.dataset.row === "0" ? "ArrowDown" : "ArrowUp"); press("ArrowRight");
  const there = page.activeElement, tip = page.getElementById("tip"), moved = Math.abs(there.dataset.row - first.dataset.row) + "/" + there.dataset.column;
  const told = !tip.hidden && tip.textContent.length > 0;
  press("Enter");
  document.documentElement.dataset.result = [root.dataset.ready, f.contentWindow.innerWidth, root.scrollWidth, root.dataset.error || "", moved, told, page.getElementById("layer-title").textContent !== title].join();
};
</script>""")
    text, console = browse(chromium, frame, "", 800, folder, "--allow-file-access-from-files", "--hide-scrollbars")
    assert not console, f"phone: the console says {console}"
    result = Page(text).root.get("data-result")
    assert result == "true,390,390,,1/1,true,true", f"phone: ready, window, page, error, cells moved, reason told, layer shown: {result}"


def main():
    tool, run, *rest = sys.argv[1:]
    if not rest or not os.path.exists(rest[0]):
        print("SKIPPED: no Chromium here, so the HTML report was not tried in a browser")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        page = produce(tool, run, folder)
        source = open(page, encoding="utf-8").read()
        data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', source, re.S).group(1))
        data["has_charts"] = "Chart.js" in source.split('id="data"')[1].split("</script>")[1]
        for query, width in (("", 1200), ("?theme=dark", 700)):
            check(*browse(rest[0], page, query, width, folder), data, run, f"{run}{query} at {width}")
        check_phone(rest[0], page, folder)
        charts = "every chart drawn" if data["has_charts"] else "no chart library, and the page says so"
        print(f"{run}: {len(source) / 1e6:.2f} MB, {charts}, light and dark, 1200, 700 and 390 pixels wide")
    return 0


if __name__ == "__main__":
    sys.exit(main())
