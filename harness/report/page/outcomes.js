// The outcomes of a case, by their number in the data: what the table of core/outcome.hpp says of
// each.
import {data} from "./data.js";

const defects = new Set(data.outcomes.filter(({defect}) => defect).map(({name}) => name));

export function outcomeName(index) {
  return data.outcomes[index].name;
}

export function isDefect(name) {
  return defects.has(name);
}
