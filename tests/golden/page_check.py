"""page_check.py GOLDEN_TOOL RUN ARTEFACTS [CHROMIUM]:
the HTML report in a real browser, by mouse, keyboard and print.

Fails on any message of the console, a script error, a chart without marks or without pixels, a page
wider than its window, a step that the keyboard cannot make, foreign text that became markup, and on
colours that the colour-blind cannot tell apart. Screenshots stay in ARTEFACTS. Exits 77 (skipped)
without a browser.
"""
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import time

from browser import Browser, colours

NIGHTS = [f"night{i}" for i in range(1, 7)]
kTimed = "modules.model.group().cells.median.filter(m => m !== null).length"


def run_tool(command, output):
    with open(output, "wb") as file:
        subprocess.run(command, check=True, stdout=file)


def produce(tool, run, folder):
    lines = []
    for name in NIGHTS if run == "history" else [run]:
        lines.append(os.path.join(folder, name + ".jsonl"))
        run_tool([tool, "make", name], lines[-1])
    page = os.path.join(folder, "page.html")
    started = time.monotonic()
    run_tool([tool, "html", *lines], page)
    return page, time.monotonic() - started


def check_sound(page, where):
    root = page.value(
        "({...document.documentElement.dataset, wide: document.documentElement.scrollWidth -"
        " document.documentElement.clientWidth})"
    )
    assert not page.errors(), f"{where}: the console says {page.errors()}"
    assert "error" not in root, f"{where}: {root['error']}"
    assert root.get("ready") == "true", f"{where}: the script did not reach its end"
    assert root["wide"] <= 0, f"{where}: {root['wide']} pixels wider than the window"
    foreign = page.value(
        "[...document.querySelectorAll('img, iframe, link, [onerror]')].map(e => e.outerHTML)"
    )
    assert not foreign, f"{where}: foreign text became markup: {foreign}"


def pictures_of(page):
    """Selectors of every picture that this page shows, and how many marks it says it drew."""
    return page.value(
        """Object.fromEntries([...document.querySelectorAll('[data-drawn]')]
          .filter(e => e.checkVisibility()).map(e => ['#' + e.id, +e.dataset.drawn]))"""
    )


def check_pictures(page, run, where):
    drawn, has_charts = pictures_of(page), page.value("modules.charts.haveCharts")
    wanted = (
        ["#bars", "#rounds", "#spread"]
        + (["#network"] if run not in ("hostile", "grid") else [])
        + (["#roofline", "#accuracy"] if has_charts else [])
        + (["#history-picture"] if run == "history" else [])
    )
    for selector in wanted:
        assert drawn.get(selector, 0) > 0, f"{where}: {selector} is not drawn: {drawn}"
    if has_charts:
        assert drawn["#roofline"] == page.value(kTimed), f"{where}: the roofline misses cases"
    else:
        assert (
            page.value("document.querySelectorAll('.missing-charts').length") == 2
        ), f"{where}: no charts, and nothing says so"
    if run == "grid":
        assert (
            len([s for s in drawn if s.startswith("#crossing-")]) == 4
        ), f"{where}: four crossings: {drawn}"
    for selector in drawn:
        counts = colours(page.picture(selector))
        inked = sum(counts.values()) - max(counts.values())
        assert len(counts) >= 4 and inked > 0.004 * sum(counts.values()), (
            f"{where}: {selector} is empty: {inked} of {sum(counts.values())} pixels,"
            f" {len(counts)} colours"
        )
    return len(drawn)


def check_table(page, where):
    """Every row in sight has every cell; winners are as many as the data has;
    one cell takes the Tab key."""
    rows, cells, columns, whole = page.value(
        """['tr[data-row]', 'td.cell'].map(s => document.querySelectorAll('#heat ' + s).length)
          .concat(modules.model.group().columns.length, modules.heat.heatState.whole)"""
    )
    assert cells == rows * columns, f"{where}: {cells} cells in {rows} rows of {columns}"
    if whole:
        assert rows == page.value("modules.model.group().rows.name.length"), f"{where}: {rows} rows"
        assert page.value(
            "document.querySelectorAll('#heat td.fastest').length ==="
            " modules.model.group().cells.flags.filter(f => f & 1).length"
        ), f"{where}: winners"
    else:
        assert rows < 200, f"{where}: {rows} rows are in the page at once"
    assert (
        page.value("document.querySelectorAll('#heat td.cell[tabindex=\"0\"]').length") == 1
    ), f"{where}: one cell must take the Tab key"


