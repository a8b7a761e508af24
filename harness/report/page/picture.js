// Functions for every SVG picture. A picture fills a box of the page, and sets its `data-drawn` to
// the number of marks when they are drawn.
import {draw} from "./elements.js";
import {indices, plain} from "./format.js";

// Text keeps its size on every screen, since the picture is drawn again for each width.
export function canvasOf(box, height, label) {
  const width = Math.max(240, box.clientWidth || 640);
  const viewBox = `0 0 ${width} ${height}`;
  const svg = draw("svg", {viewBox, role: "img", "aria-label": label, class: "picture"});
  box.replaceChildren(svg);
  return {svg, width};
}

export function isNarrow(box) {
  return box.clientWidth < 560;
}

export function words(x, y, text, attributes = {}) {
  return draw("text", {x, y, ...attributes}, text);
}

export function line(x1, y1, x2, y2, attributes = {}) {
  return draw("line", {x1, y1, x2, y2, ...attributes});
}

export const kSoftEnd = {
  class: "soft",
  "text-anchor": "end"
};
export const kSoftMiddle = {
  class: "soft",
  "text-anchor": "middle"
};

export function cut(text, most) {
  return text.length > most ? text.slice(0, most - 1) + "…" : text;
}

// Width in pixels for the names left of the bars; 0 in a narrow picture, which has them above.
export function nameRoom(narrow, bars, least) {
  if (narrow) return 0;
  return Math.min(190, 16 + 7 * Math.max(least, ...bars.map(bar => bar.name.length)));
}

// The path through points, each [x, y].
export function pathThrough(points) {
  const step = ([x, y], index) => `${index ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
  return points.map(step).join("");
}

// Round steps of a linear axis, at most `most` of them up to `end`.
export function steps(end, most) {
  const rough = end / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(digit => digit * power).find(size => size >= rough);
  const count = Math.floor(end / step + 1e-9) + 1;
  return indices([...Array(count)]).map(index => index * step);
}

// x: ns to pixels; unit: [ns per unit, name].
export function timeAxis(svg, x, end, unit, top, bottom, width) {
  for (const value of steps(end / unit[0], width < 480 ? 3 : 6)) {
    const at = x(value * unit[0]);
    svg.append(
        line(at, top, at, bottom, {class: "grid"}),
        words(at, bottom + 15, plain(value), kSoftMiddle));
  }
  svg.append(words(width - 4, bottom + 15, unit[1], kSoftEnd));
}
