// Pictures drawn as SVG: bars with intervals, rounds, the network's time, spreads, crossover lines. Each is given its
// numbers, fills a box of the page, and leaves `data-drawn` (marks drawn) on it when they are there.
"use strict";

// The picture fills its box; text keeps its size on every screen, since the picture is drawn anew for each width.
function canvasOf(box, height, label) {
  const width = Math.max(240, box.clientWidth || 640);
  const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label, class: "picture" });
  box.replaceChildren(svg);
  return { svg, width };
}
const words = (x, y, text, attributes = {}) => draw("text", { x, y, ...attributes }, text);
const line = (x1, y1, x2, y2, attributes = {}) => draw("line", { x1, y1, x2, y2, ...attributes });
const cut = (text, most) => text.length > most ? text.slice(0, most - 1) + "…" : text;

// Round steps of a linear axis, at most `most` of them up to `end`.
function steps(end, most) {
  const rough = end / most, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(d => d * power).find(s => s >= rough);
  return indices([...Array(Math.floor(end / step + 1e-9) + 1)]).map(i => i * step);
}
function timeAxis(svg, x, end, unit, top, bottom, width) {
  for (const value of steps(end / unit[0], width < 480 ? 3 : 6)) {
    svg.append(line(x(value * unit[0]), top, x(value * unit[0]), bottom, { class: "grid" }), words(x(value * unit[0]), bottom + 15, plain(value), { class: "soft", "text-anchor": "middle" }));
  }
  svg.append(words(width - 4, bottom + 15, unit[1], { class: "soft", "text-anchor": "end" }));
}

// bars: [{name, series, median, low, high, samples (ns), note, selected, column}], the first on top.
function drawBars(box, bars, label, choose) {
  const narrow = box.clientWidth < 560, pitch = narrow ? 46 : 34, left = narrow ? 0 : Math.min(190, 16 + 7 * Math.max(4, ...bars.map(b => b.name.length)));
  const height = 26 + pitch * Math.max(1, bars.length), { svg, width } = canvasOf(box, height, label);
  // What takes over 8 times the fastest would flatten the rest: it runs off the scale, and says so.
  const fastest = Math.min(...bars.map(b => b.median)), inside = bars.filter(b => b.median <= 8 * fastest);
  const reach = Math.max(0, ...inside.flatMap(b => [b.median, b.high ?? 0, ...quiet(b.samples)])) * 1.02 || 1;
  const room = width - left - (narrow ? 90 : 210), x = ns => left + Math.min(ns / reach, 1.02) * room, unit = unitFor(reach);
  timeAxis(svg, x, reach, unit, 4, height - 22, width);
  bars.forEach((bar, i) => {
    const top = 6 + i * pitch + (narrow ? 16 : 0), middle = top + 12, over = bar.median > 8 * fastest, color = series(bar.series);
    const row = draw("g", { class: "bar" + (bar.selected ? " selected" : "") });
    row.append(words(narrow ? 0 : left - 8, narrow ? top - 4 : middle + 4, cut(bar.name, narrow ? 48 : 26), { "text-anchor": narrow ? "start" : "end" }),
      draw("rect", { x: left, y: top, width: Math.max(1, (over ? left + room * 1.02 : x(bar.median)) - left), height: 24, rx: 4, fill: color, "fill-opacity": over ? .12 : .3 }));
    if (!over) bar.samples.forEach((ns, k) => row.append(draw("circle", { cx: x(ns), cy: top + 3 + 18 * (k + .5) / bar.samples.length, r: 2, fill: color, "fill-opacity": .8 })));
    if (!over && bar.low !== null) row.append(whisker(x(bar.low), x(bar.high), middle));
    const edge = over ? left + 10 : x(Math.max(bar.high ?? 0, bar.median, ...quiet(bar.samples))) + 10;
    row.append(words(narrow && !over ? Math.min(edge, width - 150) : edge, middle + 4, timeText(bar.median) + (over ? " (beyond the scale)" : "") + (narrow ? "" : " · " + bar.note), { class: "halo" }));
    row.addEventListener("click", () => choose(bar.column));
    svg.append(row);
  });
  box.dataset.drawn = bars.length;
}
// A sample far out (a machine that was disturbed) must not set the scale: it is drawn at the edge.
const quiet = samples => { const sorted = [...samples].sort((a, b) => a - b), middle = sorted[sorted.length >> 1]; return sorted.filter(s => s <= 1.5 * middle); };
const whisker = (from, to, y) => draw("path", { d: `M${from} ${y - 5}V${y + 5}M${from} ${y}H${to}M${to} ${y - 5}V${y + 5}`, class: "whisker" });

