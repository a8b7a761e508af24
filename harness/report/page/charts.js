// The three charts. Each takes plain points and leaves `data-drawn` (marks drawn) on its canvas when the pixels are there.
"use strict";
const charts = {};
const shapes = ["circle", "rect", "triangle", "rectRot", "star", "crossRot", "rectRounded", "cross"];
const haveCharts = typeof Chart === "function";

const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const series = index => css("--s" + index % 8);
const faded = (color, share) => color + Math.round(share * 255).toString(16).padStart(2, "0");

// Time in ns, the unit to fit, three digits: as report/words.cpp writes it.
function timeText(ns) {
  const [value, unit] = ns < 999.5 ? [ns, "ns"] : ns < 999.5e3 ? [ns / 1e3, "µs"] : ns < 999.5e6 ? [ns / 1e6, "ms"] : [ns / 1e9, "s"];
  return threeDigits(value) + " " + unit;
}
function threeDigits(value) {
  const size = Math.abs(value);
  return size >= 99.95 ? value.toFixed(0) : size >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}
const ratioText = ratio => (ratio < 0.0995 ? String(+ratio.toPrecision(2)) : threeDigits(ratio)) + "×";
const plain = value => value >= 1000 ? value.toLocaleString("en") : String(+value.toPrecision(3));

function replaceChart(id, config, marks) {
  const canvas = document.getElementById(id);
  if (charts[id]) charts[id].destroy();
  if (!haveCharts) return noChart(canvas);
  config.options.animation = false;
  config.options.responsive = true;
  config.options.maintainAspectRatio = false;
  charts[id] = new Chart(canvas, config);
  canvas.dataset.drawn = marks;
}
function noChart(canvas) {
  const note = document.createElement("p");
  note.className = "meta missing-charts";
  note.textContent = "No chart here: this convgauge was built without a chart library (Chart.js 3, Debian: libjs-chart.js). The numbers are in the tables.";
  canvas.closest(".chart").style.height = "auto";
  canvas.replaceWith(note);
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
  const good = values.filter(v => v > 0);
  return good.length ? { min: Math.min(...good) / room, max: Math.max(...good) * room } : {};
}

// bars: [{name, series, median, low, high, samples (ns), note}]
function drawBars(bars, description) {
  const box = document.getElementById("bars-box"), canvas = document.getElementById("bars");
  box.style.height = 56 + 40 * Math.max(1, bars.length) + "px";
  canvas.setAttribute("aria-label", description);
  // What takes over 8 times the fastest would flatten the rest: it runs off the scale, and says so.
  const fastest = Math.min(...bars.map(b => b.median));
  const end = Math.max(0, ...bars.filter(b => b.median <= 8 * fastest).flatMap(b => [b.median, ...b.samples])) * 1.01;
  const unit = end < 999.5e3 ? [1e3, "µs"] : end < 999.5e6 ? [1e6, "ms"] : [1e9, "s"];
  replaceChart("bars", {
    type: "bar",
    data: { labels: bars.map(b => b.name), datasets: [{ data: bars.map(b => b.median), barThickness: 24, borderRadius: 4, backgroundColor: bars.map(b => faded(series(b.series), .32)) }] },
    options: {
      indexAxis: "y", layout: { padding: { right: 8 } },
      scales: { x: axis(unit[1], { min: 0, max: bars.length ? end * (box.clientWidth < 480 ? 1.8 : 1.38) : 1, ticks: { callback: v => plain(v / unit[0]) } }),
                y: axis("", { ticks: { color: css("--ink"), font: { size: 12 }, callback(i) { const t = this.getLabelForValue(i); return t.length > 22 ? t.slice(0, 21) + "…" : t; } } }) },
      plugins: { legend: { display: false }, tooltip: tooltip(item => { const b = bars[item.dataIndex]; return `${b.name}: ${timeText(b.median)} · ${b.note}`; }) } },
    plugins: [{ id: "samples", afterDatasetsDraw: chart => drawSamples(chart, bars, end) }]
  }, bars.length);
}
function drawSamples(chart, bars, end) {
  const { ctx, scales: { x }, chartArea: area } = chart;
  bars.forEach((bar, i) => {
    const y = chart.getDatasetMeta(0).data[i].y, cut = bar.median > end;
    ctx.fillStyle = faded(series(bar.series), .75);
    if (!cut) bar.samples.forEach((ns, k) => { ctx.beginPath(); ctx.arc(x.getPixelForValue(ns), y - 9 + 18 * (k + .5) / bar.samples.length, 2, 0, 7); ctx.fill(); });
    ctx.strokeStyle = css("--ink"); ctx.lineWidth = 2;
    if (!cut && bar.low !== null) whisker(ctx, x.getPixelForValue(bar.low), x.getPixelForValue(bar.high), y);
    const text = timeText(bar.median) + (cut ? " (beyond the scale)" : "") + (area.width > 420 ? " · " + bar.note : "");
    ctx.font = "12px system-ui, sans-serif"; ctx.textBaseline = "middle"; ctx.fillStyle = css("--ink");
    const from = cut ? area.left + 10 : x.getPixelForValue(Math.min(Math.max(bar.high ?? 0, bar.median, ...bar.samples), end)) + 10;
    ctx.fillText(text, Math.max(area.left + 6, Math.min(from, area.right - ctx.measureText(text).width)), y);
  });
}
function whisker(ctx, from, to, y) {
  ctx.beginPath(); ctx.moveTo(from, y); ctx.lineTo(to, y);
  for (const end of [from, to]) { ctx.moveTo(end, y - 5); ctx.lineTo(end, y + 5); }
  ctx.stroke();
}

