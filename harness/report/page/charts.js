// The two clouds of points, by Chart.js: thousands of marks are pixels sooner than elements. Each leaves `data-drawn`
// (marks drawn) on its canvas when the pixels are there.
"use strict";
const charts = {};
const haveCharts = typeof Chart === "function";
// A canvas needs the colour itself, not the name of it.
const solid = index => css("--s" + index % 8);
const faded = (color, share) => color + Math.round(share * 255).toString(16).padStart(2, "0");

function replaceChart(id, config, marks, label) {
  const canvas = $(id);
  charts[id]?.destroy();
  if (!canvas) return;
  if (!haveCharts) return noChart(canvas);
  canvas.setAttribute("aria-label", label);
  Object.assign(config.options, { animation: false, responsive: true, maintainAspectRatio: false });
  charts[id] = new Chart(canvas, config);
  canvas.dataset.drawn = marks;
}
function noChart(canvas) {
  canvas.closest(".chart").style.height = "auto";
  canvas.replaceWith(make("p", { class: "meta missing-charts" }, "No cloud of points here: this convgauge was built without a chart library (Chart.js 3, Debian: libjs-chart.js). The numbers are in the tables."));
}

const axis = (title, extra) => ({
  title: { display: true, text: title, color: css("--soft") }, grid: { color: css("--line"), borderColor: css("--line") },
  ticks: Object.assign({ color: css("--soft"), maxRotation: 0 }, extra.ticks), ...Object.fromEntries(Object.entries(extra).filter(([k]) => k !== "ticks")) });
// Round numbers of a logarithmic axis: 1, 2, 5, 10, ...; only the powers where there are many decades.
const logTicks = format => ({ autoSkip: false, callback(value) {
  const digit = value / 10 ** Math.floor(Math.log10(value) + 1e-9), decades = Math.log10(this.max / this.min);
  return [1, 2, 5].some(d => Math.abs(d - digit) < 1e-6) && (decades < 2.5 || Math.abs(digit - 1) < 1e-6) ? format(value) : "";
} });
const tooltip = label => ({ displayColors: false, backgroundColor: css("--ink"), titleColor: css("--bg"), bodyColor: css("--bg"), callbacks: { title: () => "", label } });
function logRange(values, room) {
  let low = Infinity, high = 0;
  for (const v of values) if (v > 0) { low = Math.min(low, v); high = Math.max(high, v); }
  return high ? { min: low / room, max: high * room } : {};
}

// points: [{x, y, text, row, column}] per column; a click selects the case.
function scatterSets(pointsByColumn) {
  const many = pointsByColumn.reduce((sum, points) => sum + points.length, 0) > 1500;
  return pointsByColumn.map((points, i) => ({ data: points, pointStyle: shape(i), radius: many ? 2.5 : 4.5, hoverRadius: 7, backgroundColor: faded(solid(i), many ? .35 : .7), borderColor: solid(i), borderWidth: many ? .5 : 1.5 }));
}
const chosenBy = (event, hits, chart) => { const p = hits.length && chart.data.datasets[hits[0].datasetIndex].data[hits[0].index]; if (p && p.row !== undefined) select(p.row, p.column, true); };

// roofs: {flops: [{name, value (GFLOP/s)}], bytes: [{name, value (GB/s)}]}, the highest first in both. The outermost line
// is the roof of all; slower memories and narrower instructions are thinner lines below.
function roofLines(roofs, xs) {
  const lines = [], top = roofs.flops[0].value;
  roofs.bytes.forEach((b, i) => { const ridge = top / b.value; lines.push({ name: `${b.name} ${threeDigits(b.value)} GB/s`, strong: i === roofs.bytes.length - 1, points: [{ x: xs.min, y: xs.min * b.value }, { x: ridge, y: top }].filter(p => p.x <= xs.max) }); });
  roofs.flops.forEach((f, i) => { const from = Math.max(xs.min, f.value / roofs.bytes[0].value); lines.push({ name: `${f.name} ${threeDigits(f.value)} GFLOP/s`, strong: i === 0, points: [{ x: from, y: f.value }, { x: xs.max, y: f.value }] }); });
  return lines.map(l => ({ type: "line", label: l.name, data: l.points, borderColor: l.strong ? css("--ink") : css("--soft"), borderWidth: l.strong ? 1.6 : 1, borderDash: l.strong ? [] : [4, 3], radius: 0, hoverRadius: 0, hitRadius: 0, fill: false }));
}
// The names of the roofs, along them.
const roofNames = lines => ({ id: "names", afterDatasetsDraw({ ctx, scales: { x, y }, chartArea: area }) {
  ctx.save(); ctx.font = "11px system-ui, sans-serif"; ctx.fillStyle = css("--soft");
  for (const l of lines) {
    const [a, b] = l.data;
    if (!b) continue;
    const flat = a.y === b.y, x0 = x.getPixelForValue(a.x), y0 = y.getPixelForValue(a.y), slope = Math.atan2(y.getPixelForValue(b.y) - y0, x.getPixelForValue(b.x) - x0);
    ctx.save(); ctx.textAlign = flat ? "right" : "left";
    if (flat) ctx.translate(area.right - 4, y0 - 5); else { ctx.translate(x0, y0); ctx.rotate(slope); ctx.translate(8, -5); }
    ctx.fillText(l.label, 0, 0);
    ctx.restore();
  }
  ctx.restore();
} });
function drawRoofline(pointsByColumn, roofs) {
  const all = pointsByColumn.flat(), known = all.length && roofs.flops.length && roofs.bytes.length, slowest = known && roofs.bytes[roofs.bytes.length - 1].value;
  const xs = logRange(all.map(p => p.x).concat(known ? roofs.flops[0].value / slowest / 2 : []), 1.4), ys = logRange(all.map(p => p.y).concat(known ? [roofs.flops[0].value, xs.min * slowest] : []), 1.6);
  const lines = known ? roofLines(roofs, xs) : [];
  replaceChart("roofline", { type: "scatter", data: { datasets: [...scatterSets(pointsByColumn), ...lines] }, plugins: [roofNames(lines)], options: { onClick: chosenBy,
    scales: { x: axis("flop / byte", { type: "logarithmic", ...xs, ticks: logTicks(plain) }), y: axis("GFLOP/s, effective", { type: "logarithmic", ...ys, ticks: logTicks(plain) }) },
    plugins: { legend: { display: false }, tooltip: tooltip(item => item.raw.text || "") } } }, all.length, `${all.length} measured cases; arithmetic intensity against effective rate`);
}
function drawAccuracy(pointsByColumn, xTitle, yTitle) {
  const all = pointsByColumn.flat();
  replaceChart("accuracy", { type: "scatter", data: { datasets: scatterSets(pointsByColumn) }, options: { onClick: chosenBy,
    scales: { x: axis(xTitle, { type: "logarithmic", ...logRange(all.map(p => p.x), 1.3), ticks: logTicks(v => plain(v)) }),
              y: axis(yTitle, { type: "logarithmic", ...logRange(all.map(p => p.y), 1.5), ticks: logTicks(v => v.toExponential(0)) }) },
    plugins: { legend: { display: false }, tooltip: tooltip(item => item.raw.text) } } }, all.length, `${all.length} measured cases; speed against error`);
}
