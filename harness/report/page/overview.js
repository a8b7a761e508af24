// What a whole group says: the network's time, crossovers, clouds of points, spreads, what is missing.
"use strict";

const filler = t => t.ns === null && t.filled_ns !== null;
function networkBars() {
  const g = group(), rows = indices(g.rows.name), time = (r, c) => timed(r, c) ? g.rows.count[r] * cell("median", r, c) : null;
  // Of a long suite a bar has one part, not thousands.
  const gather = parts => parts.length <= 150 ? parts : [...parts.reduce((sums, p) => { const key = `${p.series} ${p.filled}`, old = sums.get(key); sums.set(key, old ? { ...old, ns: old.ns + p.ns, layers: old.layers + 1 } : { ...p, layers: 1 }); return sums; }, new Map()).values()].map(p => ({ ...p, name: plural(p.layers, "layer") + " of " + g.columns[p.series] }));
  const whole = columnsShown().filter(c => g.totals[c].missing < rows.length && (g.totals[c].ns !== null || g.totals[c].filled_ns !== null)).map(c => ({ name: g.columns[c],
    note: timeText(g.totals[c].ns ?? g.totals[c].filled_ns) + (filler(g.totals[c]) ? `, ${g.totals[c].missing} filled` : ""),
    parts: gather(rows.map(r => ({ ns: time(r, c) ?? time(r, g.baseline), series: timed(r, c) ? c : g.baseline, filled: !timed(r, c), name: `${g.rows.name[r]}: ${g.columns[timed(r, c) ? c : g.baseline]}${g.rows.count[r] > 1 ? ", ×" + g.rows.count[r] : ""}` }))) }));
  if (g.mix.total === null) return whole;
  const order = [...g.columns.keys()].flatMap(c => rows.filter(r => g.mix.columns[r] === c));
  const mixed = gather(order.map(r => ({ ns: g.mix.layers[r], series: g.mix.columns[r], filled: false, name: `${g.rows.name[r]}: ${g.columns[g.mix.columns[r]]}${g.rows.count[r] > 1 ? ", ×" + g.rows.count[r] : ""}` })));
  return [{ name: "best mix", strong: true, note: timeText(g.mix.total) + (g.mix.speedup ? `, ${ratioText(g.mix.speedup[0])}` : ""), parts: mixed }, ...whole];
}
function showNetwork() {
  // A sweep over kernel sizes is no network.
  const g = group(), bars = g.rows.name.length > 1 && !g.crossing ? networkBars() : [];
  $("network-section").hidden = !bars.length;
  if (!bars.length) return;
  const s = g.mix.speedup, gaps = g.totals.some(filler);
  $("network-lede").textContent = "Time of all layers, each as often as the network runs it; a part of a bar is a layer." + (g.mix.total === null ? "" : ` The best mix takes the fastest of each layer, chosen on odd rounds and timed on even ones${s ? `: ${ratioText(s[0])}${intervalText({ low: s[1], high: s[2] })} the speed of ${g.columns[g.baseline]}` : ""}.`) +
    (gaps ? ` Dashed: a layer that the column has no time for, filled with that of ${g.columns[g.baseline]}.` : "");
  drawNetwork($("network"), bars, `Time of the network by column: ${bars.map(b => `${b.name} ${b.note}`).join("; ")}`);
}

// ---- who wins where, over two axes ----------------------------------------------------------------------------------
function crossingCell(place) {
  if (!place) return make("td", {});
  const g = group(), winner = place.winner, button = make("button", { type: "button", class: "cross" + (place.tied ? " tied" : ""), "data-tip": place.about, style: winner < 0 ? null : `background:color-mix(in srgb, ${series(winner)} 26%, transparent)` },
    ...(winner < 0 ? ["—"] : [mark(winner), g.columns[winner], make("small", {}, place.lead === null ? "alone" : (place.tied ? "≈ " : "") + ratioText(place.lead))]));
  button.onclick = () => select(place.row, Math.max(0, winner), true);
  return make("td", {}, button);
}
function showCrossing() {
  const g = group(), c = g.crossing;
  $("crossing-section").hidden = !c;
  if (!c) return;
  $("crossing-lede").textContent = `The fastest backend over ${c.axis}, and how many times as fast as the next backend (≈: not told apart). Below: effective GFLOP/s of each.`;
  $("crossing").replaceChildren(make("thead", {}, make("tr", {}, make("th", { scope: "col" }, c.axis), ...c.values.map(v => make("th", { scope: "col" }, v)))),
    make("tbody", {}, ...c.rows.map((name, i) => make("tr", {}, make("th", { scope: "row" }, name), ...c.cells[i].map(crossingCell)))));
  const boxes = c.rows.map((_, i) => make("div", { class: "box", id: `crossing-${i}` }));
  $("crossing-lines").replaceChildren(...c.rows.map((name, i) => make("figure", { class: "card" }, make("figcaption", {}, name), boxes[i])));
  c.rows.forEach((name, i) => drawCrossing(boxes[i], c.values, columnsShown().map(k => ({ name: g.columns[k], series: k, values: c.cells[i].map(p => p && (timed(p.row, k) ? cell("gflops", p.row, k) : 0)) })), `${name}: GFLOP/s over ${c.axis}`));
}

