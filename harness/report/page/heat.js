// The heat map: layers by columns, the winner of each layer, totals. Of a long suite only the
// rows in sight are in the page, so that it scrolls as smoothly with ten thousand cases as with
// ten.
import {byId, make, row as tableRow} from "./elements.js";
import {plural, sum} from "./format.js";
import {columnHeading, heatRow, shade, totalsRow} from "./heat_cells.js";
import {columnsShown, group, rowsShown, state} from "./model.js";
import {selectAndShow} from "./selection.js";

// rows: those that the filter leaves; from, to: those of them that are in the page; height: of a
// row, in pixels; whole: all rows are in the page.
export const heatState = {
  rows: [],
  from: 0,
  to: 0,
  height: 44,
  whole: true
};
const kAtOnce = 120;   // rows that a browser lays out without a pause
const kPageRows = 10;  // rows that the keys PageUp and PageDown move by

function lede() {
  const {columns, rows} = group();
  const all = rows.name.length;
  const what = state.baseline < 0 ?
      "Median times; no baseline was measured here." :
      `Speed-up over ${columns[state.baseline]}, median of the rounds both were timed in; ` +
          "below it the time.";
  if (all <= 1) return what;
  const some = heatState.rows.length < all ? `${heatState.rows.length} of ` : "";
  return `${what} ${some}${plural(all, "layer")}; the total is weighted by count.`;
}

// Fixed widths: columns must not jump while rows come and go.
function columnWidths(phone, once) {
  const count = phone ? 30 : 46;
  const own = [phone ? 112 : 218, once ? 4 : count, phone ? 96 : 150];
  return [...own, ...columnsShown().map(() => phone ? 74 : 92)];
}

function heatHead(phone) {
  const own = [
    make("th", {scope: "col"}, "layer"),
    make("th", {scope: "col", class: "count"}, phone ? "×" : "count"),
    make("th", {scope: "col", class: "winner"}, "fastest"),
  ];
  return make("thead", {}, tableRow(...own, ...columnsShown().map(columnHeading)));
}

function buildTable() {
  const {rows} = group();
  const heat = byId("heat");
  const phone = innerWidth <= 760;
  const once = rows.count.every(count => count === 1);
  const widths = columnWidths(phone, once);
  heat.style.width = sum(widths) + 3 * (widths.length + 1) + "px";
  heat.classList.toggle("single", once);
  heat.setAttribute("role", "grid");
  heat.setAttribute("aria-rowcount", heatState.rows.length + 1);
  heat.replaceChildren(
      make("colgroup", {}, ...widths.map(width => make("col", {style: `width:${width}px`}))),
      heatHead(phone), make("tbody"), make("tfoot", {}, rows.name.length > 1 ? totalsRow() : null));
}

// whole: puts every row into the page, as printing needs it.
export function showHeat(whole = false) {
  heatState.rows = rowsShown();
  heatState.whole = whole || heatState.rows.length <= kAtOnce;
  byId("heat-lede").textContent = lede();
  buildTable();
  heatState.from = heatState.to = 0;
  showRowsInSight();
  showHeatLegend();
}

function cellAt(row, column) {
  return byId("heat").querySelector(`td.cell[data-row="${row}"][data-column="${column}"]`);
}

// The Tab key reaches exactly one cell: the chosen one, or the first if that is not in the page.
function keepOneTabStop() {
  const heat = byId("heat");
  if (heat.querySelector('td.cell[tabindex="0"]')) return;
  heat.querySelector("td.cell")?.setAttribute("tabindex", 0);
}

// The range of rows to put into the page: those in sight and as many above and below.
function rangeInSight() {
  const {rows, whole, height} = heatState;
  if (whole) return {from: 0, to: rows.length};
  const box = byId("heat-box");
  const room = Math.ceil(box.clientHeight / height) + 2;
  const top = Math.max(0, Math.floor(box.scrollTop / height) - room);
  const from = top - top % 8;
  return {from, to: Math.min(rows.length, from + 3 * room + 8)};
}

// An empty row that keeps the scroll bar's length.
function gap(rows) {
  if (!rows) return null;
  const style = `height:${rows * heatState.height}px`;
  return make("tr", {class: "gap", "aria-hidden": "true", style});
}

function replaceRows(body) {
  const {rows, from, to} = heatState;
  const kept = document.activeElement?.closest?.("#heat td.cell");
  const shown = rows.slice(from, to).map((row, index) => heatRow(row, from + index));
  const parts = [gap(from), ...shown, gap(rows.length - to)];
  body.replaceChildren(...parts.filter(part => part !== null));
  if (kept) cellAt(kept.dataset.row, kept.dataset.column)?.focus({preventScroll: true});
  keepOneTabStop();
}