// points: [{x, y, text}] per series index
function scatterSets(pointsBySeries) {
  return pointsBySeries.map((points, i) => ({ data: points, pointStyle: shapes[i % 8], radius: 4.5, hoverRadius: 7, backgroundColor: faded(series(i), .7), borderColor: series(i), borderWidth: 1.5 }));
}
function drawRoofline(pointsBySeries, peakGflops, peakGbytes) {
  const all = pointsBySeries.flat(), xs = logRange(all.map(p => p.x), 1.5), ys = logRange(all.map(p => p.y).concat(peakGflops || []), 1.6);
  const sets = scatterSets(pointsBySeries);
  if (all.length && peakGflops && peakGbytes) {
    const ridge = peakGflops / peakGbytes, line = [{ x: xs.min, y: Math.min(peakGflops, xs.min * peakGbytes) }, { x: ridge, y: peakGflops }, { x: xs.max, y: peakGflops }];
    sets.unshift({ type: "line", data: line.filter(p => p.x >= xs.min && p.x <= xs.max), borderColor: css("--ink"), borderWidth: 1.5, radius: 0, hoverRadius: 0, hitRadius: 0, fill: false });
  }
  document.getElementById("roofline").setAttribute("aria-label", `${all.length} measured cases; arithmetic intensity against effective rate`);
  replaceChart("roofline", { type: "scatter", data: { datasets: sets }, options: {
    scales: { x: axis("flop / byte", { type: "logarithmic", ...xs, ticks: logTicks(plain) }), y: axis("GFLOP/s, effective", { type: "logarithmic", ...ys, ticks: logTicks(plain) }) },
    plugins: { legend: { display: false }, tooltip: tooltip(item => item.raw.text || "") } } }, all.length);
}
function drawAccuracy(pointsBySeries, xTitle) {
  const all = pointsBySeries.flat();
  document.getElementById("accuracy").setAttribute("aria-label", `${all.length} measured cases; speed against relative error`);
  replaceChart("accuracy", { type: "scatter", data: { datasets: scatterSets(pointsBySeries) }, options: {
    scales: { x: axis(xTitle, { type: "logarithmic", ...logRange(all.map(p => p.x), 1.3), ticks: logTicks(v => plain(v)) }),
              y: axis("relative error, L2 norm", { type: "logarithmic", ...logRange(all.map(p => p.y), 1.5), ticks: logTicks(v => v.toExponential(0)) }) },
    plugins: { legend: { display: false }, tooltip: tooltip(item => item.raw.text) } } }, all.length);
}
function drawMark(canvas, index) {
  const ctx = canvas.getContext("2d");
  canvas.width = canvas.height = 28; ctx.scale(2, 2);
  ctx.strokeStyle = series(index); ctx.fillStyle = faded(series(index), .7); ctx.lineWidth = 1.5;
  if (haveCharts) Chart.helpers.drawPoint(ctx, { pointStyle: shapes[index % 8], radius: 5, borderWidth: 1.5 }, 7, 7); else ctx.fillRect(2, 2, 10, 10);
}
