// The picture of the whole network: a bar for each column, a part of it for each layer.
import {draw} from "./elements.js";
import {percent, sum, timeText, timeUnit} from "./format.js";
import {series} from "./marks.js";
import {canvasOf, cut, isNarrow, nameRoom, timeAxis, words} from "./picture.js";

// Bars that take longer than this many times the fastest are not drawn to scale.
const kBeyond = 5;

function total(bar) {
  return sum(bar.parts.map(part => part.ns));
}

function nameOf(bar, top, {narrow, left}) {
  const kind = bar.strong ? "strong" : "";
  if (!narrow) {
    return words(left - 8, top + 17, cut(bar.name, 26), {"text-anchor": "end", class: kind});
  }
  const text = cut(bar.name, 30) + " · " + bar.note;
  return words(0, top - 5, text, {"text-anchor": "start", class: kind});
}

function partBox(part, start, size, top, whole) {
  const color = series(part.series);
  return draw("rect", {
    x: start,
    y: top,
    width: Math.max(0.4, size - (size > 3 ? 1 : 0)),
    height: 24,
    rx: size > 6 ? 2 : 0,
    fill: color,
    "fill-opacity": part.filled ? 0.12 : 0.55,
    stroke: part.filled ? color : null,
    "stroke-dasharray": part.filled ? "3 2" : null,
    "data-tip": `${part.name}: ${timeText(part.ns)}, ${percent(part.ns / whole)} of the bar`,
  });
}

// Returns how many parts were wide enough to be drawn.
function drawParts(svg, bar, top, x) {
  const whole = total(bar);
  let marks = 0;
  let from = 0;
  for (const part of bar.parts) {
    const start = x(from);
    const size = x(from + part.ns) - start;
    from += part.ns;
    if (size < 0.3) continue;
    ++marks;
    svg.append(partBox(part, start, size, top, whole));
    if (size <= 54) continue;
    const name = cut(part.name.split(":")[0], Math.floor((size - 8) / 6.6));
    svg.append(words(start + 5, top + 16, name, {class: "inside"}));
  }
  return marks;
}

function drawBeyond(svg, top, {left, room}) {
  svg.append(
      draw("rect", {x: left, y: top, width: room, height: 24, rx: 3, class: "beyond"}),
      words(left + 8, top + 16, "beyond the scale", {class: "soft"}));
  return 1;
}

function drawBar(svg, bar, top, scale) {
  const over = total(bar) > scale.limit;
  svg.append(nameOf(bar, top, scale));
  const marks = over ? drawBeyond(svg, top, scale) : drawParts(svg, bar, top, scale.x);
  const end = over ? scale.left + scale.room : scale.x(total(bar));
  if (!scale.narrow) svg.append(words(end + 8, top + 16, bar.note));
  return marks;
}

// bars: [{name, note, strong, parts: [{ns, series, name, filled}]}].
export function drawNetwork(box, bars, label) {
  const narrow = isNarrow(box);
  const pitch = narrow ? 48 : 36;
  const left = nameRoom(narrow, bars, 8);
  const height = 26 + pitch * bars.length;
  const {svg, width} = canvasOf(box, height, label);
  const limit = kBeyond * Math.min(...bars.map(total));
  const reach = Math.max(...bars.map(total).filter(ns => ns <= limit));
  const room = width - left - (narrow ? 6 : 170);
  const x = ns => left + ns / reach * room;
  timeAxis(svg, x, reach, timeUnit(reach), 4, height - 22, width);
  const topOf = index => 6 + index * pitch + (narrow ? 18 : 0);
  const scale = {narrow, left, room, limit, x};
  const marks = bars.map((bar, index) => drawBar(svg, bar, topOf(index), scale));
  box.dataset.drawn = sum(marks);
}
