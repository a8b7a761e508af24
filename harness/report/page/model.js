// Which part of the data is shown, and how a case is looked up in it: by row (layer) and column.
import {data} from "./data.js";
import {indices} from "./format.js";
import {outcomeName} from "./outcomes.js";

// hidden: names of columns that the reader switched off.
export const state = {
  group: 0,
  baseline: -1,
  row: 0,
  column: 0,
  filter: "",
  hidden: new Set(),
  error: "rel_l2",
};

export function group() {
  return data.groups[state.group];
}

function at(row, column) {
  return row * group().columns.length + column;
}

export function cell(name, row, column) {
  return group().cells[name][at(row, column)];
}

export function outcome(row, column) {
  return outcomeName(cell("outcome", row, column));
}

export function text(name, row, column) {
  return data.strings[cell(name, row, column)];
}

export function timed(row, column) {
  return cell("median", row, column) !== null;
}

export function columnsShown() {
  const {columns} = group();
  return indices(columns).filter(column => !state.hidden.has(columns[column]));
}

export function rowsShown() {
  const {name, problem} = group().rows;
  const words = row => (name[row] + " " + problem[row]).toLowerCase();
  return indices(name).filter(row => words(row).includes(state.filter));
}

// Bits of a case's flags.
export function isFastest(row, column) {
  return (cell("flags", row, column) & 1) !== 0;
}

export function isTied(row, column) {
  return (cell("flags", row, column) & 2) !== 0;
}

export function drifts(row, column) {
  return (cell("flags", row, column) & 4) !== 0;
}

// Samples and ends of intervals are stored as deviations from their median, in 1/10000 of it.
function unpacked(step, row, column) {
  return cell("median", row, column) * (1 + step / 1e4);
}

export function stepped(name, row, column) {
  const step = cell(name, row, column);
  return step === null ? null : unpacked(step, row, column);
}

export function samplesOf(row, column) {
  return (cell("samples", row, column) || []).map(step => unpacked(step, row, column));
}

export function replayOf(row, column) {
  return text("replay", row, column).replace("\u0001", group().rows.full[row]);
}

// {median, low, high} of the speed-up over the baseline, or null; low and high may be null.
export function speedup(row, column) {
  const ratios = group().speedups[state.baseline];
  const index = at(row, column);
  if (!ratios || ratios.median[index] === null) return null;
  const median = ratios.median[index];
  const end = steps => steps[index] === null ? null : median * (1 + steps[index] / 1e3);
  return {median, low: end(ratios.low), high: end(ratios.high)};
}

export function intervalText(ratio) {
  if (!ratio || ratio.low === null) return "";
  return ` (${ratio.low.toFixed(2)}–${ratio.high.toFixed(2)})`;
}

// "×3" for a layer that the network runs three times, after the text `before`; empty for a layer
// that it runs once.
export function timesRun(row, before = "") {
  const count = group().rows.count[row];
  return count > 1 ? before + "×" + count : "";
}
