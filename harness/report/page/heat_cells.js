// One row of the heat map, cell by cell, and the totals below it.
import {make, number, row as tableRow} from "./elements.js";
import {clamp, indices, percent, ratioText, threeDigits, timeText} from "./format.js";
import {mark} from "./marks.js";
import {
  cell,
  columnsShown,
  drifts,
  group,
  intervalText,
  isFastest,
  isTied,
  outcome,
  speedup,
  state,
  text,
  timed,
  timesRun,
} from "./model.js";
import {isDefect} from "./outcomes.js";

// A colour by the logarithm of the speed-up, strongest at a factor of 5: blue faster, orange
// slower.
export function shade(ratio) {
  const strength = clamp(Math.log2(ratio) / Math.log2(5), -1, 1);
  const color = strength >= 0 ? "--fast" : "--slow";
  return `rgb(var(${color}) / ${(0.58 * Math.abs(strength)).toFixed(2)})`;
}

function describeMissing(row, column) {
  const reason = text("reason", row, column);
  return text("word", row, column) + (reason ? "\n" + reason : "");
}

function describeTimes(row, column) {
  const share = cell("of_roof", row, column);
  const rate = `${threeDigits(cell("gflops", row, column))} GFLOP/s`;
  const roof = share ? ` · ${percent(share)} of the roof` : "";
  return `${timeText(cell("median", row, column))} · ${rate}${roof}`;
}

function describeRank(row, column) {
  if (isFastest(row, column)) return "\nfastest of this layer";
  return isTied(row, column) ? "\ntoo close to call" : "";
}

function describeSpeedup(row, column) {
  const ratio = speedup(row, column);
  if (!ratio) return "";
  const baseline = group().columns[state.baseline];
  return `\n${ratioText(ratio.median)} the speed of ${baseline}${intervalText(ratio)}`;
}

// A case in words, for its tooltip.
export function describeCase(row, column) {
  const {columns, rows} = group();
  const name = `${columns[column]} on ${rows.name[row]}`;
  if (!timed(row, column)) return `${name}: ${describeMissing(row, column)}`;
  return `${name}: ${describeTimes(row, column)}` + describeSpeedup(row, column) +
      describeRank(row, column) + (drifts(row, column) ? "\nits samples drift with time" : "");
}

function fillTimed(td, row, column) {
  const ratio = speedup(row, column);
  const time = timeText(cell("median", row, column));
  if (ratio) {
    td.append(ratioText(ratio.median), make("small", {}, time));
    td.style.background = shade(ratio.median);
  } else {
    td.append(time);
  }
  const rank = isTied(row, column) ? "tied" : "timed";
  td.classList.add(isFastest(row, column) ? "fastest" : rank);
}

function fillUntimed(td, row, column, kind) {
  td.append(text("word", row, column));
  const known = ["noisy", "agrees"].includes(kind) ? kind : "grey";
  td.classList.add(isDefect(kind) ? "defect" : known);
}

function heatCell(row, column) {
  const chosen = row === state.row && column === state.column;
  const td = make("td", {
    class: "cell",
    role: "gridcell",
    "data-row": row,
    "data-column": column,
    tabindex: chosen ? 0 : -1,
    "aria-label": describeCase(row, column),
  });
  const kind = outcome(row, column);
  if (kind === "timed") {
    fillTimed(td, row, column);
  } else {
    fillUntimed(td, row, column, kind);
  }
  return td;
}

// The fastest column, and its lead over the chosen baseline; "≈" where another is not told apart
// from it.
function winnerCell(row) {
  const {columns} = group();
  const best = indices(columns).find(column => isFastest(row, column));
  if (best === undefined) return make("td", {class: "winner"}, "—");
  const tied = indices(columns).some(column => isTied(row, column));
  const ratio = best === state.baseline ? null : speedup(row, best);
  const lead = ratio ? ratioText(ratio.median) : timeText(cell("median", row, best));
  const note = make("small", {}, lead + (tied ? " ≈" : ""));
  return make("td", {class: "winner"}, mark(best), make("span", {}, columns[best]), note);
}

// The name of a layer, and its problem where that is another text.
function layerCell(row) {
  const {name, problem} = group().rows;
  const named = name[row] !== problem[row];
  return make(
      "th", {scope: "row", title: problem[row]},
      make("span", {class: named ? "" : "num"}, name[row]),
      named ? make("small", {class: "num"}, problem[row]) : null);
}

export function heatRow(row, index) {
  const attributes = {
    "data-row": row,
    role: "row",
    "aria-rowindex": index + 2,
    class: row === state.row ? "selected" : null,
  };
  const count = make("td", {class: "count"}, timesRun(row));
  const cells = columnsShown().map(column => heatCell(row, column));
  return make("tr", attributes, layerCell(row), count, winnerCell(row), ...cells);
}

function totalCell({ns, filled_ns: filled, missing}) {
  if (ns !== null) return number(timeText(ns));
  const {columns, baseline} = group();
  const note = filled === null ? `${missing} missing` :
                                 `${timeText(filled)} with ${missing} by ${columns[baseline]}`;
  return make("td", {class: "num"}, "—", make("small", {}, note));
}

export function totalsRow() {
  const {columns, decision} = group();
  const {plan, single, total, totals} = decision;
  const what = plan === "everywhere" ? columns[single] : plan === "mix" ? "the mix" : "";
  const best = total.ns === null ? "—" : timeText(total.ns);
  return tableRow(
      make("th", {scope: "row"}, "network"), make("td", {class: "count"}),
      make("td", {class: "winner"}, make("span", {}, what), make("small", {}, best)),
      ...columnsShown().map(column => totalCell(totals[column])));
}

// A name in two lines: the backend, its algorithm.
export function columnHeading(column) {
  const name = group().columns[column];
  const [first, ...rest] = name.split(/[: ]/);
  return make(
      "th", {scope: "col", title: name}, make("span", {}, first),
      rest.length ? make("small", {}, rest.join(" ")) : null);
}
