// Which case the reader has chosen; listeners are called when another one is chosen.
import {byId} from "./elements.js";
import {state} from "./model.js";

const listeners = [];

export function onSelect(listener) {
  listeners.push(listener);
}

export function select(row, column) {
  state.row = row;
  state.column = column;
  for (const listener of listeners) listener();
}

export function selectAndShow(row, column) {
  select(row, column);
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  byId("layer").scrollIntoView({block: "nearest", behavior: calm ? "auto" : "smooth"});
}
