// How the raw samples of each column lie around the medians of their cases.
import {data} from "./data.js";
import {drawSpreads} from "./draw_spreads.js";
import {byId} from "./elements.js";
import {indices, percent} from "./format.js";
import {cell, columnsShown, group} from "./model.js";

function deviationsOf(column) {
  const stepsOf = row => cell("samples", row, column) || [];
  return indices(group().rows.name).flatMap(stepsOf).map(step => step / 1e4);
}

function rowOf(column) {
  const deviations = deviationsOf(column);
  const sizes = deviations.map(Math.abs).sort((a, b) => a - b);
  const quantile = share => sizes[Math.min(sizes.length - 1, Math.floor(share * sizes.length))];
  const within = share => "±" + percent(quantile(share));
  return {
    name: group().columns[column],
    series: column,
    deviations,
    wide: quantile(0.9),
    note: `half within ${within(0.5)}, 95% within ${within(0.95)}`,
  };
}

function spreadLede(floor) {
  const band = floor ? ` Band: the noise floor of the run, ±${percent(floor)} by A/A.` : "";
  return "Every raw sample of every layer against the median of its case; heights are square " +
      "roots, so that rare ones are seen; beyond the ends at the ends." + band;
}

export function showSpread() {
  const floor = data.runs[group().run].noise_floor;
  const sampled = columnsShown().filter(column => deviationsOf(column).length);
  const rows = sampled.map(rowOf);
  byId("spread-lede").textContent = spreadLede(floor);
  const told = rows.map(({name, note}) => `${name} ${note}`).join("; ");
  const label = `Distribution of the raw samples around their medians: ${told}`;
  drawSpreads(byId("spread"), rows, floor, label);
}
