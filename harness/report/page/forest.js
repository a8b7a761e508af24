// A ratio as a dot and its interval as a line, on one logarithmic scale for the whole page.
import {data} from "./data.js";
import {draw} from "./elements.js";
import {clamp} from "./format.js";

const kBad = ["slower", "broke", "gone", "refused"];
const kGood = ["faster", "mended", "accepted"];

// "bad", "good", or "" for neither.
export function toneOf(change) {
  if (kBad.includes(change)) return "bad";
  return kGood.includes(change) ? "good" : "";
}

function endsOf({ratio}) {
  if (!ratio) return [];
  const [middle, low, high] = ratio;
  return [low ?? middle, high ?? middle];
}

// The scale covers every interval: at least 10% in both directions, and at most a factor of 4. What
// lies beyond is drawn at the edge.
function reachOf(compared) {
  const distances = compared.flatMap(endsOf).map(end => Math.abs(Math.log(end)));
  return Math.min(Math.log(4), Math.max(Math.log(1.1), ...distances));
}

const kReach = reachOf([...data.cases, ...data.networks]);

function place(ratio) {
  return 130 + 124 * clamp(Math.log(ratio) / kReach, -1, 1);
}

// The band within which nothing counts as a change.
function marginBand() {
  const margin = 1 + data.margin;
  const left = place(1 / margin);
  const width = place(margin) - left;
  return draw("rect", {x: left, y: 0, width, height: 18, fill: "var(--hatch)"});
}

function interval([, low, high], color) {
  if (low === null) return null;
  const left = place(low);
  const right = Math.max(place(high), left + 1);
  const height = {y1: 9, y2: 9};
  return draw("line", {x1: left, x2: right, ...height, stroke: color, "stroke-width": 3});
}

// ratio: [median, low, high] or null.
export function forest(ratio, change) {
  const colors = {bad: "var(--bad)", good: "var(--accent)", "": "var(--soft)"};
  const color = colors[toneOf(change)];
  const svg = draw(
      "svg", {viewBox: "0 0 260 18", class: "forest", "aria-hidden": "true"}, marginBand(),
      draw("line", {x1: 130, x2: 130, y1: 0, y2: 18, stroke: "var(--line)"}),
      ratio ? interval(ratio, color) : null);
  if (ratio) svg.append(draw("circle", {cx: place(ratio[0]), cy: 9, r: 4, fill: color}));
  return svg;
}
