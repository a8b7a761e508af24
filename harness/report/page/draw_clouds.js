// The roofline, and speed against accuracy: one point for each measured case.
import {cloudOptions, logAxis, logRange, replaceChart, scatterSets} from "./charts.js";
import {plain, threeDigits} from "./format.js";
import {css} from "./marks.js";

// Strong lines: the highest arithmetic rate, and the bandwidth of the slowest level (memory). Thin
// dashed lines: faster caches, and narrower instruction sets.
function memoryRoof(memory, top, xs, strong) {
  const ridge = {x: top / memory.value, y: top};
  const points = [{x: xs.min, y: xs.min * memory.value}, ridge].filter(({x}) => x <= xs.max);
  return {name: `${memory.name} ${threeDigits(memory.value)} GB/s`, strong, points};
}

function flopRoof({name, value}, fastestMemory, xs, strong) {
  const from = Math.max(xs.min, value / fastestMemory);
  const points = [{x: from, y: value}, {x: xs.max, y: value}];
  return {name: `${name} ${threeDigits(value)} GFLOP/s`, strong, points};
}

function roofSet({name, strong, points}) {
  return {
    type: "line",
    label: name,
    data: points,
    borderColor: css(strong ? "--ink" : "--soft"),
    borderWidth: strong ? 1.6 : 1,
    borderDash: strong ? [] : [4, 3],
    radius: 0,
    hoverRadius: 0,
    hitRadius: 0,
    fill: false,
  };
}

function roofSets({flops, bytes}, xs) {
  const last = bytes.length - 1;
  const memories = bytes.map((memory, i) => memoryRoof(memory, flops[0].value, xs, i === last));
  const rates = flops.map((rate, i) => flopRoof(rate, bytes[0].value, xs, i === 0));
  return [...memories, ...rates].map(roofSet);
}

// Writes the name of a roof along its line.
function nameRoof(ctx, {label, data: [start, end]}, {x, y}, area) {
  if (!end) return;
  const left = x.getPixelForValue(start.x);
  const top = y.getPixelForValue(start.y);
  const slope = Math.atan2(y.getPixelForValue(end.y) - top, x.getPixelForValue(end.x) - left);
  ctx.save();
  if (start.y === end.y) {
    ctx.textAlign = "right";
    ctx.translate(area.right - 4, top - 5);
  } else {
    ctx.textAlign = "left";
    ctx.translate(left, top);
    ctx.rotate(slope);
    ctx.translate(8, -5);
  }
  ctx.fillText(label, 0, 0);
  ctx.restore();
}

// The plugin of Chart.js that names the roofs.
function roofNames(sets) {
  const afterDatasetsDraw = ({ctx, scales, chartArea}) => {
    ctx.save();
    ctx.font = "11px system-ui, sans-serif";
    ctx.fillStyle = css("--soft");
    for (const set of sets) nameRoof(ctx, set, scales, chartArea);
    ctx.restore();
  };
  return {id: "names", afterDatasetsDraw};
}

// Ranges of both axes: they include all points and, where the roofs are known, the point in which
// the two strong lines meet.
function roofRanges(points, {flops, bytes}, known) {
  const top = known ? flops[0].value : 0;
  const slowest = known ? bytes[bytes.length - 1].value : 0;
  const xs = logRange([...points.map(({x}) => x), ...(known ? [top / slowest / 2] : [])], 1.4);
  const roofs = known ? [top, xs.min * slowest] : [];
  return {xs, ys: logRange([...points.map(({y}) => y), ...roofs], 1.6)};
}

// points: [{x (flop/byte), y (GFLOP/s), text, row, column}] per column.
// roofs: {flops: [{name, value (GFLOP/s)}], bytes: [{name, value (GB/s)}]}, the highest first.
export function drawRoofline(pointsByColumn, roofs) {
  const points = pointsByColumn.flat();
  const known = points.length > 0 && roofs.flops.length > 0 && roofs.bytes.length > 0;
  const {xs, ys} = roofRanges(points, roofs, known);
  const lines = known ? roofSets(roofs, xs) : [];
  const x = logAxis("flop / byte", xs, plain);
  const y = logAxis("GFLOP/s, effective", ys, plain);
  const config = {
    type: "scatter",
    data: {datasets: [...scatterSets(pointsByColumn), ...lines]},
    plugins: [roofNames(lines)],
    options: cloudOptions(x, y),
  };
  const label = `${points.length} measured cases; arithmetic intensity against effective rate`;
  replaceChart("roofline", config, points.length, label);
}

// points: [{x (speed), y (error), text, row, column}] per column.
export function drawAccuracy(pointsByColumn, xTitle, yTitle) {
  const points = pointsByColumn.flat();
  const xs = logRange(points.map(({x}) => x), 1.3);
  const ys = logRange(points.map(({y}) => y), 1.5);
  const config = {
    type: "scatter",
    data: {datasets: scatterSets(pointsByColumn)},
    options: cloudOptions(
        logAxis(xTitle, xs, plain), logAxis(yTitle, ys, value => value.toExponential(0))),
  };
  const label = `${points.length} measured cases; speed against error`;
  replaceChart("accuracy", config, points.length, label);
}
