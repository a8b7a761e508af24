// One layer in detail, and in it one case: bars, numbers, the samples of its rounds, the line that repeats it.
"use strict";

function showLayer() {
  const g = group(), row = state.row, flops = g.rows.flops[row], bytes = g.rows.bytes[row];
  if (row >= g.rows.name.length) return $("layer").hidden = true;
  const least = g.peak_gflops ? Math.max(flops / g.peak_gflops, bytes / (g.peak_gbytes || Infinity)) : 0;
  $("layer-title").textContent = `${g.rows.name[row]}: ${g.rows.about[row]}`;
  $("layer-lede").textContent = `${threeDigits(flops / 1e9)} GFLOP, ${bytesText(bytes)}, ${plain(flops / bytes)} flop/byte` + (least ? `; a direct algorithm takes at least ${timeText(least)} on this machine.` : ".") + ` ${g.rows.problem[row]}`;
  const measured = columnsShown().filter(c => timed(row, c)).sort((a, b) => cell("median", row, a) - cell("median", row, b));
  if (!columnsShown().includes(state.column)) state.column = measured[0] ?? 0;
  drawBars($("bars"), measured.map(c => ({ name: g.columns[c], series: c, column: c, median: cell("median", row, c), low: stepped("low", row, c), high: stepped("high", row, c), samples: samplesOf(row, c), selected: c === state.column,
    note: `${threeDigits(cell("gflops", row, c))} GFLOP/s` })), `Times of ${measured.length} columns on ${g.rows.name[row]}; the table below has the numbers`, column => select(row, column));
  showLayerTable(row, measured);
  showCase();
}
// Columns of the layer's table: heading, and the text of a measured case.
const layerColumns = () => {
  const g = group(), value = (name, format) => (r, c) => cell(name, r, c) === null ? "—" : format(cell(name, r, c));
  return [["median", value("median", timeText)], ["99% interval", (r, c) => cell("low", r, c) === null ? "—" : `${timeText(stepped("low", r, c))} – ${timeText(stepped("high", r, c))}`],
    ["against " + (g.columns[state.baseline] ?? "—"), (r, c) => { const s = speedup(r, c); return s ? ratioText(s.median) + intervalText(s) : "—"; }],
    ["GFLOP/s", value("gflops", threeDigits)], ["of the roof", value("of_roof", percent)], ["rel-L2", value("rel_l2", v => v.toExponential(1))], ["of allowed error", value("worst", percent)],
    ["workspace", value("workspace", bytesText)], ["packed weights", value("packed", bytesText)], ["weights prepared in", value("prepare", timeText)], ["first run", value("first", timeText)]];
};
function showLayerTable(row, measured) {
  const g = group(), columns = layerColumns(), others = columnsShown().filter(c => !timed(row, c) && outcome(row, c) !== "absent");
  const head = c => { const button = make("button", { type: "button", class: "key", "aria-pressed": String(c === state.column) }, mark(c), g.columns[c]); button.onclick = () => select(row, c); return make("th", { scope: "row" }, button); };
  const numbers = c => make("tr", { class: c === state.column ? "chosen" : null }, head(c), make("td", { class: "num left" }, text("algorithm", row, c)), ...columns.map(([, format]) => make("td", { class: "num" }, format(row, c))));
  const reasons = c => make("tr", { class: c === state.column ? "chosen" : null }, head(c), make("td", { colspan: columns.length + 1, class: "wrap" }, make("span", { class: "word" + (defects.includes(outcome(row, c)) ? " defect" : "") }, text("word", row, c)), " " + text("reason", row, c)));
  $("layer-table").replaceChildren(make("thead", {}, make("tr", {}, make("th"), make("th", { scope: "col" }, "algorithm"), ...columns.map(([name]) => make("th", { scope: "col", class: "num" }, name)))),
    make("tbody", {}, ...measured.map(numbers), ...others.map(reasons)));
}
function roundsOf(row, column) {
  return { name: group().columns[column], series: column, samples: samplesOf(row, column), low: stepped("low", row, column), high: stepped("high", row, column) };
}
function showCase() {
  const g = group(), row = state.row, column = state.column, replay = replayOf(row, column), ran = timed(row, column);
  // The baseline beside it, where both are of one size: their rounds are common.
  const beside = state.baseline >= 0 && state.baseline !== column && timed(row, state.baseline) && ran && Math.abs(Math.log2(cell("median", row, state.baseline) / cell("median", row, column))) < 2;
  $("case-title").textContent = `${g.columns[column]} on ${g.rows.name[row]}`;
  $("rounds").hidden = !ran;
  if (ran) drawRounds($("rounds"), [...(beside ? [roundsOf(row, state.baseline)] : []), roundsOf(row, column)], `Samples of ${g.columns[column]}${beside ? " and " + g.columns[state.baseline] : ""}, round by round`);
  const again = cell("discarded", row, column);
  $("case-samples").textContent = ran ? `${plural(samplesOf(row, column).length, "sample")}, each of ${plural(cell("executions", row, column), "execution")}${again ? `, ${again} more taken again because the machine was not quiet` : ""}${beside ? `; ${g.columns[state.baseline]} in the same rounds beside them` : ""}. In the order taken: ${samplesOf(row, column).map(timeText).join(", ")}.`
    : `${text("word", row, column)} ${text("reason", row, column)}`;
  $("case-replay").replaceChildren(...(replay ? [make("code", {}, replay), " ", copyButton(replay, `${g.columns[column]} on ${g.rows.name[row]}`)] : []));
}