// sets: [{name, series, samples (ns), low, high}]: every sample in the order taken, all on one scale.
function drawRounds(box, sets, label) {
  const { svg, width } = canvasOf(box, 190, label), left = 56, bottom = 160, most = Math.max(...sets.map(s => s.samples.length));
  const all = sets.flatMap(s => [...s.samples, s.low ?? s.samples[0], s.high ?? s.samples[0]]), unit = unitFor(Math.max(...all));
  const low = Math.min(...all), high = Math.max(...all), margin = (high - low) * .08 || high * .01;
  const y = ns => bottom - (ns - low + margin) / (high - low + 2 * margin) * (bottom - 10), x = i => left + 10 + (width - left - 20) * (i + .5) / most;
  for (const part of [0, .5, 1]) { const ns = low + part * (high - low); svg.append(line(left, y(ns), width, y(ns), { class: "grid" }), words(left - 6, y(ns) + 4, threeDigits(ns / unit[0]), { class: "soft", "text-anchor": "end" })); }
  svg.append(words(left - 6, bottom + 20, unit[1], { class: "soft", "text-anchor": "end" }), words(width - 4, bottom + 20, `round 1 to ${most}`, { class: "soft", "text-anchor": "end" }));
  for (const s of sets) {
    if (s.low !== null) svg.append(draw("rect", { x: left, y: y(s.high), width: width - left, height: Math.max(1, y(s.low) - y(s.high)), fill: series(s.series), "fill-opacity": .12 }));
    svg.append(draw("path", { d: s.samples.map((ns, i) => `${i ? "L" : "M"}${x(i).toFixed(1)} ${y(ns).toFixed(1)}`).join(""), fill: "none", stroke: series(s.series), "stroke-opacity": .5 }),
      ...s.samples.map((ns, i) => draw("circle", { cx: x(i), cy: y(ns), r: 3, fill: series(s.series), "data-tip": `${s.name}, round ${i + 1}: ${timeText(ns)}` })));
  }
  box.dataset.drawn = sets.reduce((sum, s) => sum + s.samples.length, 0);
}

// bars: [{name, note, cut, parts: [{ns, series, name, filled}]}]: one bar per column, a part per layer.
function drawNetwork(box, bars, label) {
  const narrow = box.clientWidth < 560, pitch = narrow ? 48 : 36, left = narrow ? 0 : Math.min(190, 16 + 7 * Math.max(8, ...bars.map(b => b.name.length)));
  const height = 26 + pitch * bars.length, { svg, width } = canvasOf(box, height, label);
  const total = bar => bar.parts.reduce((sum, p) => sum + p.ns, 0), fastest = Math.min(...bars.map(total)), inside = bars.filter(b => total(b) <= 5 * fastest);
  const reach = Math.max(...inside.map(total)), room = width - left - (narrow ? 6 : 170), x = ns => left + ns / reach * room;
  timeAxis(svg, x, reach, unitFor(reach), 4, height - 22, width);
  let marks = 0;
  bars.forEach((bar, i) => {
    const top = 6 + i * pitch + (narrow ? 18 : 0), over = total(bar) > 5 * fastest;
    svg.append(words(narrow ? 0 : left - 8, narrow ? top - 5 : top + 17, cut(bar.name, narrow ? 30 : 26) + (narrow ? " · " + bar.note : ""), { "text-anchor": narrow ? "start" : "end", class: bar.strong ? "strong" : "" }));
    let from = 0;
    for (const part of over ? [] : bar.parts) {
      const start = x(from), size = x(from + part.ns) - start;
      from += part.ns;
      if (size < .3) continue;
      ++marks;
      svg.append(draw("rect", { x: start, y: top, width: Math.max(.4, size - (size > 3 ? 1 : 0)), height: 24, rx: size > 6 ? 2 : 0, fill: series(part.series), "fill-opacity": part.filled ? .12 : .55, stroke: part.filled ? series(part.series) : null, "stroke-dasharray": part.filled ? "3 2" : null,
        "data-tip": `${part.name}: ${timeText(part.ns)}, ${percent(part.ns / total(bar))} of the bar` }));
      if (size > 54) svg.append(words(start + 5, top + 16, cut(part.name.split(":")[0], Math.floor((size - 8) / 6.6)), { class: "inside" }));
    }
    if (over) { ++marks; svg.append(draw("rect", { x: left, y: top, width: room, height: 24, rx: 3, class: "beyond" }), words(left + 8, top + 16, "beyond the scale", { class: "soft" })); }
    if (!narrow) svg.append(words((over ? left + room : x(from)) + 8, top + 16, bar.note));
  });
  box.dataset.drawn = marks;
}

