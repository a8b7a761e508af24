// The page: what is selected, the tables, keyboard and theme; charts.js draws. Every number comes from the data block,
// computed in C++. Texts are only ever set as text, never as HTML.
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const state = { group: 0, baseline: -1, row: 0, filter: "" };
// The outcomes of report/words.hpp, in their order.
const outcomes = ["timed", "agrees", "wrong", "failed", "crashed", "refused", "unmeasured", "noisy", "absent"];
const defects = ["wrong", "failed", "crashed"];
const $ = id => document.getElementById(id);

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined && value !== null) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
const group = () => data.groups[state.group];
const at = (row, column) => row * group().columns.length + column;
const cell = (name, row, column) => group().cells[name][at(row, column)];
const outcome = (row, column) => outcomes[cell("outcome", row, column)];
const text = (name, row, column) => data.strings[cell(name, row, column)];
const timed = (row, column) => cell("median", row, column) !== null;
const indices = list => [...list.keys()];
function speedup(row, column) {
  const ratios = group().speedups[state.baseline];
  if (!ratios || ratios.median[at(row, column)] === null) return null;
  return { median: ratios.median[at(row, column)], low: ratios.low[at(row, column)], high: ratios.high[at(row, column)] };
}
const samplesOf = (row, column) => (cell("samples", row, column) || []).map(step => cell("median", row, column) * (1 + step / 1e4));
const bytesText = b => b >= 999.5e6 ? threeDigits(b / 1e9) + " GB" : b >= 999.5e3 ? threeDigits(b / 1e6) + " MB" : b >= 1e3 ? threeDigits(b / 1e3) + " kB" : b + " B";
const rowsShown = () => indices(group().rows.name).filter(r => (group().rows.name[r] + " " + group().rows.problem[r]).toLowerCase().includes(state.filter));

// ---- head -----------------------------------------------------------------------------------------------------------
function showHead() {
  $("meta").replaceChildren(...data.runs.map(run => make("div", {}, run.meta)));
  const total = new Map();
  for (const run of data.runs) for (const c of run.strip) total.set(c.word, { cases: (total.get(c.word)?.cases || 0) + c.cases, defect: c.defect });
  $("strip").replaceChildren(...[...total].filter(([, c]) => c.cases || c.defect).map(([word, c]) =>
    make("li", { class: !c.cases ? "zero" : c.defect ? "defect" : word === "agree" ? "" : "notice" }, make("b", {}, String(c.cases)), " " + (c.defect && c.cases ? "✕ " : "") + word)));
}
function fillControls() {
  const several = data.runs.length > 1;
  const suites = new Map();
  data.groups.forEach((g, i) => { const key = (several ? `run ${g.run + 1}: ` : "") + (g.suite || "problems"); suites.set(key, [...suites.get(key) || [], make("option", { value: i }, g.settings)]); });
  $("group").replaceChildren(...[...suites].map(([suite, options]) => make("optgroup", { label: suite }, ...options)));
  $("group").value = state.group;
  $("group-label").hidden = data.groups.length < 2;
}
function fillBaselines() {
  const g = group();
  $("baseline").replaceChildren(...Object.keys(g.speedups).map(c => make("option", { value: c }, g.columns[c])));
  $("baseline").value = state.baseline;
  $("baseline-label").hidden = Object.keys(g.speedups).length < 2;
  $("find-label").hidden = g.rows.name.length < 12;
}

// The answer of the combination shown, its ratios set bold, and what failed in its run.
function showAnswer() {
  const words = [group().answer, data.runs[group().run].defects, data.runs[group().run].incomplete].filter(Boolean).join(" ").split(/(\d[\d.]*×)/);
  $("answer").replaceChildren(...words.map((word, i) => i % 2 ? make("b", {}, word) : word));
}

