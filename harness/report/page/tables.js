// The tables at the end: what was not measured and why, regrets, the environment.
import {copyButton} from "./copy.js";
import {data} from "./data.js";
import {byId, make, row as tableRow, tableBody} from "./elements.js";
import {plural, ratioText} from "./format.js";
import {group} from "./model.js";

function td(...children) {
  return make("td", {}, ...children);
}

function smallestCase(note) {
  if (!note.smallest) return [];
  const replay = make("code", {}, note.smallest_replay);
  return [make("br"), `smallest: ${note.smallest} `, replay];
}

function noteRow(note) {
  const line = note.smallest_replay || note.replay;
  const button = note.replay ? copyButton(line, `${note.column} on ${note.rows}`) : null;
  return tableRow(
      make("td", {class: note.defect ? "word defect" : "word"}, note.word), td(note.column),
      td(note.rows), td(note.reason, ...smallestCase(note)), td(button));
}

function costBar(ratio) {
  const width = Math.min(100, 60 * Math.log2(ratio)).toFixed(1);
  return make("span", {class: "cost", style: `width:${width}px`});
}

function worstText(regret) {
  if (!regret.row) return "its own choice is the best everywhere";
  const {better, row, worst} = regret;
  return `at worst ${ratioText(worst)}, on ${row}, where ${better} is better`;
}

function regretRow(regret) {
  const mean = `${ratioText(regret.mean)} on average over ${plural(regret.layers, "layer")}`;
  return tableRow(
      make("th", {scope: "row"}, regret.label), td(costBar(regret.mean), mean),
      td(worstText(regret)));
}

export function showTables() {
  const {notes, regrets, run} = group();
  const nothing = tableRow(td("Everything was measured."));
  const named = ([name, value]) => tableRow(make("th", {scope: "row"}, name), td(value));
  byId("why").replaceChildren(tableBody(notes.length ? notes.map(noteRow) : [nothing]));
  byId("regret-section").hidden = !regrets.length;
  byId("regret").replaceChildren(tableBody(regrets.map(regretRow)));
  byId("environment").replaceChildren(tableBody(data.runs[run].environment.map(named)));
}