// The height of a row depends on the fonts: if it is not as assumed, the rows are placed again.
function correctHeight(body) {
  const real = body.querySelector("tr[data-row]")?.getBoundingClientRect().height;
  if (heatState.whole || !real || Math.abs(real + 3 - heatState.height) <= 0.6) return;
  heatState.height = real + 3;
  heatState.from = heatState.to = 0;
  showRowsInSight();
}

function showRowsInSight() {
  const {from, to} = rangeInSight();
  if (from === heatState.from && to === heatState.to && to) return;
  Object.assign(heatState, {from, to});
  const body = byId("heat").tBodies[0];
  replaceRows(body);
  correctHeight(body);
}

function legendKey(label, name, background) {
  const style = background ? "background:" + background : "";
  return make("span", {}, make("span", {class: "swatch cell " + name, style}), label);
}

function showHeatLegend() {
  byId("heat-legend")
      .replaceChildren(
          legendKey("faster", "", shade(3)), legendKey("slower", "", shade(1 / 3)),
          legendKey("fastest", "fastest"), legendKey("too close to call", "tied"),
          legendKey("✕ wrong or failed, never ranked", "defect"),
          legendKey("refused or not measured", "grey"), legendKey("inconclusive", "noisy"),
          make("span", {}, "point at a cell for the reason; Enter shows the layer"));
}

export function markSelected() {
  const heat = byId("heat");
  for (const tr of heat.querySelectorAll("tbody tr[data-row]")) {
    tr.classList.toggle("selected", +tr.dataset.row === state.row);
  }
  for (const td of heat.querySelectorAll("td.cell")) {
    const chosen = +td.dataset.row === state.row && +td.dataset.column === state.column;
    td.tabIndex = chosen ? 0 : -1;
  }
  keepOneTabStop();
}

// Where a key leads from a row and column, both counted among those shown; undefined for a key that
// does not move.
function target(key, row, column, rows, columns) {
  const targets = {
    ArrowUp: [row - 1, column],
    ArrowDown: [row + 1, column],
    ArrowLeft: [row, column - 1],
    ArrowRight: [row, column + 1],
    Home: [row, 0],
    End: [row, columns - 1],
    PageUp: [Math.max(0, row - kPageRows), column],
    PageDown: [Math.min(rows - 1, row + kPageRows), column],
  };
  return targets[key];
}

function scrollToRow(index) {
  if (heatState.whole || (index >= heatState.from && index < heatState.to)) return;
  const box = byId("heat-box");
  box.scrollTop = index * heatState.height - box.clientHeight / 2;
  showRowsInSight();
}

function moveFocus(from, to) {
  if (!to) return;
  from.tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
}

// Moves by whole rows and columns, through rows that are not in the page yet. Returns whether the
// key is one that moves.
function moveFrom(td, key) {
  const {rows} = heatState;
  const columns = columnsShown();
  const row = rows.indexOf(+td.dataset.row);
  const column = columns.indexOf(+td.dataset.column);
  const to = target(key, row, column, rows.length, columns.length);
  if (!to) return false;
  const [toRow, toColumn] = to;
  if (toRow < 0 || toColumn < 0 || toRow >= rows.length || toColumn >= columns.length) return true;
  scrollToRow(toRow);
  moveFocus(td, cellAt(rows[toRow], columns[toColumn]));
  return true;
}

function cellOf(event) {
  return event.target.closest?.("td.cell[data-row]");
}

function selectCell(td) {
  selectAndShow(+td.dataset.row, +td.dataset.column);
}

function onClick(event) {
  const td = cellOf(event);
  const tr = event.target.closest("tbody tr[data-row]");
  if (td) {
    selectCell(td);
    td.focus({preventScroll: true});
  } else if (tr) {
    selectAndShow(+tr.dataset.row, state.column);
  }
}

function onKey(event) {
  const td = cellOf(event);
  if (!td) return;
  const chosen = event.key === "Enter" || event.key === " ";
  if (chosen) selectCell(td);
  if (chosen || moveFrom(td, event.key)) event.preventDefault();
}

// Rows are replaced at most once a frame.
function listenToScrolling() {
  let asked = false;
  byId("heat-box").addEventListener("scroll", () => {
    if (asked || heatState.whole) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      showRowsInSight();
    });
  });
}

export function listenToHeat() {
  byId("heat").addEventListener("click", onClick);
  byId("heat").addEventListener("keydown", onKey);
  listenToScrolling();
}