// ---- heat map -------------------------------------------------------------------------------------------------------
// log2 of the speed-up, full colour at 5 times: blue faster, orange slower.
function shade(ratio) {
  const strength = Math.max(-1, Math.min(1, Math.log2(ratio) / Math.log2(5)));
  return `rgb(var(${strength >= 0 ? "--fast" : "--slow"}) / ${(.58 * Math.abs(strength)).toFixed(2)})`;
}
function describe(row, column) {
  const g = group(), name = `${g.columns[column]} on ${g.rows.name[row]}`;
  if (!timed(row, column)) return `${name}: ${text("word", row, column)}${text("reason", row, column) ? "\n" + text("reason", row, column) : ""}`;
  const s = speedup(row, column), flags = cell("flags", row, column);
  const interval = s && s.low !== null ? ` (${s.low.toFixed(2)}–${s.high.toFixed(2)})` : "";
  return `${name}: ${timeText(cell("median", row, column))} · ${threeDigits(cell("gflops", row, column))} GFLOP/s` +
    (s ? `\n${ratioText(s.median)}${interval} the speed of ${g.columns[state.baseline]}` : "") +
    (flags & 1 ? "\nfastest" : flags & 2 ? "\nnot told apart from the fastest" : "") + `\n${text("algorithm", row, column)}`;
}
function heatCell(row, column) {
  const kind = outcome(row, column), s = speedup(row, column), flags = cell("flags", row, column);
  const td = make("td", { class: "cell", tabindex: -1, role: "gridcell", "data-row": row, "data-column": column, "aria-label": describe(row, column).replace(/\n/g, ", ") });
  if (timed(row, column)) {
    td.append(s ? ratioText(s.median) : timeText(cell("median", row, column)));
    if (s) { td.append(make("small", {}, timeText(cell("median", row, column)))); td.style.background = shade(s.median); }
    td.classList.toggle("fastest", !!(flags & 1)); td.classList.toggle("tied", !!(flags & 2));
  } else {
    td.append(text("word", row, column));
    td.classList.add(defects.includes(kind) ? "defect" : kind === "noisy" ? "noisy" : kind === "agrees" ? "agrees" : "grey");
  }
  return td;
}
function heatRow(row) {
  const g = group(), named = g.rows.name[row] !== g.rows.problem[row];
  return make("tr", { "data-row": row, role: "row" }, make("th", { scope: "row" }, make("span", { class: named ? "" : "num" }, g.rows.name[row]), named ? make("small", { class: "num" }, g.rows.problem[row]) : ""),
    make("td", { class: "count" }, "×" + g.rows.count[row]), ...indices(g.columns).map(c => heatCell(row, c)));
}
function totalsRow() {
  const g = group(), mix = g.mix;
  const cells = g.totals.map(t => make("td", { class: "num" }, t.ns === null ? "—" : timeText(t.ns), ...(t.ns === null ? [make("small", { class: "meta" }, t.filled ? ` ${t.filled.replace(/ \((\d+)\)/, (_, n) => ` with ${n} by ${g.columns[g.baseline]}`)}` : ` ${t.missing} missing`)] : [])));
  const best = mix.total === null ? "—" : timeText(mix.total) + (mix.speedup ? ` (${ratioText(mix.speedup[0])})` : "");
  return [make("tr", {}, make("th", { scope: "row" }, "network"), make("td", { class: "count" }), ...cells),
          make("tr", {}, make("th", { scope: "row" }, "best mix"), make("td", { class: "count" }), make("td", { class: "num", colspan: g.columns.length, style: "text-align:left" }, best))];
}
function showHeat() {
  const g = group(), rows = rowsShown();
  $("heat-lede").textContent = state.baseline >= 0 ? `Speed-up over ${g.columns[state.baseline]}, median of the rounds both were timed in; below it the time. Totals are weighted by count.` : "Median times; no baseline was measured here. Totals are weighted by count.";
  const head = make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "layer"), make("th", { scope: "col" }, "count"), ...g.columns.map(c => make("th", { scope: "col" }, c))));
  $("heat").setAttribute("role", "grid");
  $("heat").replaceChildren(head, make("tbody", {}, ...rows.map(heatRow)), make("tfoot", {}, ...(g.rows.name.length > 1 ? totalsRow() : [])));
  const legend = (style, words, name = "") => make("span", {}, make("span", { class: "swatch cell " + name, style: "min-width:26px;" + style }), words);
  $("heat-legend").replaceChildren(legend("background:" + shade(3), "faster"), legend("background:" + shade(1 / 3), "slower"), legend("", "fastest", "fastest"), legend("", "not told apart from it", "tied"),
    legend("", "✕ wrong or failed", "defect"), legend("", "refused or not measured: point at it for the reason", "grey"));
  markSelected();
}
function markSelected() {
  for (const tr of $("heat").querySelectorAll("tbody tr")) tr.classList.toggle("selected", +tr.dataset.row === state.row);
  const first = $("heat").querySelector(`tbody tr.selected td.cell`) || $("heat").querySelector("td.cell");
  if (first && !$("heat").querySelector('td.cell[tabindex="0"]')) first.tabIndex = 0;
}