def check_keyboard(page, where):
    """From the top of the page by Tab alone to the heat map;
    arrows move, the tip tells, Enter shows the layer."""
    page.value("document.activeElement.blur(), scrollTo(0, 0)")
    for _ in range(200):
        page.press("Tab")
        if page.value("document.activeElement.matches('#heat td.cell')"):
            break
    spot = "[document.activeElement.dataset.row, document.activeElement.dataset.column].map(Number)"
    row, column = page.value(spot)
    title, rows = page.value("document.getElementById('layer-title').textContent"), page.value(
        "modules.model.rowsShown()"
    )
    page.press("ArrowUp" if rows.index(row) else "ArrowDown")
    page.press("ArrowLeft" if column else "ArrowRight")
    there = page.value(spot)
    assert (
        abs(rows.index(there[0]) - rows.index(row)) == 1 and abs(there[1] - column) == 1
    ), f"{where}: from {row, column} to {there}"
    assert page.value(
        "!document.getElementById('tip').hidden &&"
        " document.getElementById('tip').textContent.length > 4"
    ), f"{where}: no tip"
    page.press("Enter")
    assert (
        page.value("document.getElementById('layer-title').textContent") != title
    ), f"{where}: Enter shows no layer"
    assert page.value("modules.model.state.row") == there[0]
    assert page.value("modules.model.state.column") == there[1]
    page.press("Escape")
    assert page.value("document.getElementById('tip').hidden"), f"{where}: Escape leaves the tip"
    for _ in range(len(rows) // 10 + 1):
        page.press("PageDown")
    assert page.value(spot)[0] == rows[-1], f"{where}: PageDown ends at {page.value(spot)}"
    page.press("End")
    assert page.value(spot)[1] == page.value("modules.model.columnsShown().at(-1)"), f"{where}: End"


def check_choices(page, where):
    """Another baseline, a hidden column, another axis, a layer by name: the page follows; a copy
    button says that it did."""
    if page.value("document.getElementById('baseline').options.length") > 1:
        before = page.value("document.getElementById('heat').textContent")
        page.value(
            "(e => { e.selectedIndex = 1 - Math.min(1, e.selectedIndex); e.onchange({ target: e })"
            " })(document.getElementById('baseline'))"
        )
        assert (
            page.value("document.getElementById('heat').textContent") != before
        ), f"{where}: another baseline changes nothing"
    columns = page.value("document.querySelectorAll('#heat thead th').length")
    page.click("#legend button:last-child")
    assert (
        page.value("document.querySelectorAll('#heat thead th').length") == columns - 1
    ), f"{where}: a column does not hide"
    page.click("#legend button:last-child")
    page.value(
        "(e => { e.value = 'worst'; e.onchange({ target: e }) })(document.getElementById('error'))"
    )
    if page.value("!document.getElementById('find-label').hidden"):
        name = page.value("modules.model.group().rows.name[3]")
        page.value(
            f"(e => {{ e.value = {json.dumps(name)}; e.oninput({{ target: e }})"
            " })(document.getElementById('find'))"
        )
        assert page.value(
            "[...document.querySelectorAll('#heat tr[data-row] th')].every(t =>"
            " t.textContent.includes(document.getElementById('find').value))"
        ), f"{where}: finding {name}"
        page.value(
            "(e => { e.value = ''; e.oninput({ target: e }) })(document.getElementById('find'))"
        )
    if page.value("document.querySelector('#case-replay button') !== null"):
        page.click("#case-replay button")
        page.wait("document.querySelector('#case-replay button').textContent === 'copied'", 5)


def check_scrolling(page, where):
    """Down the whole heat map in 60 frames: what a frame takes is printed, not judged."""
    frames = page.value(
        """new Promise(done => {
          const box = document.getElementById('heat-box'), times = [];
          let last = performance.now();
          const step = () => {
            const now = performance.now();
            times.push(now - last);
            last = now;
            box.scrollTop = box.scrollHeight * times.length / 60;
            times.length < 60 ? requestAnimationFrame(step) : done(times);
          };
          requestAnimationFrame(step);
        })"""
    )
    last = "${modules.model.rowsShown().at(-1)}"
    page.wait(f'document.querySelector(`#heat tr[data-row="{last}"]`) !== null', 5)
    check_table(page, where)
    print(
        f"{where}: frames while scrolling: median {sorted(frames)[30]:.0f} ms, worst"
        f" {max(frames):.0f} ms"
    )


def check_print(page, where):
    pdf = page.send("Page.printToPDF", transferMode="ReturnAsBase64")["data"]
    assert len(pdf) > 20_000, f"{where}: a printed page of {len(pdf)} bytes"
    assert (
        page.value("document.documentElement.dataset.theme") == "dark"
    ), f"{where}: the theme does not come back after printing"


def seen_by(kind, rgb):
    """Machado, Oliveira and Fernandes (2009), severity 1, in linear light; then CIELAB (D65)."""
    matrix = {
        "protan": (
            (0.152286, 1.052583, -0.204868),
            (0.114503, 0.786281, 0.099216),
            (-0.003882, -0.048116, 1.051998),
        ),
        "deutan": (
            (0.367322, 0.860646, -0.227968),
            (0.280085, 0.672501, 0.047413),
            (-0.011820, 0.042940, 0.968881),
        ),
        "tritan": (
            (1.255528, -0.076749, -0.178779),
            (-0.078411, 0.930809, 0.147602),
            (0.004733, 0.691367, 0.303900),
        ),
    }[kind]
    linear = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb]
    r, g, b = (min(1, max(0, sum(m * c for m, c in zip(row, linear)))) for row in matrix)
    xyz = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
    )
    f = [v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz]
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


