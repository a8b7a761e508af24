// The two scatter charts, drawn by Chart.js: thousands of marks are faster as pixels of a canvas
// than as elements of the page.
import {byId, make} from "./elements.js";
import {css, shape} from "./marks.js";
import {selectAndShow} from "./selection.js";

export const haveCharts = typeof Chart === "function";
const charts = {};

// A canvas needs the value of a colour, not the name of a CSS variable.
function solid(column) {
  return css("--s" + column % 8);
}

function faded(color, share) {
  return color + Math.round(share * 255).toString(16).padStart(2, "0");
}

const kNoCharts = "No cloud of points here: this convgauge was built without a chart library " +
    "(Chart.js 3, Debian: libjs-chart.js). The numbers are in the tables.";

function noChart(canvas) {
  canvas.closest(".chart").style.height = "auto";
  canvas.replaceWith(make("p", {class: "meta missing-charts"}, kNoCharts));
}

// Sets `data-drawn` of the canvas to the number of marks when they are drawn.
export function replaceChart(id, config, marks, label) {
  const canvas = byId(id);
  charts[id]?.destroy();
  if (!canvas) return;
  if (!haveCharts) {
    noChart(canvas);
    return;
  }
  canvas.setAttribute("aria-label", label);
  Object.assign(config.options, {animation: false, responsive: true, maintainAspectRatio: false});
  charts[id] = new Chart(canvas, config);
  canvas.dataset.drawn = marks;
}

// The labels of a logarithmic axis: round numbers 1, 2, 5, 10, ..., or only powers of ten where
// there are many decades.
function logTick(axis, value, format) {
  const digit = value / 10 ** Math.floor(Math.log10(value) + 1e-9);
  const decades = Math.log10(axis.max / axis.min);
  const is = round => Math.abs(round - digit) < 1e-6;
  const shown = decades < 2.5 ? [1, 2, 5].some(is) : is(1);
  return shown ? format(value) : "";
}

export function logAxis(title, range, format) {
  return {
    type: "logarithmic",
    title: {display: true, text: title, color: css("--soft")},
    grid: {color: css("--line"), borderColor: css("--line")},
    ticks: {
      color: css("--soft"),
      maxRotation: 0,
      autoSkip: false,
      callback(value) {
        return logTick(this, value, format);
      },
    },
    ...range,
  };
}

// {min, max} around the positive values, a factor `room` wider at both ends.
export function logRange(values, room) {
  let low = Infinity;
  let high = 0;
  for (const value of values.filter(each => each > 0)) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return high ? {min: low / room, max: high * room} : {};
}

// points: [{x, y, text, row, column}] per column.
export function scatterSets(pointsByColumn) {
  const many = pointsByColumn.flat().length > 1500;
  return pointsByColumn.map((points, column) => ({
                              data: points,
                              pointStyle: shape(column),
                              radius: many ? 2.5 : 4.5,
                              hoverRadius: 7,
                              backgroundColor: faded(solid(column), many ? 0.35 : 0.7),
                              borderColor: solid(column),
                              borderWidth: many ? 0.5 : 1.5,
                            }));
}

// A click on a point selects its case.
function selectPoint(event, hits, chart) {
  if (!hits.length) return;
  const point = chart.data.datasets[hits[0].datasetIndex].data[hits[0].index];
  if (point.row !== undefined) selectAndShow(point.row, point.column);
}

function tooltip() {
  return {
    displayColors: false,
    backgroundColor: css("--ink"),
    titleColor: css("--bg"),
    bodyColor: css("--bg"),
    callbacks: {title: () => "", label: item => item.raw.text || ""},
  };
}

export function cloudOptions(x, y) {
  return {
    onClick: selectPoint,
    scales: {x, y},
    plugins: {legend: {display: false}, tooltip: tooltip()},
  };
}
