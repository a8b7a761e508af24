// The picture of one layer: a bar for each column, its samples and the interval of its median.
import {draw} from "./elements.js";
import {timeText, timeUnit} from "./format.js";
import {series} from "./marks.js";
import {canvasOf, cut, isNarrow, nameRoom, timeAxis, words} from "./picture.js";

// A bar longer than this many times the fastest would make the others too short: it is cut off at
// the edge, and its text says so.
const kBeyond = 8;

// The samples without outliers (the machine was disturbed): these must not set the scale, and are
// drawn at its edge.
function quiet(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted[sorted.length >> 1];
  return sorted.filter(sample => sample <= 1.5 * middle);
}

function whisker(from, to, y) {
  const end = x => `M${x} ${y - 5}V${y + 5}`;
  return draw("path", {d: `${end(from)}M${from} ${y}H${to}${end(to)}`, class: "whisker"});
}

function reachOf(bars, limit) {
  const inside = bars.filter(bar => bar.median <= limit);
  const ends = inside.flatMap(bar => [bar.median, bar.high ?? 0, ...quiet(bar.samples)]);
  return Math.max(0, ...ends) * 1.02 || 1;
}

function nameOf(bar, top, {narrow, left}) {
  return narrow ? words(0, top - 4, cut(bar.name, 48), {"text-anchor": "start"}) :
                  words(left - 8, top + 16, cut(bar.name, 26), {"text-anchor": "end"});
}

function bodyOf(bar, top, over, {left, room, x}) {
  const end = over ? left + room * 1.02 : x(bar.median);
  return draw("rect", {
    x: left,
    y: top,
    width: Math.max(1, end - left),
    height: 24,
    rx: 4,
    fill: series(bar.series),
    "fill-opacity": over ? 0.12 : 0.3,
  });
}

function samplesOn(bar, top, {x}) {
  const fill = series(bar.series);
  return bar.samples.map((ns, index) => {
    const cy = top + 3 + 18 * (index + 0.5) / bar.samples.length;
    return draw("circle", {cx: x(ns), cy, r: 2, fill, "fill-opacity": 0.8});
  });
}

function numbersOf(bar, top, over, {narrow, left, width, x}) {
  const end = Math.max(bar.high ?? 0, bar.median, ...quiet(bar.samples));
  const edge = over ? left + 10 : x(end) + 10;
  const text =
      timeText(bar.median) + (over ? " (beyond the scale)" : "") + (narrow ? "" : " · " + bar.note);
  const at = narrow && !over ? Math.min(edge, width - 150) : edge;
  return words(at, top + 16, text, {class: "halo"});
}

function barRow(bar, top, scale) {
  const over = bar.median > scale.limit;
  const row = draw("g", {class: "bar" + (bar.selected ? " selected" : "")});
  row.append(nameOf(bar, top, scale), bodyOf(bar, top, over, scale));
  if (!over) row.append(...samplesOn(bar, top, scale));
  if (!over && bar.low !== null) row.append(whisker(scale.x(bar.low), scale.x(bar.high), top + 12));
  row.append(numbersOf(bar, top, over, scale));
  return row;
}

// bars: [{name, series, median, low, high, samples (ns), note, selected, column}], the first on
// top; choose(column) is called when a bar is pressed.
export function drawBars(box, bars, label, choose) {
  const narrow = isNarrow(box);
  const pitch = narrow ? 46 : 34;
  const left = nameRoom(narrow, bars, 4);
  const height = 26 + pitch * Math.max(1, bars.length);
  const {svg, width} = canvasOf(box, height, label);
  const limit = kBeyond * Math.min(...bars.map(bar => bar.median));
  const reach = reachOf(bars, limit);
  const room = width - left - (narrow ? 90 : 210);
  const x = ns => left + Math.min(ns / reach, 1.02) * room;
  timeAxis(svg, x, reach, timeUnit(reach), 4, height - 22, width);
  bars.forEach((bar, index) => {
    const top = 6 + index * pitch + (narrow ? 16 : 0);
    const row = barRow(bar, top, {narrow, left, width, room, limit, x});
    row.addEventListener("click", () => choose(bar.column));
    svg.append(row);
  });
  box.dataset.drawn = bars.length;
}