def check_colours(page, where):
    """Faster, slower, wrong and neither are 15 apart in CIELAB (2.3 is just noticed) for each kind
    of colour blindness."""
    shades = page.value(
        """(({ shade }) => {
          const box = document.createElement('div');
          document.body.append(box);
          const solid = css => {
            box.style.background = css;
            return getComputedStyle(box).backgroundColor.match(/[\\d.]+/g).map(Number);
          };
          const card = solid('var(--card)');
          const over = (value, alpha, below) => alpha * value + (1 - alpha) * below;
          const mix = c => c.slice(0, 3).map((v, i) => over(v, c[3] ?? 1, card[i]));
          const shown = css => mix(solid(css));
          const all = { faster: shown(shade(4)), slower: shown(shade(1 / 4)),
                        wrong: shown('var(--bad)'), neither: mix(card) };
          box.remove();
          return all;
        })(modules.heat_cells)"""
    )
    for kind in ("protan", "deutan", "tritan"):
        for (a, x), (b, y) in itertools.combinations(shades.items(), 2):
            apart = sum((p - q) ** 2 for p, q in zip(seen_by(kind, x), seen_by(kind, y))) ** 0.5
            assert apart >= 15, f"{where}: {a} and {b} are {apart:.0f} apart for {kind} eyes"


def keep(page, artefacts, name):
    with open(os.path.join(artefacts, name + ".png"), "wb") as file:
        file.write(page.picture())


def check_run(browser, path, run, artefacts):
    page = browser.open(path)
    check_sound(page, f"{run}, light")
    check_table(page, run)
    pictures = check_pictures(page, run, f"{run}, light")
    check_colours(page, f"{run}, light")
    keep(page, artefacts, f"{run}-light")
    check_keyboard(page, run)
    check_choices(page, run)
    if run == "large":
        check_scrolling(page, run)
    check_sound(page, f"{run}, after use")
    load_s = page.load_s
    page.close()
    dark = browser.open(path, dark=True)
    check_sound(dark, f"{run}, dark")
    check_pictures(dark, run, f"{run}, dark")
    check_colours(dark, f"{run}, dark")
    keep(dark, artefacts, f"{run}-dark")
    check_print(dark, run)
    dark.close()
    phone = browser.open(path, width=390, height=844)
    check_sound(phone, f"{run}, phone")
    check_pictures(phone, run, f"{run}, phone")
    keep(phone, artefacts, f"{run}-phone")
    check_keyboard(phone, f"{run}, phone")
    phone.close()
    return pictures, load_s


def main():
    tool, run, artefacts, *rest = sys.argv[1:]
    if not rest or not os.path.exists(rest[0]):
        print("SKIPPED: no Chromium here, so the HTML report was not tried in a browser")
        return 77
    os.makedirs(artefacts, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, Browser(rest[0]) as browser:
        path, made_s = produce(tool, run, folder)
        assert re.search(
            r'<script type="application/json" id="data">\{',
            open(path, encoding="utf-8").read(200_000),
        ), "the page has no data"
        pictures, load_s = check_run(browser, path, run, artefacts)
        print(
            f"{run}: {os.path.getsize(path) / 1e6:.2f} MB, made in {made_s:.2f} s with reading,"
            f" shown in {load_s:.2f} s; {pictures} pictures, light, dark, phone, print, keyboard"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