// ---- one layer ------------------------------------------------------------------------------------------------------
function showLayer() {
  const g = group(), row = state.row, flops = g.rows.flops[row], bytes = g.rows.bytes[row];
  if (row >= g.rows.name.length) return $("layer").hidden = true;
  $("layer-title").textContent = `Layer ${g.rows.name[row]}`;
  $("layer-lede").textContent = `${g.rows.problem[row]}: ${threeDigits(flops / 1e9)} GFLOP, ${bytesText(bytes)}, ${plain(flops / bytes)} flop/byte` +
    (g.peak_gflops ? `; a direct algorithm takes at least ${timeText(Math.max(flops / g.peak_gflops, bytes / (g.peak_gbytes || Infinity)))} on this machine.` : ".");
  const measured = indices(g.columns).filter(c => timed(row, c));
  drawBars(measured.map(c => ({ name: g.columns[c], series: c, median: cell("median", row, c), low: cell("low", row, c), high: cell("high", row, c), samples: samplesOf(row, c),
    note: `${threeDigits(cell("gflops", row, c))} GFLOP/s` })), `Times of ${measured.length} columns on ${g.rows.name[row]}; the table below has the numbers`);
  showLayerTable(row);
  showReplays(row);
}
function showLayerTable(row) {
  const g = group(), value = (name, c, format) => cell(name, row, c) === null ? "—" : format(cell(name, row, c));
  const names = ["", "algorithm", "median", "99% interval", "GFLOP/s", "of peak", "rel-L2", "of allowed error", "first run", "weights prepared", "packed weights", "workspace"];
  const lines = indices(g.columns).map(c => {
    const low = cell("low", row, c);
    const numbers = [value("median", c, timeText), low === null ? "—" : `${timeText(low)} – ${timeText(cell("high", row, c))}`, value("gflops", c, threeDigits),
      g.peak_gflops ? value("gflops", c, v => (100 * v / g.peak_gflops).toFixed(0) + "%") : "—", value("rel_l2", c, v => v.toExponential(1)), value("worst", c, v => (100 * v).toFixed(1) + "%"),
      value("first", c, timeText), value("prepare", c, timeText), value("packed", c, bytesText), value("workspace", c, bytesText)];
    const about = timed(row, c) ? make("td", { class: "num", style: "text-align:left" }, text("algorithm", row, c)) : make("td", {}, make("span", { class: "word" + (defects.includes(outcome(row, c)) ? " defect" : "") }, text("word", row, c)), " " + text("reason", row, c));
    if (!timed(row, c)) { about.setAttribute("colspan", names.length - 1); return make("tr", {}, make("th", { scope: "row" }, g.columns[c]), about); }
    return make("tr", {}, make("th", { scope: "row" }, g.columns[c]), about, ...numbers.map(n => make("td", { class: "num" }, n)));
  });
  $("layer-table").replaceChildren(make("thead", {}, make("tr", {}, ...names.map((n, i) => make("th", { scope: "col", class: i > 1 ? "num" : "" }, n)))), make("tbody", {}, ...lines));
}
async function copy(line, button) {
  try { await navigator.clipboard.writeText(line); } catch {
    const area = make("textarea"); area.value = line; document.body.append(area); area.select(); document.execCommand("copy"); area.remove();
  }
  button.textContent = "copied"; setTimeout(() => { button.textContent = "copy"; }, 1500);
}
function showReplays(row) {
  $("replays").replaceChildren(...indices(group().columns).filter(c => text("replay", row, c)).map(c => {
    const line = text("replay", row, c), button = make("button", { type: "button", "aria-label": `copy the replay line of ${group().columns[c]}` }, "copy");
    button.onclick = () => copy(line, button);
    return make("li", {}, make("code", {}, line), " ", button);
  }));
}

