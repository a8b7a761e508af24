#include "verify/diagnosis.hpp"

#include <algorithm>
#include "core/layers.hpp"

namespace convgauge::verify {

Oracle Oracle::in_slot(int slot) const {
  auto one = *this;
  (rule ? one.place : one.run) += (rule ? "slot " : ", slot ") + std::to_string(slot);
  return one;
}

std::string text(const Oracle& oracle) {
  if (!oracle.rule) return oracle.run;
  const auto place = oracle.place.empty() ? "" : ", " + oracle.place;
  return oracle.run + " (" + std::string(word(*oracle.rule)) + ")" + place;
}

std::string text(const TapMistake& taps) {
  if (taps.mistake.empty()) return "";
  return "with single pixels lit, " + std::to_string(taps.outputs) + " of " +
         std::to_string(taps.wrong) + " wrong outputs " + taps.mistake;
}

std::string text(const Diagnosis& diagnosis) {
  if (!diagnosis.other.empty()) return diagnosis.other;
  if (diagnosis.misreadings.empty()) return text(diagnosis.taps);
  std::string all;
  for (const auto& misreading : diagnosis.misreadings)
    all += (all.empty() ? "matches the reference with " : ", or with ") + misreading.name;
  return all + (diagnosis.partly ? ", where it is wrong" : "");
}

bool share_an_explanation(const Diagnosis& a, const Diagnosis& b) {
  if (!a.other.empty()) return a.other == b.other;
  if (!a.taps.mistake.empty()) return a.taps.mistake == b.taps.mistake;
  return std::any_of(a.misreadings.begin(), a.misreadings.end(), [&](const Misreading& one) {
    return std::find(b.misreadings.begin(), b.misreadings.end(), one) != b.misreadings.end();
  });
}

}  // namespace convgauge::verify
