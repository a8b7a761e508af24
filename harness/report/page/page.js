// The page of a run: puts its parts together and follows what the reader does.
import {showClouds} from "./clouds.js";
import {showCrossing} from "./crossing.js";
import {data} from "./data.js";
import {byId} from "./elements.js";
import {indices} from "./format.js";
import {fillBaselines, fillGroups, showAnswer, showHead, showLegend} from "./head.js";
import {listenToHeat, markSelected, showHeat} from "./heat.js";
import {describeCase} from "./heat_cells.js";
import {listenToHistory, showHistory} from "./history.js";
import {showLayer} from "./layer.js";
import {group, isFastest, state, timed} from "./model.js";
import {showNetwork} from "./network.js";
import {onSelect} from "./selection.js";
import {showSpread} from "./spread.js";
import {showTables} from "./tables.js";
import {followTheme} from "./theme.js";
import {listenForTips} from "./tips.js";

function showAll() {
  showHeat();
  showCrossing();
  showNetwork();
  showLayer();
  showClouds();
  showSpread();
  showTables();
}

// Chooses the row with the most measured columns, and the fastest column in it.
function chooseCase() {
  const {columns, rows} = group();
  const measured = row => indices(columns).filter(column => timed(row, column)).length;
  const counts = indices(rows.name).map(measured);
  const most = counts.reduce((a, b) => Math.max(a, b), 0);
  state.row = Math.max(0, counts.indexOf(most));
  state.column = indices(columns).find(column => isFastest(state.row, column)) ?? 0;
}

function showGroup() {
  const {baseline, speedups} = group();
  state.baseline = baseline in speedups ? baseline : +(Object.keys(speedups)[0] ?? -1);
  chooseCase();
  showAnswer();
  fillBaselines();
  showLegend(showAll);
  showAll();
}

// Draws again what depends on the width of the window.
function listenToResizing() {
  let width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth === width) return;
    width = innerWidth;
    showHeat();
    showNetwork();
    showLayer();
    showCrossing();
    showSpread();
    showHistory();
  });
}

// An event handler that sets a member of the state to the value of a control, then shows what
// depends on it.
function follow(key, convert, show) {
  return event => {
    state[key] = convert(event.target.value);
    show();
  };
}

function listenToControls() {
  byId("group").onchange = follow("group", Number, showGroup);
  byId("baseline").onchange = follow("baseline", Number, showAll);
  byId("error").onchange = follow("error", String, showClouds);
  byId("find").oninput = follow("filter", value => value.toLowerCase(), () => showHeat());
  byId("controls").onsubmit = event => event.preventDefault();
}

function listen() {
  listenForTips(element => describeCase(+element.dataset.row, +element.dataset.column));
  listenToHeat();
  listenToControls();
  listenToResizing();
  onSelect(markSelected);
  onSelect(showLayer);
}

// SVG pictures follow the colours of the theme by themselves; the two scatter charts are pixels.
function redraw(...shows) {
  return () => {
    if (!data.groups.length) return;
    for (const show of shows) show();
  };
}

function start() {
  // Of several runs of the same cases the last is shown first.
  const last = data.groups.findIndex(({run}) => run === data.history?.last);
  state.group = Math.max(0, last);
  followTheme({
    changed: redraw(showClouds, () => showLegend(showAll)),
    beforePrint: redraw(showClouds, () => showHeat(true)),
    afterPrint: redraw(showClouds, () => showHeat()),
  });
  showHead();
  fillGroups();
  if (!data.groups.length) {
    byId("heat-lede").textContent = "Nothing ran.";
    return;
  }
  listen();
  showGroup();
  listenToHistory();
  showHistory();
}

const root = document.documentElement;
addEventListener("error", event => {
  root.dataset.error = event.message;
});
start();
byId("no-script").remove();
// For the test in a browser: that this line was reached.
root.dataset.ready = "true";
