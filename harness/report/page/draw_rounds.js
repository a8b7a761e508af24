// The picture of one case: every sample in the order taken.
import {draw} from "./elements.js";
import {sum, threeDigits, timeText, timeUnit} from "./format.js";
import {series} from "./marks.js";
import {canvasOf, kSoftEnd, line, pathThrough, words} from "./picture.js";

const kLeft = 56;
const kBottom = 160;

// Pixels of a time and of a round, and the range of times that is shown.
function scaleOf(sets, width) {
  const ends = set => [set.low ?? set.samples[0], set.high ?? set.samples[0]];
  const all = sets.flatMap(set => [...set.samples, ...ends(set)]);
  const low = Math.min(...all);
  const high = Math.max(...all);
  const margin = (high - low) * 0.08 || high * 0.01;
  const most = Math.max(...sets.map(set => set.samples.length));
  return {
    low,
    high,
    most,
    y: ns => kBottom - (ns - low + margin) / (high - low + 2 * margin) * (kBottom - 10),
    x: round => kLeft + 10 + (width - kLeft - 20) * (round + 0.5) / most,
  };
}

function drawAxes(svg, width, {low, high, most, y}) {
  const unit = timeUnit(high);
  for (const part of [0, 0.5, 1]) {
    const ns = low + part * (high - low);
    svg.append(
        line(kLeft, y(ns), width, y(ns), {class: "grid"}),
        words(kLeft - 6, y(ns) + 4, threeDigits(ns / unit[0]), kSoftEnd));
  }
  svg.append(
      words(kLeft - 6, kBottom + 20, unit[1], kSoftEnd),
      words(width - 4, kBottom + 20, `round 1 to ${most}`, kSoftEnd));
}

function intervalBand(set, width, {y}) {
  return draw("rect", {
    x: kLeft,
    y: y(set.high),
    width: width - kLeft,
    height: Math.max(1, y(set.low) - y(set.high)),
    fill: series(set.series),
    "fill-opacity": 0.12,
  });
}

function sampleDot(set, ns, index, {x, y}) {
  const tip = `${set.name}, round ${index + 1}: ${timeText(ns)}`;
  return draw("circle", {cx: x(index), cy: y(ns), r: 3, fill: series(set.series), "data-tip": tip});
}

function drawSet(svg, set, width, scale) {
  if (set.low !== null) svg.append(intervalBand(set, width, scale));
  const d = pathThrough(set.samples.map((ns, index) => [scale.x(index), scale.y(ns)]));
  svg.append(
      draw("path", {d, fill: "none", stroke: series(set.series), "stroke-opacity": 0.5}),
      ...set.samples.map((ns, index) => sampleDot(set, ns, index, scale)));
}

// sets: [{name, series, samples (ns), low, high}], all on one scale.
export function drawRounds(box, sets, label) {
  const {svg, width} = canvasOf(box, 190, label);
  const scale = scaleOf(sets, width);
  drawAxes(svg, width, scale);
  for (const set of sets) drawSet(svg, set, width, scale);
  box.dataset.drawn = sum(sets.map(set => set.samples.length));
}
