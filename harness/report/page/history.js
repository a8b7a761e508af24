// Several runs of the same cases: each case over the runs, with its steps marked. Only shown where
// `data.history` is not null.
import {data} from "./data.js";
import {drawHistory, runName, runsWithTime, sparkline} from "./draw_history.js";
import {byId, make, number, row as tableRow, tableBody, tableHead} from "./elements.js";
import {timeText} from "./format.js";

const kPage = 100;  // rows that are shown at once
const view = {
  show: "steps",
  find: "",
  shown: kPage,
  chosen: 0
};

function isStirred(index) {
  const {fates, steps} = data.history;
  return steps[index].length + fates[index].length > 0;
}

function choose(index) {
  view.chosen = index;
  showHistoryCase();
  byId("history-case").scrollIntoView({block: "nearest"});
}

function nameCell(index) {
  const {names, problems} = data.history;
  const button = make("button", {type: "button", class: "key"}, names[index]);
  button.onclick = () => choose(index);
  const problem = make("small", {class: "num"}, problems[index]);
  return make("th", {scope: "row"}, button, problem);
}

function stepLine(step) {
  const reasons = step.reasons.map(reason => make("small", {}, reason));
  return make("div", {class: step.ratio > 1 ? "worse" : "better"}, step.words, ...reasons);
}

function fateLine(fate) {
  const word = make("b", {class: fate.worse ? "worse" : ""}, fate.words);
  return make("div", {}, word, ` at run ${runName(fate.run)}`);
}

function eventsOf(index) {
  if (!isStirred(index)) return ["no step"];
  const {fates, steps} = data.history;
  return [...fates[index].map(fateLine), ...steps[index].map(stepLine)];
}

function historyRow(index) {
  const medians = data.history.median[index];
  const there = runsWithTime(medians);
  const last = there.length ? timeText(medians[there[there.length - 1]]) : "—";
  const picture = there.length ? sparkline(index) : "—";
  return tableRow(
      nameCell(index), make("td", {}, picture), number(last), make("td", {}, ...eventsOf(index)));
}

function isWanted(index) {
  const {names, problems} = data.history;
  const words = (names[index] + " " + problems[index]).toLowerCase();
  return (view.show === "all" || isStirred(index)) && words.includes(view.find);
}

function showHistoryRows() {
  const wanted = data.history.order.filter(isWanted);
  const shown = wanted.slice(0, view.shown);
  const left = wanted.length - shown.length;
  byId("history").replaceChildren(
      tableHead("case", "run by run", "last", "steps"), tableBody(shown.map(historyRow)));
  byId("history-more").hidden = left === 0;
  byId("history-more").textContent = `Show ${Math.min(kPage, left)} of ${left} more`;
}

function showHistoryCase() {
  const {names} = data.history;
  byId("history-case").hidden = !names.length;
  if (!names.length) return;
  byId("history-case-title").textContent = names[view.chosen];
  drawHistory(byId("history-picture"), view.chosen);
}

function difference([name, before, after]) {
  return make("div", {}, make("b", {}, name), `: ${before} → ${after}`);
}

function runRow(run, index) {
  const same = run.differences.length || !index ? "" : "nothing that is recorded";
  return tableRow(
      make("th", {scope: "row"}, String(index + 1)), make("td", {class: "num left"}, run.started),
      make("td", {}, run.name),
      make("td", {class: "wrap"}, ...run.differences.map(difference), same),
      make("td", {}, run.moved));
}

export function showHistory() {
  const {history} = data;
  byId("history-section").hidden = !history;
  if (!history) return;
  byId("history-lede").textContent = history.rule;
  byId("history-runs")
      .replaceChildren(
          tableHead("run", "started", "", "what differs from the run before", ""),
          tableBody(history.runs.map(runRow)));
  showHistoryRows();
  showHistoryCase();
}

function showAgain(change) {
  Object.assign(view, {shown: kPage}, change);
  showHistoryRows();
}

function fillChoice() {
  byId("history-show")
      .replaceChildren(
          make("option", {value: "steps"}, "cases with a step"),
          make("option", {value: "all"}, "all cases"));
  byId("history-show").value = view.show;
}

export function listenToHistory() {
  if (!data.history) return;
  const {order} = data.history;
  view.show = order.some(isStirred) ? "steps" : "all";
  view.chosen = order[0] ?? 0;
  fillChoice();
  byId("history-show").onchange = event => showAgain({show: event.target.value});
  byId("history-find").oninput = event => showAgain({find: event.target.value.toLowerCase()});
  byId("history-more").onclick = () => showAgain({shown: view.shown + kPage});
  byId("history-controls").onsubmit = event => event.preventDefault();
}
