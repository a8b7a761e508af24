// The outcomes of a case, by their number in the data.

// The words of PageClass in core/outcome.hpp, in its order.
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
