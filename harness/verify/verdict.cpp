#include "verify/verdict.hpp"

#include <fmt/format.h>

#include "core/layers.hpp"
#include "core/text.hpp"

namespace convgauge::verify {
namespace {

std::string joined(const std::vector<std::string>& notes) {
  std::string all;
  for (const auto& note : notes) all += "; " + note;
  return all;
}

/// Both texts with the separator between them, "a: b", or the one that is not empty.
std::string with(std::string text, const std::string& more, const char* separator = ": ") {
  if (text.empty()) return more;
  return more.empty() ? text : text + separator + more;
}

std::string said(const Agrees& v) {
  if (v.elements == 0) return "no outputs" + joined(v.notes);
  return fmt::format("worst {:.2g} of the allowed error, relative L2 {:.2g}", v.worst, v.rel_l2) +
         joined(v.notes);
}

std::string said(const Differs& v) {
  const auto& m = v.worst;
  auto text = fmt::format(
      "{} of {} outputs, worst at n{} c{} h{} w{}: got {:.9g}, want {:.9g}, allowed {:.3g}",
      v.count, v.of, m.at[0], m.at[1], m.at[2], m.at[3], m.got, m.want, m.allowed);
  text = with(text, v.where, "; ");
  if (const auto oracle = verify::text(v.oracle); !oracle.empty())
    text += fmt::format(" ({})", oracle);
  return with(text, verify::text(v.diagnosis), "; ");
}

std::string said(const Refused& v) {
  return with(v.reason.text(), v.why);
}
std::string said(const Trespass& v) {
  return with(v.rule.text(), v.where);
}
std::string said(const Died& v) {
  const auto how =
      v.signal ? "signal " + signal_name(v.signal) : fmt::format("exited with status {}", v.status);
  return with(with(how, v.where), v.last_words, "; last words: ");
}
std::string said(const TimedOut& v) {
  return fmt::format("after {} ms", v.limit.count()) +
         (v.during.empty() ? "" : " during " + v.during);
}
std::string said(const Failed& v) {
  return with(v.file, v.rule ? fmt::format("{}: {}", word(*v.rule), v.why) : v.why);
}
std::string said(const Unjudged& v) {
  return v.why;
}

}  // namespace

std::string sentence(const Verdict& verdict) {
  return std::visit([](const auto& v) { return said(v); }, verdict);
}

Outcome outcome_of(const Verdict& verdict) {
  if (is_denied(verdict)) return Outcome::denied;
  return std::visit([]<class V>(const V&) { return V::kOutcome; }, verdict);
}

}  // namespace convgauge::verify
