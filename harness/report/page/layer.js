// One layer in detail: the bars of its columns and the table of their numbers.
import {drawBars} from "./draw_bars.js";
import {byId, make, number, row as tableRow, tableBody} from "./elements.js";
import {
  bytesText,
  percent,
  plain,
  ratioText,
  threeDigits,
  timeText,
} from "./format.js";
import {showCase} from "./layer_case.js";
import {mark} from "./marks.js";
import {
  cell,
  columnsShown,
  group,
  intervalText,
  outcome,
  samplesOf,
  speedup,
  state,
  stepped,
  text,
  timed,
} from "./model.js";
import {isDefect} from "./outcomes.js";
import {select} from "./selection.js";

// The least time in ns that a direct algorithm takes at the machine's peaks; 0: the peaks are not
// known.
function leastTime(flops, bytes) {
  const {peak_gflops: rate, peak_gbytes: bandwidth} = group();
  return rate ? Math.max(flops / rate, bytes / (bandwidth || Infinity)) : 0;
}

function layerLede(row) {
  const {rows} = group();
  const flops = rows.flops[row];
  const bytes = rows.bytes[row];
  const least = leastTime(flops, bytes);
  const size = `${threeDigits(flops / 1e9)} GFLOP, ${bytesText(bytes)}`;
  const limit =
      least ? `; a direct algorithm takes at least ${timeText(least)} on this machine.` : ".";
  return `${size}, ${plain(flops / bytes)} flop/byte${limit} ${rows.problem[row]}`;
}

function barOf(row, column) {
  return {
    name: group().columns[column],
    series: column,
    column,
    median: cell("median", row, column),
    low: stepped("low", row, column),
    high: stepped("high", row, column),
    samples: samplesOf(row, column),
    selected: column === state.column,
    note: `${threeDigits(cell("gflops", row, column))} GFLOP/s`,
  };
}

function showBars(row, measured) {
  const label = `Times of ${measured.length} columns on ${group().rows.name[row]}; ` +
      "the table below has the numbers";
  const bars = measured.map(column => barOf(row, column));
  drawBars(byId("bars"), bars, label, column => select(row, column));
}

export function showLayer() {
  const {rows} = group();
  const row = state.row;
  if (row >= rows.name.length) {
    byId("layer").hidden = true;
    return;
  }
  byId("layer-title").textContent = `${rows.name[row]}: ${rows.about[row]}`;
  byId("layer-lede").textContent = layerLede(row);
  const median = column => cell("median", row, column);
  const measured = columnsShown().filter(column => timed(row, column));
  measured.sort((a, b) => median(a) - median(b));
  if (!columnsShown().includes(state.column)) state.column = measured[0] ?? 0;
  showBars(row, measured);
  showLayerTable(row, measured);
  showCase();
}

// A function of (row, column) that gives the text of one number of a case.
function value(key, format) {
  return (row, column) => {
    const found = cell(key, row, column);
    return found === null ? "—" : format(found);
  };
}

function medianInterval(row, column) {
  if (cell("low", row, column) === null) return "—";
  const end = name => timeText(stepped(name, row, column));
  return `${end("low")} – ${end("high")}`;
}

function speedupText(row, column) {
  const ratio = speedup(row, column);
  return ratio ? ratioText(ratio.median) + intervalText(ratio) : "—";
}

// Columns of the layer's table: heading, and the text of a measured case.
function tableColumns() {
  return [
    ["median", value("median", timeText)],
    ["99% interval", medianInterval],
    ["against " + (group().columns[state.baseline] ?? "—"), speedupText],
    ["GFLOP/s", value("gflops", threeDigits)],
    ["of the roof", value("of_roof", percent)],
    ["rel-L2", value("rel_l2", error => error.toExponential(1))],
    ["of allowed error", value("worst", percent)],
    ["workspace", value("workspace", bytesText)],
    ["packed weights", value("packed", bytesText)],
    ["weights prepared in", value("prepare", timeText)],
    ["first run", value("first", timeText)],
  ];
}

function nameCell(row, column) {
  const attributes = {
    type: "button",
    class: "key",
    "aria-pressed": String(column === state.column),
  };
  const button = make("button", attributes, mark(column), group().columns[column]);
  button.onclick = () => select(row, column);
  return make("th", {scope: "row"}, button);
}

function rowOf(column, ...cells) {
  return make("tr", {class: column === state.column ? "chosen" : null}, ...cells);
}

function measuredRow(row, column, columns) {
  const algorithm = make("td", {class: "num left"}, text("algorithm", row, column));
  const numbers = columns.map(([, format]) => number(format(row, column)));
  return rowOf(column, nameCell(row, column), algorithm, ...numbers);
}

function reasonRow(row, column, span) {
  const kind = isDefect(outcome(row, column)) ? "word defect" : "word";
  const word = make("span", {class: kind}, text("word", row, column));
  const reason = " " + text("reason", row, column);
  const cells = make("td", {colspan: span, class: "wrap"}, word, reason);
  return rowOf(column, nameCell(row, column), cells);
}

function showLayerTable(row, measured) {
  const columns = tableColumns();
  const told = column => !timed(row, column) && outcome(row, column) !== "absent";
  const headings = columns.map(([name]) => make("th", {scope: "col", class: "num"}, name));
  const algorithm = make("th", {scope: "col"}, "algorithm");
  byId("layer-table")
      .replaceChildren(
          make("thead", {}, tableRow(make("th"), algorithm, ...headings)), tableBody([
            ...measured.map(column => measuredRow(row, column, columns)),
            ...columnsShown().filter(told).map(each => reasonRow(row, each, columns.length + 1)),
          ]));
}