// ---- clouds, spreads, tables ----------------------------------------------------------------------------------------
function showClouds() {
  const g = group(), rows = indices(g.rows.name), shown = columnsShown();
  const points = (c, x, y, more) => !shown.includes(c) ? [] : rows.filter(r => timed(r, c) && x(r, c) > 0 && y(r, c) > 0).map(r => ({ x: x(r, c), y: y(r, c), row: r, column: c, text: `${g.columns[c]} · ${g.rows.name[r]}: ${more(r, c)}` }));
  const speed = (r, c) => state.baseline >= 0 ? speedup(r, c)?.median ?? 0 : cell("gflops", r, c), error = state.error === "worst" ? percent : v => v.toExponential(1);
  $("roofline-lede").textContent = "Effective rate against arithmetic intensity. " + (g.roofs.flops.length && g.roofs.bytes.length ? `Lines: what this machine was measured to reach. Above them: an algorithm that multiplies less.` : "The machine's peaks were not measured for these settings, so there is no roof.");
  drawRoofline(g.columns.map((_, c) => points(c, r => g.rows.flops[r] / g.rows.bytes[r], (r, k) => cell("gflops", r, k), (r, k) => threeDigits(cell("gflops", r, k)) + " GFLOP/s")), g.roofs);
  drawAccuracy(g.columns.map((_, c) => points(c, speed, (r, k) => cell(state.error, r, k), (r, k) => `${error(cell(state.error, r, k))}, ${timeText(cell("median", r, k))}`)),
    state.baseline >= 0 ? `speed-up over ${g.columns[state.baseline]}` : "GFLOP/s, effective", state.error === "worst" ? "worst error / allowed error" : "relative error, L2 norm");
}
function showSpread() {
  const g = group(), floor = data.runs[g.run].noise_floor;
  const rows = columnsShown().map(c => ({ c, deviations: indices(g.rows.name).flatMap(r => (cell("samples", r, c) || []).map(step => step / 1e4)) })).filter(row => row.deviations.length);
  for (const row of rows) {
    const sizes = row.deviations.map(Math.abs).sort((a, b) => a - b), part = share => sizes[Math.min(sizes.length - 1, Math.floor(share * sizes.length))];
    Object.assign(row, { name: g.columns[row.c], series: row.c, wide: part(.9), note: `half within ±${percent(part(.5))}, 95% within ±${percent(part(.95))}` });
  }
  $("spread-lede").textContent = `Every raw sample of every layer against the median of its case; heights are square roots, so that rare ones are seen; beyond the ends at the ends.${floor ? ` Band: the noise floor of the run, ±${percent(floor)} by A/A.` : ""}`;
  drawSpreads($("spread"), rows, floor, `Distribution of the raw samples around their medians: ${rows.map(r => `${r.name} ${r.note}`).join("; ")}`);
}
function showTables() {
  const g = group(), row = (...cells) => make("tr", {}, ...cells);
  const note = n => row(make("td", { class: "word" + (n.defect ? " defect" : "") }, n.word), make("td", {}, n.column), make("td", {}, n.rows),
    make("td", {}, n.reason, ...(n.smallest ? [make("br"), `smallest: ${n.smallest} `, make("code", {}, n.smallest_replay)] : [])), make("td", {}, ...(n.replay ? [copyButton(n.smallest_replay || n.replay, `${n.column} on ${n.rows}`)] : [])));
  $("why").replaceChildren(make("tbody", {}, ...(g.notes.length ? g.notes.map(note) : [row(make("td", {}, "Everything was measured."))])));
  $("regret-section").hidden = !g.regrets.length;
  const bar = ratio => make("span", { class: "cost", style: `width:${Math.min(100, 60 * Math.log2(ratio)).toFixed(1)}px` });
  $("regret").replaceChildren(make("tbody", {}, ...g.regrets.map(r => row(make("th", { scope: "row" }, r.label), make("td", {}, bar(r.mean), `${ratioText(r.mean)} on average over ${plural(r.layers, "layer")}`),
    make("td", {}, r.row ? `at worst ${ratioText(r.worst)}, on ${r.row}, where ${r.better} is better` : "its own choice is the best everywhere")))));
  $("environment").replaceChildren(make("tbody", {}, ...data.runs[g.run].environment.map(([name, value]) => row(make("th", { scope: "row" }, name), make("td", {}, value)))));
}
