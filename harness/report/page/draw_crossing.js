// A small picture of the rates over the parameter of a sweep, on a logarithmic scale.
import {draw} from "./elements.js";
import {plain, threeDigits} from "./format.js";
import {series} from "./marks.js";
import {canvasOf, kSoftEnd, kSoftMiddle, line, words} from "./picture.js";

const kLeft = 40;
const kBottom = 160;

function scaleOf(rates, count, width) {
  const fastest = Math.max(...rates);
  // Rates below 1/40 of the fastest (such as those of naive loops) would flatten the part where the
  // lines cross.
  const low = Math.log(Math.max(Math.min(...rates), fastest / 40) / 1.15);
  const high = Math.log(fastest * 1.15);
  return {
    low,
    high,
    x: index => kLeft + (width - kLeft - 6) * (index + 0.5) / count,
    y: rate => kBottom - (Math.log(rate) - low) / (high - low) * (kBottom - 8),
  };
}

function roundRates({low, high}) {
  const digits = high - low > 5 ? [1] : [1, 2, 5];
  const rates = [];
  for (let power = Math.floor(low / Math.LN10); power <= high / Math.LN10; ++power) {
    rates.push(...digits.map(digit => digit * 10 ** power));
  }
  return rates.filter(rate => Math.log(rate) > low && Math.log(rate) < high);
}

function drawAxes(svg, names, width, scale) {
  for (const rate of roundRates(scale)) {
    const at = scale.y(rate);
    svg.append(
        line(kLeft, at, width, at, {class: "grid"}),
        words(kLeft - 4, at + 4, plain(rate), kSoftEnd));
  }
  const tight = (width - kLeft) / names.length < 48;
  const short = name => tight ? name.replace(/^(\d+)×\1$/, "$1") : name;
  names.forEach((name, index) => {
    svg.append(words(scale.x(index), kBottom + 16, short(name), kSoftMiddle));
  });
}

// A line continues over a value that is not part of the sweep (null), and breaks where there is no
// time (0) or where it leaves the scale.
function pathOf(values, {low, x, y}) {
  let open = false;
  let path = "";
  values.forEach((rate, index) => {
    if (rate === null) return;
    const inside = rate > 0 && Math.log(rate) >= low;
    if (inside) path += `${open ? "L" : "M"}${x(index).toFixed(1)} ${y(rate).toFixed(1)}`;
    open = inside;
  });
  return path;
}

function drawPoints(svg, {name, series: column, values}, names, {low, x, y}) {
  values.forEach((rate, index) => {
    if (!rate || Math.log(rate) < low) return;
    const tip = `${name}, ${names[index]}: ${threeDigits(rate)} GFLOP/s`;
    const place = {cx: x(index), cy: y(rate), r: 3.2};
    svg.append(draw("circle", {...place, fill: series(column), "data-tip": tip}));
  });
}

// lines: [{name, series, values (GFLOP/s, 0: no time, null: not in the sweep)}] over `names`.
export function drawCrossing(box, names, lines, label) {
  const {svg, width} = canvasOf(box, 190, label);
  const rates = lines.flatMap(({values}) => values.filter(rate => rate > 0));
  const scale = scaleOf(rates, names.length, width);
  drawAxes(svg, names, width, scale);
  for (const each of lines) {
    const d = pathOf(each.values, scale);
    svg.append(draw("path", {d, fill: "none", stroke: series(each.series), "stroke-width": 2}));
    drawPoints(svg, each, names, scale);
  }
  box.dataset.drawn = rates.length;
}
