// Several runs of the same cases: each case over the runs, its steps marked. Only where `data.history` is there.
"use strict";
const historyState = { show: "steps", find: "", shown: 100, chosen: 0 };
const kHistoryPage = 100;

const stepText = s => `${s.ratio > 1 ? "+" : "−"}${percent(Math.abs(s.ratio - 1))}`;
const runName = run => `${run + 1} (${data.history.runs[run].name})`;
const runIndex = list => list.map((v, i) => v === null ? -1 : i).filter(i => i >= 0);

// A case over the runs on a logarithmic scale; `big` with intervals, names and ticks.
function drawHistory(box, index, big) {
  const h = data.history, n = h.runs.length, width = big ? Math.max(260, box.clientWidth || 640) : 190, height = big ? 240 : 34;
  const median = h.median[index], low = h.low[index], high = h.high[index], there = runIndex(median), left = big ? 62 : 4, right = width - (big ? 12 : 4), bottom = height - (big ? 28 : 4);
  const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, class: big ? "picture" : "spark", role: big ? "img" : null, "aria-hidden": big ? null : "true", "aria-label": big ? `${h.names[index]}: ${there.map(i => `run ${i + 1} ${timeText(median[i])}`).join(", ")}` : null });
  const all = there.flatMap(i => [median[i], low[i] ?? median[i], high[i] ?? median[i]]), end = Math.log(Math.max(...all)), start = Math.log(Math.min(...all)), middle = (end + start) / 2, span = Math.max(end - start, .02);
  const x = i => left + (right - left) * (n > 1 ? i / (n - 1) : .5), y = ns => bottom - (Math.log(ns) - middle + span / 2) / span * (bottom - (big ? 14 : 4));
  if (big) {
    for (const part of [0, .5, 1]) { const ns = Math.exp(middle + (part - .5) * span); svg.append(line(left - 4, y(ns), right, y(ns), { class: "grid" }), words(left - 8, y(ns) + 4, timeText(ns), { class: "soft", "text-anchor": "end" })); }
    const every = Math.ceil(n * 24 / (right - left));
    for (let i = 0; i < n; i += every) svg.append(words(x(i), height - 8, i + 1, { class: "soft", "text-anchor": "middle" }));
  }
  for (const s of h.steps[index]) {
    const at = (x(s.run) + x(s.from)) / 2, tone = s.ratio > 1 ? "var(--bad)" : "var(--accent)";
    svg.append(line(at, 2, at, bottom, { stroke: tone, "stroke-dasharray": "3 2", "stroke-width": 1.5 }), ...(big ? [words(at + 5, 12, stepText(s), { fill: tone })] : []));
  }
  svg.append(draw("path", { d: there.map((i, k) => `${k ? "L" : "M"}${x(i).toFixed(1)} ${y(median[i]).toFixed(1)}`).join(""), class: "trace" }));
  for (const i of there) {
    if (big && low[i] !== null) svg.append(line(x(i), y(low[i]), x(i), y(high[i]), { class: "whisker" }));
    svg.append(draw("circle", { cx: x(i), cy: y(median[i]), r: big ? 4 : 2.2, class: "point", "data-tip": big ? `run ${runName(i)}: ${timeText(median[i])}` : null }));
  }
  if (big) { box.replaceChildren(svg); box.dataset.drawn = there.length; }
  return svg;
}
function historyRow(index) {
  const h = data.history, median = h.median[index], there = runIndex(median), name = make("button", { type: "button", class: "key" }, h.names[index]);
  name.onclick = () => { historyState.chosen = index; showHistoryCase(); $("history-case").scrollIntoView({ block: "nearest" }); };
  const steps = h.steps[index].map(s => make("div", { class: s.ratio > 1 ? "worse" : "better" }, s.words, ...s.reasons.map(r => make("small", {}, r))));
  const fates = h.fates[index].map(f => make("div", {}, make("b", { class: f.worse ? "worse" : "" }, f.words), ` at run ${runName(f.run)}`));
  return make("tr", {}, make("th", { scope: "row" }, name, make("small", { class: "num" }, h.problems[index])), make("td", {}, there.length ? drawHistory(null, index, false) : "—"),
    make("td", { class: "num" }, there.length ? timeText(median[there[there.length - 1]]) : "—"), make("td", {}, ...(steps.length + fates.length ? [...fates, ...steps] : ["no step"])));
}
function showHistoryRows() {
  const h = data.history, stirred = i => h.steps[i].length + h.fates[i].length > 0;
  const list = h.order.filter(i => (historyState.show === "all" || stirred(i)) && (h.names[i] + " " + h.problems[i]).toLowerCase().includes(historyState.find)), shown = list.slice(0, historyState.shown);
  $("history").replaceChildren(make("thead", {}, make("tr", {}, ...["case", "run by run", "last", "steps"].map(n => make("th", { scope: "col" }, n)))), make("tbody", {}, ...shown.map(historyRow)));
  $("history-more").hidden = shown.length === list.length;
  $("history-more").textContent = `Show ${Math.min(kHistoryPage, list.length - shown.length)} of ${list.length - shown.length} more`;
}
function showHistoryCase() {
  const h = data.history;
  $("history-case").hidden = !h.names.length;
  if (!h.names.length) return;
  $("history-case-title").textContent = h.names[historyState.chosen];
  drawHistory($("history-picture"), historyState.chosen, true);
}
function showHistory() {
  const h = data.history;
  $("history-section").hidden = !h;
  if (!h) return;
  $("history-lede").textContent = h.rule;
  $("history-runs").replaceChildren(make("thead", {}, make("tr", {}, ...["run", "started", "", "what differs from the run before", ""].map(n => make("th", { scope: "col" }, n)))),
    make("tbody", {}, ...h.runs.map((r, i) => make("tr", {}, make("th", { scope: "row" }, String(i + 1)), make("td", { class: "num left" }, r.started), make("td", {}, r.name), make("td", { class: "wrap" }, ...r.differences.map(d => make("div", {}, make("b", {}, d[0]), `: ${d[1]} → ${d[2]}`)), r.differences.length || !i ? "" : "nothing that is recorded"), make("td", {}, r.moved)))));
  showHistoryRows(); showHistoryCase();
}
function listenToHistory() {
  if (!data.history) return;
  const stirred = data.history.order.some(i => data.history.steps[i].length + data.history.fates[i].length);
  historyState.show = stirred ? "steps" : "all";
  historyState.chosen = data.history.order[0] ?? 0;
  $("history-show").replaceChildren(make("option", { value: "steps" }, "cases with a step"), make("option", { value: "all" }, "all cases"));
  $("history-show").value = historyState.show;
  $("history-show").onchange = e => { historyState.show = e.target.value; historyState.shown = kHistoryPage; showHistoryRows(); };
  $("history-find").oninput = e => { historyState.find = e.target.value.toLowerCase(); historyState.shown = kHistoryPage; showHistoryRows(); };
  $("history-more").onclick = () => { historyState.shown += kHistoryPage; showHistoryRows(); };
  $("history-controls").onsubmit = e => e.preventDefault();
}
