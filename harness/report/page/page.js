// The page: what is selected, its head and controls, the keyboard and the theme. Every number comes from the data block,
// computed in C++.
"use strict";
const data = JSON.parse($("data").textContent);
// hidden: names of columns that the reader switched off.
const state = { group: 0, baseline: -1, row: 0, column: 0, filter: "", hidden: new Set(), error: "rel_l2" };
// The outcomes of report/words.hpp, in their order.
const outcomes = ["timed", "agrees", "wrong", "failed", "crashed", "refused", "unmeasured", "noisy", "absent"];
const defects = ["wrong", "failed", "crashed"];

const group = () => data.groups[state.group];
const at = (row, column) => row * group().columns.length + column;
const cell = (name, row, column) => group().cells[name][at(row, column)];
const outcome = (row, column) => outcomes[cell("outcome", row, column)];
const text = (name, row, column) => data.strings[cell(name, row, column)];
const timed = (row, column) => cell("median", row, column) !== null;
const columnsShown = () => indices(group().columns).filter(c => !state.hidden.has(group().columns[c]));
const rowsShown = () => indices(group().rows.name).filter(r => (group().rows.name[r] + " " + group().rows.problem[r]).toLowerCase().includes(state.filter));
// Samples and ends of intervals travel as steps of a ten-thousandth of their median.
const stepped = (name, row, column) => cell(name, row, column) === null ? null : cell("median", row, column) * (1 + cell(name, row, column) / 1e4);
const samplesOf = (row, column) => (cell("samples", row, column) || []).map(step => cell("median", row, column) * (1 + step / 1e4));
const replayOf = (row, column) => text("replay", row, column).replace("\u0001", group().rows.full[row]);
function speedup(row, column) {
  const ratios = group().speedups[state.baseline], i = at(row, column);
  if (!ratios || ratios.median[i] === null) return null;
  const end = list => list[i] === null ? null : ratios.median[i] * (1 + list[i] / 1e3);
  return { median: ratios.median[i], low: end(ratios.low), high: end(ratios.high) };
}

// ---- head -----------------------------------------------------------------------------------------------------------
function showHead() {
  const run = data.history ? [data.runs[data.history.last]] : data.runs;
  $("meta").replaceChildren(...run.map(r => make("div", {}, r.meta)));
  const total = new Map();
  for (const r of run) for (const c of r.strip) total.set(c.word, { cases: (total.get(c.word)?.cases || 0) + c.cases, defect: c.defect });
  $("strip").replaceChildren(...[...total].filter(([, c]) => c.cases || c.defect).map(([word, c]) => {
    const inside = [make("b", {}, c.cases.toLocaleString("en")), " " + (c.defect && c.cases ? "✕ " : "") + word];
    return make("li", { class: !c.cases ? "zero" : c.defect ? "defect" : word === "agree" ? "" : "notice" }, ...(c.cases && word !== "agree" ? [make("a", { href: "#why-title" }, ...inside)] : inside));
  }));
}
function fillControls() {
  const several = data.runs.length > 1, suites = new Map();
  data.groups.forEach((g, i) => { const key = (several ? `run ${g.run + 1}: ` : "") + (g.suite || "problems"); suites.set(key, [...suites.get(key) || [], make("option", { value: i }, g.settings)]); });
  $("group").replaceChildren(...[...suites].map(([suite, options]) => make("optgroup", { label: suite }, ...options)));
  $("group").value = state.group;
  $("group-label").hidden = data.groups.length < 2;
}
function fillBaselines() {
  const g = group();
  $("baseline").replaceChildren(...Object.keys(g.speedups).map(c => make("option", { value: c }, g.columns[c])));
  $("baseline").value = state.baseline;
  $("baseline-label").hidden = Object.keys(g.speedups).length < 2;
  $("find-label").hidden = g.rows.name.length < 12;
}
// The answer of the combination shown, its ratios set bold, and what failed in its run.
function showAnswer() {
  const sentences = [data.history?.answer, group().answer, data.runs[group().run].defects, data.runs[group().run].incomplete].filter(Boolean);
  $("answer").replaceChildren(...sentences.join(" ").split(/(\d[\d.]*×)/).map((word, i) => i % 2 ? make("b", {}, word) : word));
}
function showLegend() {
  $("legend").replaceChildren(...group().columns.map((name, c) => {
    const button = make("button", { type: "button", class: "key", "aria-pressed": String(!state.hidden.has(name)) }, mark(c), name);
    button.onclick = () => { if (!state.hidden.delete(name)) state.hidden.add(name); button.setAttribute("aria-pressed", String(!state.hidden.has(name))); showAll(); };
    return button;
  }));
}

// ---- acting ---------------------------------------------------------------------------------------------------------
function showGroup() {
  const g = group();
  state.baseline = g.baseline in g.speedups ? g.baseline : +(Object.keys(g.speedups)[0] ?? -1);
  const measured = indices(g.rows.name).map(r => g.columns.filter((_, c) => timed(r, c)).length), most = measured.reduce((a, b) => Math.max(a, b), 0);
  state.row = Math.max(0, measured.indexOf(most));
  state.column = Math.max(0, indices(g.columns).find(c => cell("flags", state.row, c) & 1) ?? 0);
  showAnswer(); fillBaselines(); showLegend(); showAll();
}
function showAll() { showHeat(); showCrossing(); showNetwork(); showLayer(); showClouds(); showSpread(); showTables(); }
function select(row, column, scroll) {
  state.row = row;
  state.column = column;
  markSelected(); showLayer();
  if (scroll) $("layer").scrollIntoView({ block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
}
function listen() {
  listenForTips(element => describe(+element.dataset.row, +element.dataset.column));
  listenToHeat();
  $("group").onchange = e => { state.group = +e.target.value; showGroup(); };
  $("baseline").onchange = e => { state.baseline = +e.target.value; showAll(); };
  $("error").onchange = e => { state.error = e.target.value; showClouds(); };
  $("find").oninput = e => { state.filter = e.target.value.toLowerCase(); showHeat(); };
  $("controls").onsubmit = e => e.preventDefault();
  let width = innerWidth;
  addEventListener("resize", () => { if (innerWidth !== width) { width = innerWidth; showHeat(); showNetwork(); showLayer(); showCrossing(); showSpread(); showHistory(); } });
}
function followTheme() {
  const asked = new URLSearchParams(location.search).get("theme"), dark = matchMedia("(prefers-color-scheme: dark)");
  const current = () => asked || (dark.matches ? "dark" : "light"), set = theme => { document.documentElement.dataset.theme = theme; };
  // Pictures take their colours from the theme by themselves; the two clouds of points are pixels.
  set(current());
  dark.addEventListener("change", () => { set(current()); if (data.groups.length) { showClouds(); showLegend(); } });
  addEventListener("beforeprint", () => { set("light"); if (data.groups.length) { showClouds(); showHeat(true); } });
  addEventListener("afterprint", () => { set(current()); if (data.groups.length) { showClouds(); showHeat(); } });
}

addEventListener("error", e => { document.documentElement.dataset.error = e.message; });
// Of several runs of the same cases the last is shown first.
if (data.history) state.group = Math.max(0, data.groups.findIndex(g => g.run === data.history.last));
followTheme(); showHead(); fillControls();
if (data.groups.length) { listen(); showGroup(); listenToHistory(); showHistory(); } else $("heat-lede").textContent = "Nothing ran.";
// For the test in a browser: that this line was reached.
document.documentElement.dataset.ready = "true";