// ---- all layers -----------------------------------------------------------------------------------------------------
function showClouds() {
  const g = group(), rows = indices(g.rows.name);
  const points = (c, x, y, more) => rows.filter(r => timed(r, c) && x(r, c) > 0 && y(r, c) > 0).map(r => ({ x: x(r, c), y: y(r, c), text: `${g.columns[c]} · ${g.rows.name[r]}: ${more(r, c)}` }));
  const speed = (r, c) => state.baseline >= 0 ? speedup(r, c)?.median ?? 0 : cell("gflops", r, c);
  $("roofline-lede").textContent = "Effective rate against arithmetic intensity. " + (g.peak_gflops && g.peak_gbytes ? `The line is what this machine was measured to reach: ${threeDigits(g.peak_gflops)} GFLOP/s, ${threeDigits(g.peak_gbytes)} GB/s. Above it: an algorithm that multiplies less.` : "The machine's peaks were not measured for these settings, so there is no roof.");
  drawRoofline(g.columns.map((_, c) => points(c, r => g.rows.flops[r] / g.rows.bytes[r], (r, k) => cell("gflops", r, k), (r, k) => threeDigits(cell("gflops", r, k)) + " GFLOP/s")), g.peak_gflops, g.peak_gbytes);
  drawAccuracy(g.columns.map((_, c) => points(c, speed, (r, k) => cell("rel_l2", r, k), (r, k) => `${cell("rel_l2", r, k).toExponential(1)}, ${timeText(cell("median", r, k))}`)),
    state.baseline >= 0 ? `speed-up over ${g.columns[state.baseline]}` : "GFLOP/s, effective");
  $("legend").replaceChildren(...g.columns.map((name, c) => { const mark = make("canvas"); drawMark(mark, c); return make("span", {}, mark, name); }));
}
function showTables() {
  const g = group(), line = (...cells) => make("tr", {}, ...cells);
  $("why").replaceChildren(make("tbody", {}, ...(g.notes.length ? g.notes.map(n => line(make("td", { class: "word" + (n.defect ? " defect" : "") }, n.word), make("td", {}, n.column), make("td", {}, n.rows), make("td", {}, n.reason, ...(n.smallest ? [make("br"), `smallest: ${n.smallest} `, make("code", {}, n.smallest_replay)] : [])))) : [line(make("td", {}, "Everything was measured."))])));
  $("regret-section").hidden = !g.regrets.length;
  $("regret").replaceChildren(make("tbody", {}, ...g.regrets.map(r => line(make("td", {}, r.label), make("td", {}, `${ratioText(r.mean)} on average over ${r.layers} layer${r.layers > 1 ? "s" : ""}`),
    make("td", {}, r.row ? `at worst ${ratioText(r.worst)}, on ${r.row}, where ${r.better} is better` : "its own choice is the best everywhere")))));
  $("environment").replaceChildren(make("tbody", {}, ...data.runs[g.run].environment.map(([name, value]) => line(make("th", { scope: "row" }, name), make("td", {}, value)))));
}

