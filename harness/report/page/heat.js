// The heat map: layers by columns, the winner of each layer, totals. Of a long suite only the rows in sight are in the
// page, so that it scrolls as smoothly with ten thousand cases as with ten.
"use strict";
const heatState = { rows: [], from: 0, to: 0, height: 44, whole: true };
const kAtOnce = 120;  // rows that a browser lays out without a pause

// log2 of the speed-up, full colour at 5 times: blue faster, orange slower.
function shade(ratio) {
  const strength = Math.max(-1, Math.min(1, Math.log2(ratio) / Math.log2(5)));
  return `rgb(var(${strength >= 0 ? "--fast" : "--slow"}) / ${(.58 * Math.abs(strength)).toFixed(2)})`;
}
const intervalText = s => s && s.low !== null ? ` (${s.low.toFixed(2)}–${s.high.toFixed(2)})` : "";
function describe(row, column) {
  const g = group(), name = `${g.columns[column]} on ${g.rows.name[row]}`;
  if (!timed(row, column)) return `${name}: ${text("word", row, column)}${text("reason", row, column) ? "\n" + text("reason", row, column) : ""}`;
  const s = speedup(row, column), flags = cell("flags", row, column), share = cell("of_roof", row, column);
  return `${name}: ${timeText(cell("median", row, column))} · ${threeDigits(cell("gflops", row, column))} GFLOP/s${share ? ` · ${percent(share)} of the roof` : ""}` +
    (s ? `\n${ratioText(s.median)} the speed of ${g.columns[state.baseline]}${intervalText(s)}` : "") +
    (flags & 1 ? "\nfastest of this layer" : flags & 2 ? "\nnot told apart from the fastest" : "") + (flags & 4 ? "\nits samples drift with time" : "");
}
function heatCell(row, column) {
  const chosen = row === state.row && column === state.column;
  const td = make("td", { class: "cell", role: "gridcell", "data-row": row, "data-column": column, tabindex: chosen ? 0 : -1, "aria-label": describe(row, column) }), kind = outcome(row, column);
  if (kind === "timed") {
    const s = speedup(row, column), flags = cell("flags", row, column);
    td.append(s ? ratioText(s.median) : timeText(cell("median", row, column)), ...(s ? [make("small", {}, timeText(cell("median", row, column)))] : []));
    if (s) td.style.background = shade(s.median);
    td.classList.add(flags & 1 ? "fastest" : flags & 2 ? "tied" : "timed");
  } else {
    td.append(text("word", row, column));
    td.classList.add(defects.includes(kind) ? "defect" : kind === "noisy" ? "noisy" : kind === "agrees" ? "agrees" : "grey");
  }
  return td;
}
// Who is fastest, and by how much over the baseline that was chosen; "≈" where another is not told apart from it.
function winnerCell(row) {
  const g = group(), best = indices(g.columns).find(c => cell("flags", row, c) & 1);
  if (best === undefined) return make("td", { class: "winner" }, "—");
  const tied = g.columns.some((_, c) => cell("flags", row, c) & 2), s = speedup(row, best);
  return make("td", { class: "winner" }, mark(best), make("span", {}, g.columns[best]), make("small", {}, (s && best !== state.baseline ? ratioText(s.median) : timeText(cell("median", row, best))) + (tied ? " ≈" : "")));
}
function heatRow(row, index) {
  const g = group(), named = g.rows.name[row] !== g.rows.problem[row];
  return make("tr", { "data-row": row, role: "row", "aria-rowindex": index + 2, class: row === state.row ? "selected" : null },
    make("th", { scope: "row", title: g.rows.problem[row] }, make("span", { class: named ? "" : "num" }, g.rows.name[row]), ...(named ? [make("small", { class: "num" }, g.rows.problem[row])] : [])),
    make("td", { class: "count" }, g.rows.count[row] > 1 ? "×" + g.rows.count[row] : ""), winnerCell(row), ...columnsShown().map(c => heatCell(row, c)));
}
function totalsRows() {
  const g = group(), mix = g.mix, shown = columnsShown();
  const cells = shown.map(c => g.totals[c]).map(t => make("td", { class: "num" }, t.ns !== null ? timeText(t.ns) : "—",
    ...(t.ns === null ? [make("small", {}, t.filled_ns !== null ? `${timeText(t.filled_ns)} with ${t.missing} by ${g.columns[g.baseline]}` : `${t.missing} missing`)] : [])));
  const best = mix.total === null ? "—" : timeText(mix.total) + (mix.speedup ? ` (${ratioText(mix.speedup[0])})` : "");
  return [make("tr", {}, make("th", { scope: "row" }, "network"), make("td", { class: "count" }), make("td", { class: "winner" }, make("span", {}, "best mix"), make("small", {}, best)), ...cells)];
}
// A name in two lines: the backend, its algorithm.
function heading(name) {
  const [first, ...rest] = name.split(/[: ]/);
  return make("th", { scope: "col", title: name }, make("span", {}, first), ...(rest.length ? [make("small", {}, rest.join(" "))] : []));
}
function showHeat(whole = false) {
  const g = group(), heat = $("heat");
  heatState.rows = rowsShown();
  heatState.whole = whole || heatState.rows.length <= kAtOnce;
  $("heat-lede").textContent = (state.baseline >= 0 ? `Speed-up over ${g.columns[state.baseline]}, median of the rounds both were timed in; below it the time.` : "Median times; no baseline was measured here.") +
    (g.rows.name.length > 1 ? ` ${heatState.rows.length < g.rows.name.length ? `${heatState.rows.length} of ` : ""}${plural(g.rows.name.length, "layer")}; the total is weighted by count.` : "");
  // Fixed widths: columns must not jump while rows come and go.
  const shown = columnsShown(), phone = innerWidth <= 760, once = g.rows.count.every(n => n === 1);
  const sizes = [phone ? 112 : 218, once ? 4 : phone ? 30 : 46, phone ? 96 : 150, ...shown.map(() => phone ? 74 : 92)], widths = sizes.map(size => make("col", { style: `width:${size}px` }));
  heat.style.width = sizes.reduce((a, b) => a + b, 0) + 3 * (sizes.length + 1) + "px";
  heat.classList.toggle("single", once);
  heat.setAttribute("role", "grid");
  heat.setAttribute("aria-rowcount", heatState.rows.length + 1);
  heat.replaceChildren(make("colgroup", {}, ...widths), make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "layer"), make("th", { scope: "col", class: "count" }, phone ? "×" : "count"), make("th", { scope: "col", class: "winner" }, "fastest"), ...shown.map(c => heading(g.columns[c])))),
    make("tbody"), make("tfoot", {}, ...(g.rows.name.length > 1 ? totalsRows() : [])));
  heatState.from = heatState.to = 0;
  showRowsInSight();
  showHeatLegend();
}
// The rows in sight and as many above and below; two empty rows keep the scroll bar's length.
function showRowsInSight() {
  const { rows, whole, height } = heatState, box = $("heat-box"), body = $("heat").tBodies[0], room = Math.ceil(box.clientHeight / height) + 2;
  const top = Math.max(0, Math.floor(box.scrollTop / height) - room), from = whole ? 0 : top - top % 8, to = whole ? rows.length : Math.min(rows.length, from + 3 * room + 8);
  if (from === heatState.from && to === heatState.to && to) return;
  const kept = document.activeElement?.closest?.("#heat td.cell"), gap = size => make("tr", { class: "gap", "aria-hidden": "true", style: `height:${size}px` });
  Object.assign(heatState, { from, to });
  body.replaceChildren(...(from ? [gap(from * height)] : []), ...rows.slice(from, to).map((r, i) => heatRow(r, from + i)), ...(to < rows.length ? [gap((rows.length - to) * height)] : []));
  if (kept) body.querySelector(`td.cell[data-row="${kept.dataset.row}"][data-column="${kept.dataset.column}"]`)?.focus({ preventScroll: true });
  if (!body.querySelector('td.cell[tabindex="0"]')) body.querySelector("td.cell")?.setAttribute("tabindex", 0);
  const real = body.querySelector("tr[data-row]")?.getBoundingClientRect().height;
  if (!whole && real && Math.abs(real + 3 - height) > .6) { heatState.height = real + 3; heatState.from = heatState.to = 0; showRowsInSight(); }
}
function showHeatLegend() {
  const key = (style, name, label) => make("span", {}, make("span", { class: "swatch cell " + name, style }), label);
  $("heat-legend").replaceChildren(key("background:" + shade(3), "", "faster"), key("background:" + shade(1 / 3), "", "slower"), key("", "fastest", "fastest"), key("", "tied", "not told apart from it"),
    key("", "defect", "✕ wrong or failed, never ranked"), key("", "grey", "refused or not measured"), key("", "noisy", "inconclusive"), make("span", {}, "point at a cell for the reason; Enter shows the layer"));
}
function markSelected() {
  for (const tr of $("heat").querySelectorAll("tbody tr[data-row]")) tr.classList.toggle("selected", +tr.dataset.row === state.row);
  for (const td of $("heat").querySelectorAll("td.cell")) td.tabIndex = +td.dataset.row === state.row && +td.dataset.column === state.column ? 0 : -1;
  if (!$("heat").querySelector('td.cell[tabindex="0"]')) $("heat").querySelector("td.cell")?.setAttribute("tabindex", 0);
}
// Moves by whole rows and columns, through rows that are not in the page yet.
function moveFrom(td, key) {
  const { rows, height } = heatState, shown = columnsShown(), row = rows.indexOf(+td.dataset.row), column = shown.indexOf(+td.dataset.column), page = 10;
  const to = { ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1], Home: [row, 0], End: [row, shown.length - 1],
    PageUp: [Math.max(0, row - page), column], PageDown: [Math.min(rows.length - 1, row + page), column] }[key];
  if (!to) return false;
  if (to[0] < 0 || to[1] < 0 || to[0] >= rows.length || to[1] >= shown.length) return true;
  if (!heatState.whole && (to[0] < heatState.from || to[0] >= heatState.to)) { $("heat-box").scrollTop = to[0] * height - $("heat-box").clientHeight / 2; showRowsInSight(); }
  const target = $("heat").querySelector(`td.cell[data-row="${rows[to[0]]}"][data-column="${shown[to[1]]}"]`);
  if (!target) return true;
  td.tabIndex = -1; target.tabIndex = 0; target.focus();
  return true;
}
function listenToHeat() {
  const cellOf = event => event.target.closest?.("td.cell[data-row]"), heat = $("heat");
  heat.addEventListener("click", e => {
    const td = cellOf(e), tr = e.target.closest("tbody tr[data-row]");
    if (td) { select(+td.dataset.row, +td.dataset.column, true); td.focus({ preventScroll: true }); } else if (tr) select(+tr.dataset.row, state.column, true);
  });
  heat.addEventListener("keydown", e => {
    const td = cellOf(e);
    if (!td) return;
    if (e.key === "Enter" || e.key === " ") { select(+td.dataset.row, +td.dataset.column, true); e.preventDefault(); }
    else if (moveFrom(td, e.key)) e.preventDefault();
  });
  let asked = false;
  $("heat-box").addEventListener("scroll", () => { if (!asked && !heatState.whole) { asked = true; requestAnimationFrame(() => { asked = false; showRowsInSight(); }); } });
}
