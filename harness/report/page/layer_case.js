// One case of the layer: the samples of its rounds, and the line that repeats it.
import {copyButton} from "./copy.js";
import {drawRounds} from "./draw_rounds.js";
import {byId, make} from "./elements.js";
import {plural, timeText} from "./format.js";
import {cell, group, replayOf, samplesOf, state, stepped, text, timed} from "./model.js";

function roundsOf(row, column) {
  return {
    name: group().columns[column],
    series: column,
    samples: samplesOf(row, column),
    low: stepped("low", row, column),
    high: stepped("high", row, column),
  };
}

// Whether the baseline's samples of the same rounds are drawn too: only if the medians differ by
// less than a factor of 4.
function hasBaselineBeside(row, column) {
  const {baseline} = state;
  if (baseline < 0 || baseline === column) return false;
  if (!timed(row, baseline) || !timed(row, column)) return false;
  const ratio = cell("median", row, baseline) / cell("median", row, column);
  return Math.abs(Math.log2(ratio)) < 2;
}

function showRounds(row, column, beside) {
  const {columns} = group();
  const sets = [...(beside ? [roundsOf(row, state.baseline)] : []), roundsOf(row, column)];
  const names = columns[column] + (beside ? " and " + columns[state.baseline] : "");
  drawRounds(byId("rounds"), sets, `Samples of ${names}, round by round`);
}

function samplesText(row, column, beside) {
  const samples = samplesOf(row, column);
  const again = cell("discarded", row, column);
  const executions = plural(cell("executions", row, column), "execution");
  const baseline = group().columns[state.baseline];
  return `${plural(samples.length, "sample")}, each of ${executions}` +
      (again ? `, ${again} more taken again because the machine was not quiet` : "") +
      (beside ? `; ${baseline} in the same rounds beside them` : "") +
      `. In the order taken: ${samples.map(timeText).join(", ")}.`;
}

function showReplay(row, column, title) {
  const replay = replayOf(row, column);
  const parts = replay ? [make("code", {}, replay), " ", copyButton(replay, title)] : [];
  byId("case-replay").replaceChildren(...parts);
}

export function showCase() {
  const {row, column} = state;
  const ran = timed(row, column);
  const beside = hasBaselineBeside(row, column);
  const title = `${group().columns[column]} on ${group().rows.name[row]}`;
  byId("case-title").textContent = title;
  byId("rounds").hidden = !ran;
  if (ran) showRounds(row, column, beside);
  byId("case-samples").textContent = ran ?
      samplesText(row, column, beside) :
      `${text("word", row, column)} ${text("reason", row, column)}`;
  showReplay(row, column, title);
}
