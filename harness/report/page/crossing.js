// The fastest backend at each point of a sweep.
import {drawCrossing} from "./draw_crossing.js";
import {byId, make, row as tableRow, tableBody, tableHead} from "./elements.js";
import {ratioText} from "./format.js";
import {mark, series} from "./marks.js";
import {cell, columnsShown, group, timed} from "./model.js";
import {selectAndShow} from "./selection.js";

function leadText({lead, tied, others}) {
  if (lead === null) return others;
  return (tied ? "≈ " : "") + ratioText(lead);
}

function winnerOf(place) {
  if (place.winner < 0) return ["—"];
  const name = group().columns[place.winner];
  return [mark(place.winner), name, make("small", {}, leadText(place))];
}

function crossingCell(place) {
  if (!place) return make("td", {});
  const {row, winner} = place;
  const color = `background:color-mix(in srgb, ${series(winner)} 26%, transparent)`;
  const attributes = {
    type: "button",
    class: "cross" + (place.tied ? " tied" : ""),
    "data-tip": place.about,
    style: winner < 0 ? null : color,
  };
  const button = make("button", attributes, ...winnerOf(place));
  button.onclick = () => selectAndShow(row, Math.max(0, winner));
  return make("td", {}, button);
}

function showTable({axis, values, rows, cells}) {
  const rowOf = (name, index) =>
      tableRow(make("th", {scope: "row"}, name), ...cells[index].map(crossingCell));
  byId("crossing").replaceChildren(tableHead(axis, ...values), tableBody(rows.map(rowOf)));
}

// null: not part of the sweep; 0: no time.
function rateAt(place, column) {
  if (!place) return place;
  return timed(place.row, column) ? cell("gflops", place.row, column) : 0;
}

function showLines({axis, values, rows, cells}) {
  const {columns} = group();
  const boxes = rows.map((_, index) => make("div", {class: "box", id: `crossing-${index}`}));
  const figure = (name, index) =>
      make("figure", {class: "card"}, make("figcaption", {}, name), boxes[index]);
  byId("crossing-lines").replaceChildren(...rows.map(figure));
  rows.forEach((name, index) => {
    const lineOf = column => ({
      name: columns[column],
      series: column,
      values: cells[index].map(place => rateAt(place, column)),
    });
    const label = `${name}: GFLOP/s over ${axis}`;
    drawCrossing(boxes[index], values, columnsShown().map(lineOf), label);
  });
}

export function showCrossing() {
  const {crossing} = group();
  byId("crossing-section").hidden = !crossing;
  if (!crossing) return;
  byId("crossing-lede").textContent =
      `The fastest backend over ${crossing.axis}, and how many times as fast as the next ` +
      "backend (≈: not told apart). Below: effective GFLOP/s of each.";
  showTable(crossing);
  showLines(crossing);
}
