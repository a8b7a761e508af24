// The picture of how the samples lie around the median of their case.
import {draw} from "./elements.js";
import {clamp, indices, percent} from "./format.js";
import {series} from "./marks.js";
import {canvasOf, cut, isNarrow, kSoftMiddle, line, steps, words} from "./picture.js";

const kBins = 100;
const kPitch = 46;

// Both ends of the axis, as deviations from the median (0.1: 10% above it): wide enough for most
// samples of the widest row.
function rangeOf(rows) {
  const wide = clamp(Math.max(...rows.map(row => row.wide)), 0.05, 0.8);
  return {low: -0.6 * wide, high: 1.2 * wide};
}

function shareText(share) {
  if (!share) return "median";
  return (share > 0 ? "+" : "−") + percent(Math.abs(share));
}

function drawShares(svg, range, height, x) {
  const step = steps(range.high, 4)[1] || 1;
  const shares = [-1, 0, 1, 2, 3, 4].map(count => count * step);
  for (const share of shares.filter(value => value > range.low && value < range.high)) {
    svg.append(
        line(x(share), 6, x(share), height - 24, {class: share ? "grid" : "axis"}),
        words(x(share), height - 8, shareText(share), kSoftMiddle));
  }
}

// How many samples lie in each bin, smoothed over its neighbours; the first and last bin also hold
// all samples beyond them.
function densityOf(deviations, {low, high}) {
  const counts = new Float64Array(kBins);
  for (const deviation of deviations) {
    ++counts[clamp(Math.floor((deviation - low) / (high - low) * kBins), 0, kBins - 1)];
  }
  const smooth = bin =>
      (counts[bin - 1] || 0) * 0.25 + counts[bin] * 0.5 + (counts[bin + 1] || 0) * 0.25;
  return indices([...Array(kBins)]).map(smooth);
}

// Heights are square roots, so that rare samples are seen.
function hill(density, base, left, room) {
  const peak = Math.max(...density);
  const x = bin => left + (bin + 0.5) / kBins * room;
  const y = count => base - Math.sqrt(count / peak) * (kPitch - 12);
  const path = density.map((count, bin) => `L${x(bin).toFixed(1)} ${y(count).toFixed(1)}`);
  return `M${left} ${base}${path.join("")}L${left + room} ${base}Z`;
}

function rowName(row, base, {narrow, left}) {
  const name = cut(row.name, 22);
  return narrow ? words(0, base - kPitch + 16, name, {"text-anchor": "start", class: "halo"}) :
                  words(left - 8, base - 12, name, {"text-anchor": "end", class: "halo"});
}

function drawRow(svg, row, base, scale) {
  const color = series(row.series);
  svg.append(
      draw("path", {
        d: hill(densityOf(row.deviations, scale.range), base, scale.left, scale.room),
        fill: color,
        "fill-opacity": 0.28,
        stroke: color,
        "data-tip": `${row.name}: ${row.note}`,
      }),
      rowName(row, base, scale),
      words(
          scale.width - 8, base - kPitch + 16, row.note,
          {class: "soft halo", "text-anchor": "end"}));
}

function floorBand(floor, height, x) {
  return draw("rect", {
    x: x(-floor),
    y: 6,
    width: x(floor) - x(-floor),
    height: height - 30,
    class: "floor",
    "data-tip": `A/A noise floor of the run: ${percent(floor)}`,
  });
}

// rows: [{name, series, deviations (shares of the median), wide (most lie within), note}];
// floor: the noise floor of the run as a share, or null.
export function drawSpreads(box, rows, floor, label) {
  const range = rangeOf(rows);
  const narrow = isNarrow(box);
  const left = narrow ? 0 : 150;
  const height = 30 + kPitch * rows.length + 22;
  const {svg, width} = canvasOf(box, height, label);
  const room = width - left - 8;
  const part = share =>
      (clamp(share, range.low, range.high) - range.low) / (range.high - range.low);
  const x = share => left + part(share) * room;
  if (floor) svg.append(floorBand(floor, height, x));
  drawShares(svg, range, height, x);
  const scale = {range, narrow, left, width, room};
  rows.forEach((row, index) => drawRow(svg, row, 6 + (index + 1) * kPitch, scale));
  box.dataset.drawn = rows.length;
}