// rows: [{name, series, deviations (shares of the median), wide (most of them lie within), note}]: how the samples lie around their case's median.
function drawSpreads(box, rows, floor, label) {
  const wide = Math.max(.05, Math.min(.8, Math.max(...rows.map(r => r.wide)))), reach = [-.6 * wide, 1.2 * wide], bins = 100, pitch = 46, narrow = box.clientWidth < 560, left = narrow ? 0 : 150;
  const height = 30 + pitch * rows.length + 22, { svg, width } = canvasOf(box, height, label), room = width - left - 8;
  const x = share => left + (Math.max(reach[0], Math.min(reach[1], share)) - reach[0]) / (reach[1] - reach[0]) * room;
  if (floor) svg.append(draw("rect", { x: x(-floor), y: 6, width: x(floor) - x(-floor), height: height - 30, class: "floor", "data-tip": `A/A noise floor of the run: ${percent(floor)}` }));
  const step = steps(1.2 * wide, 4)[1] || 1, shares = [-1, 0, 1, 2, 3, 4].map(k => k * step).filter(s => s > reach[0] && s < reach[1]);
  for (const share of shares) svg.append(line(x(share), 6, x(share), height - 24, { class: share ? "grid" : "axis" }), words(x(share), height - 8, share ? `${share > 0 ? "+" : "−"}${percent(Math.abs(share))}` : "median", { class: "soft", "text-anchor": "middle" }));
  rows.forEach((row, i) => {
    const counts = new Float64Array(bins), base = 6 + (i + 1) * pitch;
    for (const d of row.deviations) counts[Math.max(0, Math.min(bins - 1, Math.floor((d - reach[0]) / (reach[1] - reach[0]) * bins)))]++;
    const smooth = indices([...Array(bins)]).map(k => (counts[k - 1] || 0) * .25 + counts[k] * .5 + (counts[k + 1] || 0) * .25), peak = Math.max(...smooth);
    const path = smooth.map((n, k) => `L${(left + (k + .5) / bins * room).toFixed(1)} ${(base - Math.sqrt(n / peak) * (pitch - 12)).toFixed(1)}`).join("");
    svg.append(draw("path", { d: `M${left} ${base}${path}L${left + room} ${base}Z`, fill: series(row.series), "fill-opacity": .28, stroke: series(row.series), "data-tip": `${row.name}: ${row.note}` }),
      words(narrow ? 0 : left - 8, narrow ? base - pitch + 16 : base - 12, cut(row.name, 22), { "text-anchor": narrow ? "start" : "end", class: "halo" }), words(width - 8, base - pitch + 16, row.note, { class: "soft halo", "text-anchor": "end" }));
  });
  box.dataset.drawn = rows.length;
}

// lines: [{name, series, values}] over `names`: rates on a logarithmic scale, one small picture. A line goes on over a value
// that was not part of the sweep (null), and breaks where it has no time (0).
function drawCrossing(box, names, lines, label) {
  const { svg, width } = canvasOf(box, 190, label), left = 40, bottom = 160, all = lines.flatMap(l => l.values.filter(v => v > 0));
  // What is slower than a fortieth of the fastest (the definition in loops) would flatten the crossing itself.
  const low = Math.log(Math.max(Math.min(...all), Math.max(...all) / 40) / 1.15), high = Math.log(Math.max(...all) * 1.15), x = i => left + (width - left - 6) * (i + .5) / names.length, y = v => bottom - (Math.log(v) - low) / (high - low) * (bottom - 8);
  for (let power = Math.floor(low / Math.LN10); power <= high / Math.LN10; ++power)
    for (const digit of high - low > 5 ? [1] : [1, 2, 5]) { const v = digit * 10 ** power; if (Math.log(v) > low && Math.log(v) < high) svg.append(line(left, y(v), width, y(v), { class: "grid" }), words(left - 4, y(v) + 4, plain(v), { class: "soft", "text-anchor": "end" })); }
  const tight = (width - left) / names.length < 48;
  names.forEach((name, i) => svg.append(words(x(i), bottom + 16, tight ? name.replace(/^(\d+)×\1$/, "$1") : name, { class: "soft", "text-anchor": "middle" })));
  for (const l of lines) {
    let open = false;
    const path = l.values.map((v, i) => { if (v === null) return ""; if (!v || Math.log(v) < low) { open = false; return ""; } const d = `${open ? "L" : "M"}${x(i).toFixed(1)} ${y(v).toFixed(1)}`; open = true; return d; }).join("");
    svg.append(draw("path", { d: path, fill: "none", stroke: series(l.series), "stroke-width": 2 }));
    l.values.forEach((v, i) => { if (v && Math.log(v) >= low) svg.append(draw("circle", { cx: x(i), cy: y(v), r: 3.2, fill: series(l.series), "data-tip": `${l.name}, ${names[i]}: ${threeDigits(v)} GFLOP/s` })); });
  }
  box.dataset.drawn = all.length;
}
