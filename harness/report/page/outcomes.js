// The outcomes of a case, by their number in the data.

// The outcomes of report/words.hpp, in their order.
const kOutcomes = [
  "timed",
  "agrees",
  "wrong",
  "failed",
  "crashed",
  "refused",
  "unmeasured",
  "noisy",
  "absent",
];
const kDefects = ["wrong", "failed", "crashed"];

export function outcomeName(index) {
  return kOutcomes[index];
}

export function isDefect(name) {
  return kDefects.includes(name);
}
