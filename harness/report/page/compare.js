// The comparison page: what differs between two runs, network by network and case by case.
import {data} from "./data.js";
import {byId, make, number, row as tableRow, tableBody, tableHead} from "./elements.js";
import {forest, toneOf} from "./forest.js";
import {timeText} from "./format.js";
import {followTheme} from "./theme.js";

// A browser lays out some hundreds of rows at once without a pause; the rest comes on demand.
const kPage = 400;
const view = {
  show: "changed",
  find: "",
  shown: kPage
};

function ratioText(ratio) {
  const [middle, low, high] = ratio;
  const interval = low === null ? "" : ` (${low.toFixed(3)} … ${high.toFixed(3)})`;
  return middle.toFixed(3) + interval;
}

function caseTime(ns) {
  return ns ? timeText(ns) : "—";
}

// [word, number of cases] of each kind of change that occurs.
function changesThere() {
  return Object.entries(data.counts).filter(([, count]) => count);
}

function stripItem([word, count]) {
  const kind = toneOf(word) === "bad" ? "defect" : "";
  return make("li", {class: kind}, make("b", {}, String(count)), " " + word);
}

function differenceRow([name, before, after]) {
  return tableRow(make("th", {scope: "row"}, name), make("td", {}, before), make("td", {}, after));
}

function networkRow({change, layers, name, ratio}) {
  return tableRow(
      make("td", {}, name, make("small", {}, layers)),
      make("td", {class: "forest-cell"}, forest(ratio, change)),
      number(ratio ? ratioText(ratio) : ""));
}

function showHead() {
  const results = ["results", data.baseline, data.candidate];
  byId("strip").replaceChildren(...changesThere().map(stripItem));
  byId("warning").textContent = data.warning;
  byId("differences").replaceChildren(tableHead("", "baseline", "candidate"), tableBody([
                                        results, ...data.differences
                                      ].map(differenceRow)));
  byId("networks-section").hidden = !data.networks.length;
  byId("networks").replaceChildren(tableBody(data.networks.map(networkRow)));
}

function caseRow({baseline, candidate, change, name, problem, ratio, why}) {
  return tableRow(
      make("td", {class: "change " + (toneOf(change) || "dim")}, change),
      make("td", {}, name, make("small", {}, problem)), number(caseTime(baseline)),
      number(caseTime(candidate)),
      make("td", {class: "forest-cell"}, ratio ? forest(ratio, change) : null),
      make("td", {class: ratio ? "num" : ""}, ratio ? ratioText(ratio) : why));
}

function isChanged({change}) {
  return change !== "same" && change !== "untimed";
}

function isOfKind(each) {
  if (view.show === "all") return true;
  return view.show === "changed" ? isChanged(each) : each.change === view.show;
}

function isWanted(each) {
  const words = (each.name + " " + each.problem).toLowerCase();
  return isOfKind(each) && words.includes(view.find);
}

function showCases() {
  const wanted = data.cases.filter(isWanted);
  const shown = wanted.slice(0, view.shown);
  const left = wanted.length - shown.length;
  const margin = +(data.margin * 100).toPrecision(3);
  byId("cases").replaceChildren(
      tableHead("", "case", "baseline", "now", "faster ◂ ▸ slower", "time ratio (99% interval)"),
      tableBody(shown.map(caseRow)));
  byId("cases-lede").textContent = `${wanted.length} of ${data.cases.length} cases. ` +
      `The shaded band is the margin of ${margin}% within which nothing counts as a change.`;
  byId("more").hidden = left === 0;
  byId("more").textContent = `Show ${Math.min(kPage, left)} more`;
}

function showAgain(change) {
  Object.assign(view, {shown: kPage}, change);
  showCases();
}

function fillChoice() {
  const kinds = changesThere().map(([word]) => [word, word]);
  const choices = [["changed", "what changed"], ["all", "all"], ...kinds];
  const option = ([value, text]) => make("option", {value}, text);
  byId("show").replaceChildren(...choices.map(option));
  byId("show").value = view.show;
}

function listen() {
  if (!data.cases.some(isChanged)) view.show = "all";
  fillChoice();
  byId("show").onchange = event => showAgain({show: event.target.value});
  byId("find").oninput = event => showAgain({find: event.target.value.toLowerCase()});
  byId("more").onclick = () => showAgain({shown: view.shown + kPage});
  byId("controls").onsubmit = event => event.preventDefault();
}

const root = document.documentElement;
addEventListener("error", event => {
  root.dataset.error = event.message;
});
followTheme({
  changed: () => {},
  beforePrint: () => showAgain({shown: Infinity}),
  afterPrint: () => showAgain({}),
});
showHead();
listen();
showCases();
document.getElementById("no-script").remove();
// For the test in a browser: how much wider than the window the page is, what was drawn, and that
// this line was reached.
root.dataset.overflow = Math.max(0, root.scrollWidth - root.clientWidth);
root.dataset.drawn = document.querySelectorAll("svg.forest circle").length;
root.dataset.ready = "true";
