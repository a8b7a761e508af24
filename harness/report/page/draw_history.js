// One case over the runs, on a logarithmic scale: small in the table's rows, large with intervals,
// names and ticks.
import {data} from "./data.js";
import {draw} from "./elements.js";
import {indices, percent, timeText} from "./format.js";
import {kSoftEnd, kSoftMiddle, line, pathThrough, words} from "./picture.js";

export function runName(run) {
  return `${run + 1} (${data.history.runs[run].name})`;
}

// The runs in which a case has a time.
export function runsWithTime(medians) {
  return indices(medians).filter(run => medians[run] !== null);
}

// Pixels of a run (x) and of a time (y), and the time at a share of the range shown.
function scaleOf(times, runs, {left, right, bottom, top}) {
  const end = Math.log(Math.max(...times));
  const start = Math.log(Math.min(...times));
  const middle = (end + start) / 2;
  const span = Math.max(end - start, 0.02);
  return {
    x: run => left + (right - left) * (runs > 1 ? run / (runs - 1) : 0.5),
    y: ns => bottom - (Math.log(ns) - middle + span / 2) / span * (bottom - top),
    timeAt: share => Math.exp(middle + (share - 0.5) * span),
  };
}

function caseOf(index) {
  const {high, low, median, names, runs, steps} = data.history;
  return {
    name: names[index],
    low: low[index],
    median: median[index],
    high: high[index],
    steps: steps[index],
    runs: runs.length,
    there: runsWithTime(median[index]),
  };
}

function scaleFor({low, median, high, runs, there}, place) {
  const ends = run => [median[run], low[run] ?? median[run], high[run] ?? median[run]];
  return scaleOf(there.flatMap(ends), runs, place);
}

function drawAxes(svg, runs, {left, right, height}, {x, y, timeAt}) {
  for (const share of [0, 0.5, 1]) {
    const ns = timeAt(share);
    svg.append(
        line(left - 4, y(ns), right, y(ns), {class: "grid"}),
        words(left - 8, y(ns) + 4, timeText(ns), kSoftEnd));
  }
  const every = Math.ceil(runs * 24 / (right - left));
  for (let run = 0; run < runs; run += every) {
    svg.append(words(x(run), height - 8, run + 1, kSoftMiddle));
  }
}

function stepText(ratio) {
  return (ratio > 1 ? "+" : "−") + percent(Math.abs(ratio - 1));
}

function drawStep(svg, step, bottom, {x}, named) {
  const at = (x(step.run) + x(step.from)) / 2;
  const tone = step.ratio > 1 ? "var(--bad)" : "var(--accent)";
  const dashes = {stroke: tone, "stroke-dasharray": "3 2", "stroke-width": 1.5};
  svg.append(line(at, 2, at, bottom, dashes));
  if (named) svg.append(words(at + 5, 12, stepText(step.ratio), {fill: tone}));
}

function drawTrace(svg, {median, there}, {x, y}) {
  const d = pathThrough(there.map(run => [x(run), y(median[run])]));
  svg.append(draw("path", {d, class: "trace"}));
}

function drawInterval(svg, {low, high}, run, {x, y}) {
  if (low[run] === null) return;
  svg.append(line(x(run), y(low[run]), x(run), y(high[run]), {class: "whisker"}));
}

function point({median}, run, {x, y}, attributes) {
  return draw("circle", {cx: x(run), cy: y(median[run]), class: "point", ...attributes});
}

// The small picture for a row of the table.
export function sparkline(index) {
  const place = {left: 4, right: 186, bottom: 30, top: 4};
  const shown = caseOf(index);
  const scale = scaleFor(shown, place);
  const svg = draw("svg", {viewBox: "0 0 190 34", class: "spark", "aria-hidden": "true"});
  for (const step of shown.steps) drawStep(svg, step, place.bottom, scale, false);
  drawTrace(svg, shown, scale);
  svg.append(...shown.there.map(run => point(shown, run, scale, {r: 2.2})));
  return svg;
}

function emptyPicture({name, median, there}, width, height) {
  const times = there.map(run => `run ${run + 1} ${timeText(median[run])}`).join(", ");
  return draw("svg", {
    viewBox: `0 0 ${width} ${height}`,
    class: "picture",
    role: "img",
    "aria-label": `${name}: ${times}`,
  });
}

// Draws the large picture into a box of the page.
export function drawHistory(box, index) {
  const width = Math.max(260, box.clientWidth || 640);
  const place = {left: 62, right: width - 12, bottom: 212, top: 14, height: 240};
  const shown = caseOf(index);
  const scale = scaleFor(shown, place);
  const svg = emptyPicture(shown, width, place.height);
  drawAxes(svg, shown.runs, place, scale);
  for (const step of shown.steps) drawStep(svg, step, place.bottom, scale, true);
  drawTrace(svg, shown, scale);
  for (const run of shown.there) {
    const tip = `run ${runName(run)}: ${timeText(shown.median[run])}`;
    drawInterval(svg, shown, run, scale);
    svg.append(point(shown, run, scale, {r: 4, "data-tip": tip}));
  }
  box.replaceChildren(svg);
  box.dataset.drawn = shown.there.length;
}
