// The time of the whole network, by column and as the decision says.
import {drawNetwork} from "./draw_network.js";
import {byId} from "./elements.js";
import {indices, plural, ratioText, timeText} from "./format.js";
import {cell, columnsShown, group, intervalText, timed, timesRun} from "./model.js";

// The most parts of a bar that can be told from each other.
const kMostParts = 150;

// A column that lacks layers, which are filled with the baseline's times.
function isFilled(total) {
  return total.ns === null && total.filled_ns !== null;
}

function layerTime(row, column) {
  return timed(row, column) ? group().rows.count[row] * cell("median", row, column) : null;
}

function partName(row, column) {
  const {columns, rows} = group();
  return `${rows.name[row]}: ${columns[column]}${timesRun(row, ", ")}`;
}

function partOf(row, column) {
  const filled = !timed(row, column);
  const source = filled ? group().baseline : column;
  const ns = layerTime(row, column) ?? layerTime(row, source);
  return {ns, series: source, filled, name: partName(row, source)};
}

// For a long suite, a bar has only one part for each column that its layers come from.
function gather(parts) {
  if (parts.length <= kMostParts) return parts;
  const sums = new Map();
  for (const part of parts) {
    const key = `${part.series} ${part.filled}`;
    const whole = sums.get(key) ?? {...part, ns: 0, layers: 0};
    sums.set(key, {...whole, ns: whole.ns + part.ns, layers: whole.layers + 1});
  }
  const nameOf = ({layers, series}) => plural(layers, "layer") + " of " + group().columns[series];
  return [...sums.values()].map(part => ({...part, name: nameOf(part)}));
}

function columnBar(column) {
  const {columns, decision, rows} = group();
  const total = decision.totals[column];
  const filled = isFilled(total) ? `, ${total.missing} filled` : "";
  return {
    name: columns[column],
    note: timeText(total.ns ?? total.filled_ns) + filled,
    parts: gather(indices(rows.name).map(row => partOf(row, column))),
  };
}

// The bar of a mix of columns: its layers, in the order of the columns that they come from.
function mixBar() {
  const {columns, decision, rows} = group();
  const {layers, total} = decision;
  const layersOf = column => indices(rows.name).filter(row => layers[row].column === column);
  const parts = indices(columns).flatMap(layersOf).map(row => {
    const {column, ns} = layers[row];
    return {ns, series: column, filled: false, name: partName(row, column)};
  });
  return {name: "the mix", strong: true, note: timeText(total.ns), parts: gather(parts)};
}

function networkBars() {
  const {decision, rows} = group();
  const {plan, total, totals} = decision;
  const isWhole = ({ns, filled_ns: filled, missing}) =>
      missing < rows.name.length && (ns !== null || filled !== null);
  const whole = columnsShown().filter(column => isWhole(totals[column])).map(columnBar);
  return plan === "mix" && total.ns !== null ? [mixBar(), ...whole] : whole;
}

// How surely the decision is faster than each column used everywhere.
function leadsText() {
  const {columns, decision} = group();
  const told = decision.leads.map((lead, column) => ({lead, column}))
                   .filter(({lead}) => lead && lead.told)
                   .map(
                       ({lead: {ratio: [median, low, high]}, column}) => ratioText(median) +
                           intervalText({low, high}) + " that of " + columns[column]);
  return told.length ? ` The speed of what is to be used is ${told.join(", ")}.` : "";
}

function filledText() {
  const {baseline, columns, decision} = group();
  if (!decision.totals.some(isFilled)) return "";
  return " Dashed: a layer that the column has no time for, filled with that of " +
      columns[baseline] + ".";
}

export function showNetwork() {
  const {crossing, rows} = group();
  // A sweep over kernel sizes is no network.
  const bars = rows.name.length > 1 && !crossing ? networkBars() : [];
  byId("network-section").hidden = !bars.length;
  if (!bars.length) return;
  byId("network-lede").textContent =
      "Time of all layers, each as often as the network runs it; a part of a bar is a layer." +
      (group().decision.halved ? " All totals are over every second round." : "") + leadsText() +
      filledText();
  const told = bars.map(bar => `${bar.name} ${bar.note}`).join("; ");
  drawNetwork(byId("network"), bars, `Time of the network by column: ${told}`);
}
