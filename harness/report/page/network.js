// The time of the whole network, by column and by the best mix of them.
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
  const {columns, rows, totals} = group();
  const total = totals[column];
  const filled = isFilled(total) ? `, ${total.missing} filled` : "";
  return {
    name: columns[column],
    note: timeText(total.ns ?? total.filled_ns) + filled,
    parts: gather(indices(rows.name).map(row => partOf(row, column))),
  };
}

// The bar of the best mix: its layers, in the order of the columns that they come from.
function mixBar() {
  const {columns, mix, rows} = group();
  const layersOf = column => indices(rows.name).filter(row => mix.columns[row] === column);
  const parts = indices(columns).flatMap(layersOf).map(row => {
    const column = mix.columns[row];
    return {ns: mix.layers[row], series: column, filled: false, name: partName(row, column)};
  });
  const lead = mix.speedup ? `, ${ratioText(mix.speedup[0])}` : "";
  const note = timeText(mix.total) + lead;
  return {name: "best mix", strong: true, note, parts: gather(parts)};
}

function networkBars() {
  const {mix, rows, totals} = group();
  const isWhole = ({ns, filled_ns: filled, missing}) =>
      missing < rows.name.length && (ns !== null || filled !== null);
  const whole = columnsShown().filter(column => isWhole(totals[column])).map(columnBar);
  return mix.total === null ? whole : [mixBar(), ...whole];
}

function mixText() {
  const {baseline, columns, mix} = group();
  if (mix.total === null) return "";
  const how = " The best mix takes the fastest of each layer, chosen on odd rounds and timed on " +
      "even ones";
  if (!mix.speedup) return how + ".";
  const [median, low, high] = mix.speedup;
  const lead = ratioText(median) + intervalText({low, high});
  return `${how}: ${lead} the speed of ${columns[baseline]}.`;
}

function filledText() {
  const {baseline, columns, totals} = group();
  if (!totals.some(isFilled)) return "";
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
      mixText() + filledText();
  const told = bars.map(bar => `${bar.name} ${bar.note}`).join("; ");
  drawNetwork(byId("network"), bars, `Time of the network by column: ${told}`);
}
