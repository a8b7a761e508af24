// The points of the two scatter charts: rate against arithmetic intensity, error against speed.
import {drawAccuracy, drawRoofline} from "./draw_clouds.js";
import {byId} from "./elements.js";
import {indices, percent, threeDigits, timeText} from "./format.js";
import {cell, columnsShown, group, speedup, state, timed} from "./model.js";

// For each column, the points of its measured cases. x, y and more (a text) are functions of (row,
// column). A logarithmic axis has no place for values that are not above zero.
function pointsByColumn(x, y, more) {
  const {columns, rows} = group();
  const shown = columnsShown();
  const there = (row, column) => timed(row, column) && x(row, column) > 0 && y(row, column) > 0;
  const pointOf = (row, column) => ({
    x: x(row, column),
    y: y(row, column),
    row,
    column,
    text: `${columns[column]} · ${rows.name[row]}: ${more(row, column)}`,
  });
  const pointsOf = column =>
      indices(rows.name).filter(row => there(row, column)).map(row => pointOf(row, column));
  return indices(columns).map(column => shown.includes(column) ? pointsOf(column) : []);
}

function rate(row, column) {
  return cell("gflops", row, column);
}

function showRoofline() {
  const {roofs, rows} = group();
  const known = roofs.flops.length && roofs.bytes.length;
  const lines = known ?
      "Lines: what this machine was measured to reach. Above them: an algorithm that multiplies " +
          "less." :
      "The machine's peaks were not measured for these settings, so there is no roof.";
  byId("roofline-lede").textContent = "Effective rate against arithmetic intensity. " + lines;
  const intensity = row => rows.flops[row] / rows.bytes[row];
  const told = (row, column) => threeDigits(rate(row, column)) + " GFLOP/s";
  drawRoofline(pointsByColumn(intensity, rate, told), roofs);
}

function showAccuracy() {
  const {columns} = group();
  const compared = state.baseline >= 0;
  const share = state.error === "worst";
  const speed = (row, column) => compared ? speedup(row, column)?.median ?? 0 : rate(row, column);
  const error = (row, column) => cell(state.error, row, column);
  const format = share ? percent : value => value.toExponential(1);
  const told = (row, column) =>
      `${format(error(row, column))}, ${timeText(cell("median", row, column))}`;
  drawAccuracy(
      pointsByColumn(speed, error, told),
      compared ? `speed-up over ${columns[state.baseline]}` : "GFLOP/s, effective",
      share ? "worst error / allowed error" : "relative error, L2 norm");
}

export function showClouds() {
  showRoofline();
  showAccuracy();
}