// ---- acting ---------------------------------------------------------------------------------------------------------
function showGroup() {
  state.baseline = group().baseline in group().speedups ? group().baseline : +(Object.keys(group().speedups)[0] ?? -1);
  const measured = indices(group().rows.name).map(r => group().columns.filter((_, c) => timed(r, c)).length);
  state.row = Math.max(0, measured.indexOf(Math.max(...measured)));
  showAnswer(); fillBaselines(); showAll();
}
function showAll() { showHeat(); showLayer(); showClouds(); showTables(); }
function select(row, scroll) {
  state.row = row; markSelected(); showLayer();
  if (scroll) $("layer").scrollIntoView({ block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
}
function tip(td) {
  const box = $("tip");
  box.hidden = !td;
  if (!td) return;
  box.textContent = describe(+td.dataset.row, +td.dataset.column);
  const place = td.getBoundingClientRect(), size = box.getBoundingClientRect(), room = document.documentElement.clientWidth;
  box.style.left = Math.max(8, Math.min(place.left + place.width / 2 - size.width / 2, room - size.width - 8)) + scrollX + "px";
  box.style.top = (place.bottom + size.height + 10 < innerHeight ? place.bottom + 6 : place.top - size.height - 6) + scrollY + "px";
}
function moveFrom(td, key) {
  const rows = [...$("heat").querySelectorAll("tbody tr")], cells = tr => [...tr.querySelectorAll("td.cell")];
  const row = rows.indexOf(td.parentElement), column = cells(td.parentElement).indexOf(td), last = cells(td.parentElement).length - 1;
  const to = { ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1], Home: [row, 0], End: [row, last] }[key];
  const target = to && rows[to[0]] && cells(rows[to[0]])[to[1]];
  if (!target) return !!to;
  td.tabIndex = -1; target.tabIndex = 0; target.focus();
  return true;
}
function listen() {
  const cellOf = event => event.target.closest?.("td.cell[data-row]"), heat = $("heat");
  heat.addEventListener("mouseover", e => tip(cellOf(e))); heat.addEventListener("mouseleave", () => tip(null));
  heat.addEventListener("focusin", e => tip(cellOf(e))); heat.addEventListener("focusout", () => tip(null));
  heat.addEventListener("click", e => { const td = cellOf(e); if (td) { heat.querySelectorAll('td[tabindex="0"]').forEach(t => { t.tabIndex = -1; }); td.tabIndex = 0; td.focus(); select(+td.dataset.row, true); } });
  heat.addEventListener("keydown", e => {
    const td = cellOf(e);
    if (!td) return;
    if (e.key === "Enter" || e.key === " ") { select(+td.dataset.row, true); e.preventDefault(); }
    else if (e.key === "Escape") tip(null);
    else if (moveFrom(td, e.key)) e.preventDefault();
  });
  $("group").onchange = e => { state.group = +e.target.value; showGroup(); };
  $("baseline").onchange = e => { state.baseline = +e.target.value; showAll(); };
  $("find").oninput = e => { state.filter = e.target.value.toLowerCase(); showHeat(); };
  $("controls").onsubmit = e => e.preventDefault();
}
function setTheme(theme) { document.documentElement.dataset.theme = theme; }
function followTheme() {
  const asked = new URLSearchParams(location.search).get("theme"), dark = matchMedia("(prefers-color-scheme: dark)");
  const current = () => asked || (dark.matches ? "dark" : "light");
  setTheme(current());
  dark.addEventListener("change", () => { setTheme(current()); showAll(); });
  addEventListener("beforeprint", () => { setTheme("light"); showAll(); });
  addEventListener("afterprint", () => { setTheme(current()); showAll(); });
}

addEventListener("error", e => { document.documentElement.dataset.error = e.message; });
followTheme(); showHead(); fillControls();
if (data.groups.length) { listen(); showGroup(); } else $("heat-lede").textContent = "Nothing ran.";
// For the test in a browser: how much wider than the window the page is, and that this line was reached.
document.documentElement.dataset.overflow = Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth);
document.documentElement.dataset.ready = "true";
