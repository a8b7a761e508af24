// Shape and colour of a column: its mark wherever its name appears.
import {draw} from "./elements.js";

const kShapes =
    ["circle", "rect", "triangle", "rectRot", "star", "crossRot", "rectRounded", "cross"];
// The same shapes as paths, in a square of 14.
const kOutlines = {
  circle: "M7 2a5 5 0 1 0 .01 0Z",
  rect: "M3 3H11V11H3Z",
  triangle: "M7 2.2 11.6 10.8H2.4Z",
  rectRot: "M7 1.6 12.4 7 7 12.4 1.6 7Z",
  star: "M7 2V12M2 7H12M3.5 3.5 10.5 10.5M10.5 3.5 3.5 10.5",
  crossRot: "M3 3 11 11M11 3 3 11",
  rectRounded: "M5 2.6H9Q11.4 2.6 11.4 5V9Q11.4 11.4 9 11.4H5Q2.6 11.4 2.6 9V5Q2.6 2.6 5 2.6Z",
  cross: "M7 2V12M2 7H12",
};

// The value of a CSS variable, for what cannot use its name.
export function css(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export function series(column) {
  return `var(--s${column % 8})`;
}

// Shape and colour together identify a column; after every eight columns the pairs shift, so that
// 64 columns differ.
export function shape(column) {
  return kShapes[(column + Math.floor(column / 8)) % 8];
}

export function mark(column) {
  const color = series(column);
  return draw("svg", {viewBox: "0 0 14 14", class: "mark", "aria-hidden": "true"}, draw("path", {
                d: kOutlines[shape(column)],
                fill: color,
                "fill-opacity": 0.7,
                stroke: color,
                "stroke-width": 1.5,
              }));
}
