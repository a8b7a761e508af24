// The head of the page: its runs, how many cases had which outcome, the answer, controls and
// legend.
import {data} from "./data.js";
import {byId, make} from "./elements.js";
import {mark} from "./marks.js";
import {group, state} from "./model.js";

// Number of cases of all runs, by word: [word, {cases, defect}].
function countsOf(runs) {
  const total = new Map();
  for (const {word, cases, defect} of runs.flatMap(run => run.strip)) {
    total.set(word, {cases: (total.get(word)?.cases || 0) + cases, defect});
  }
  return [...total];
}

function stripClass(word, {cases, defect}) {
  if (!cases) return "zero";
  if (defect) return "defect";
  return word === "agree" ? "" : "notice";
}

function stripItem([word, count]) {
  const sign = count.defect && count.cases ? "✕ " : "";
  const inside = [make("b", {}, count.cases.toLocaleString("en")), " " + sign + word];
  const linked = count.cases && word !== "agree";
  const content = linked ? [make("a", {href: "#why-title"}, ...inside)] : inside;
  return make("li", {class: stripClass(word, count)}, ...content);
}

export function showHead() {
  const runs = data.history ? [data.runs[data.history.last]] : data.runs;
  const told = ([, {cases, defect}]) => cases || defect;
  byId("meta").replaceChildren(...runs.map(run => make("div", {}, run.meta)));
  byId("strip").replaceChildren(...countsOf(runs).filter(told).map(stripItem));
}

// The groups of each suite: [suite, options].
function suites() {
  const found = new Map();
  data.groups.forEach(({run, settings, suite}, index) => {
    const key = (data.runs.length > 1 ? `run ${run + 1}: ` : "") + (suite || "problems");
    const option = make("option", {value: index}, settings);
    found.set(key, [...found.get(key) || [], option]);
  });
  return [...found];
}

export function fillGroups() {
  const optgroup = ([suite, options]) => make("optgroup", {label: suite}, ...options);
  byId("group").replaceChildren(...suites().map(optgroup));
  byId("group").value = state.group;
  byId("group-label").hidden = data.groups.length < 2;
}

export function fillBaselines() {
  const {columns, rows, speedups} = group();
  const option = column => make("option", {value: column}, columns[column]);
  const baselines = Object.keys(speedups);
  byId("baseline").replaceChildren(...baselines.map(option));
  byId("baseline").value = state.baseline;
  byId("baseline-label").hidden = baselines.length < 2;
  byId("find-label").hidden = rows.name.length < 12;
}

// How far to trust the answer, why not further, and what its times are of.
function showBadge() {
  const {advice, decision, facts, trust} = group();
  const badge = decision.badge.trust;
  byId("trust").hidden = decision.plan === "untimed";
  byId("trust").replaceChildren(
      make("span", {class: "badge " + badge}, trust), ...(advice ? [" ", advice] : []));
  byId("facts").textContent = facts;
}

// The answer of the combination shown, its ratios set bold, and what failed in its run.
export function showAnswer() {
  const {answer, run} = group();
  const {defects, incomplete} = data.runs[run];
  const sentences = [data.history?.answer, answer, defects, incomplete].filter(Boolean);
  const words = sentences.join(" ").split(/(\d[\d.]*×)/);
  byId("answer").replaceChildren(
      ...words.map((word, index) => index % 2 ? make("b", {}, word) : word));
  showBadge();
}

function legendButton(name, column, changed) {
  const pressed = () => String(!state.hidden.has(name));
  const attributes = {type: "button", class: "key", "aria-pressed": pressed()};
  const button = make("button", attributes, mark(column), name);
  button.onclick = () => {
    if (!state.hidden.delete(name)) state.hidden.add(name);
    button.setAttribute("aria-pressed", pressed());
    changed();
  };
  return button;
}

// changed() is called when a column was hidden or shown again.
export function showLegend(changed) {
  const button = (name, column) => legendButton(name, column, changed);
  byId("legend").replaceChildren(...group().columns.map(button));
}
