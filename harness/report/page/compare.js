// The comparison page: tables, each ratio drawn as a line with its interval on one logarithmic scale. Every number comes
// from the data block, computed in C++. Texts are only ever set as text, never as HTML.
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const $ = id => document.getElementById(id);
const bad = ["slower", "broke", "gone", "refused"], good = ["faster", "mended", "accepted"];
// A browser lays out some hundreds of rows at once without a pause; the rest comes on demand.
const page = 400;
const state = { show: "changed", find: "", shown: page };

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined && value !== null) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
function draw(tag, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
function threeDigits(value) {
  return value >= 99.95 ? value.toFixed(0) : value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}
function timeText(ns) {
  if (!ns) return "—";
  const [value, unit] = ns < 999.5 ? [ns, "ns"] : ns < 999.5e3 ? [ns / 1e3, "µs"] : ns < 999.5e6 ? [ns / 1e6, "ms"] : [ns / 1e9, "s"];
  return threeDigits(value) + " " + unit;
}
const ratioText = r => r ? r[0].toFixed(3) + (r[1] === null ? "" : ` (${r[1].toFixed(3)} … ${r[2].toFixed(3)})`) : "";

// The scale holds every interval, and at least a tenth either way; what lies beyond a factor of 4 is drawn at the edge.
const ends = [...data.cases, ...data.networks].flatMap(c => c.ratio ? [c.ratio[1] ?? c.ratio[0], c.ratio[2] ?? c.ratio[0]] : []);
const reach = Math.min(Math.log(4), Math.max(Math.log(1.1), ...ends.map(r => Math.abs(Math.log(r)))));
const place = ratio => 130 + 124 * Math.max(-1, Math.min(1, Math.log(ratio) / reach));
function forest(ratio, change) {
  const svg = draw("svg", { viewBox: "0 0 260 18", class: "forest", "aria-hidden": "true" });
  const margin = 1 + data.margin, tone = bad.includes(change) ? "var(--bad)" : good.includes(change) ? "var(--accent)" : "var(--soft)";
  svg.append(draw("rect", { x: place(1 / margin), y: 0, width: place(margin) - place(1 / margin), height: 18, fill: "var(--hatch)" }),
    draw("line", { x1: 130, x2: 130, y1: 0, y2: 18, stroke: "var(--line)" }));
  if (ratio && ratio[1] !== null) svg.append(draw("line", { x1: place(ratio[1]), x2: Math.max(place(ratio[2]), place(ratio[1]) + 1), y1: 9, y2: 9, stroke: tone, "stroke-width": 3 }));
  if (ratio) svg.append(draw("circle", { cx: place(ratio[0]), cy: 9, r: 4, fill: tone }));
  return svg;
}
const head = (...names) => make("thead", {}, make("tr", {}, ...names.map(n => make("th", { scope: "col" }, n))));
const tone = change => "change " + (bad.includes(change) ? "bad" : good.includes(change) ? "good" : "dim");

function showHead() {
  $("strip").replaceChildren(...Object.entries(data.counts).filter(([, n]) => n).map(([word, n]) =>
    make("li", { class: bad.includes(word) ? "defect" : "" }, make("b", {}, String(n)), " " + word)));
  $("warning").textContent = data.warning;
  $("differences").replaceChildren(head("", "baseline", "candidate"), make("tbody", {}, make("tr", {}, make("th", { scope: "row" }, "results"), make("td", {}, data.baseline), make("td", {}, data.candidate)),
    ...data.differences.map(d => make("tr", {}, make("th", { scope: "row" }, d[0]), make("td", {}, d[1]), make("td", {}, d[2])))));
  $("networks-section").hidden = !data.networks.length;
  $("networks").replaceChildren(make("tbody", {}, ...data.networks.map(n => make("tr", {}, make("td", {}, n.name, make("small", {}, n.layers)), make("td", { class: "forest-cell" }, forest(n.ratio, n.change)), make("td", { class: "num" }, ratioText(n.ratio))))));
}
function caseRow(c) {
  return make("tr", {}, make("td", { class: tone(c.change) }, c.change), make("td", {}, c.name, make("small", {}, c.problem)),
    make("td", { class: "num" }, timeText(c.baseline)), make("td", { class: "num" }, timeText(c.candidate)),
    make("td", { class: "forest-cell" }, ...(c.ratio ? [forest(c.ratio, c.change)] : [])), make("td", { class: c.ratio ? "num" : "" }, c.ratio ? ratioText(c.ratio) : c.why));
}
function wanted(c) {
  const kind = state.show === "all" || (state.show === "changed" ? c.change !== "same" && c.change !== "untimed" : c.change === state.show);
  return kind && (c.name + " " + c.problem).toLowerCase().includes(state.find);
}
function showCases() {
  const list = data.cases.filter(wanted), rows = list.slice(0, state.shown);
  $("cases").replaceChildren(head("", "case", "baseline", "now", "faster ◂ ▸ slower", "time ratio (99% interval)"), make("tbody", {}, ...rows.map(caseRow)));
  $("cases-lede").textContent = `${list.length} of ${data.cases.length} cases. The shaded band is the margin of ${+(data.margin * 100).toPrecision(3)}% within which nothing counts as a change.`;
  $("more").hidden = rows.length === list.length;
  $("more").textContent = `Show ${Math.min(page, list.length - rows.length)} more`;
}
function listen() {
  const options = [["changed", "what changed"], ["all", "all"], ...Object.entries(data.counts).filter(([, n]) => n).map(([word]) => [word, word])];
  if (!data.cases.some(c => c.change !== "same" && c.change !== "untimed")) state.show = "all";
  $("show").replaceChildren(...options.map(([value, text]) => make("option", { value }, text)));
  $("show").value = state.show;
  $("show").onchange = e => { state.show = e.target.value; state.shown = page; showCases(); };
  $("find").oninput = e => { state.find = e.target.value.toLowerCase(); state.shown = page; showCases(); };
  $("more").onclick = () => { state.shown += page; showCases(); };
  $("controls").onsubmit = e => e.preventDefault();
}
function followTheme() {
  const asked = new URLSearchParams(location.search).get("theme"), dark = matchMedia("(prefers-color-scheme: dark)");
  const set = theme => { document.documentElement.dataset.theme = theme; };
  const current = () => asked || (dark.matches ? "dark" : "light");
  set(current());
  dark.addEventListener("change", () => set(current()));
  addEventListener("beforeprint", () => { set("light"); state.shown = Infinity; showCases(); });
  addEventListener("afterprint", () => { set(current()); state.shown = page; showCases(); });
}

addEventListener("error", e => { document.documentElement.dataset.error = e.message; });
followTheme(); showHead(); listen(); showCases();
// For the test in a browser: how much wider than the window the page is, what was drawn, and that this line was reached.
document.documentElement.dataset.overflow = Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth);
document.documentElement.dataset.drawn = document.querySelectorAll("svg.forest circle").length;
document.documentElement.dataset.ready = "true";
