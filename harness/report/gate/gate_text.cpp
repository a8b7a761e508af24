// The gate's judgement for a terminal and for a pull request: the answer first, then its reasons.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "core/layers.hpp"
#include "core/text.hpp"
#include "report/escape.hpp"
#include "report/gate/gate.hpp"
#include "report/limited.hpp"
#include "report/text_width.hpp"
#include "run/outcome.hpp"

namespace convgauge::report {
namespace {

std::string answer(const Gate& gate) {
  switch (gate.verdict) {
    case GateVerdict::green:
      return fmt::format("GREEN: none of {} is slower", counted(gate.told, "case"));
    case GateVerdict::undecided:
      return gate.not_told > 0
                 ? fmt::format("UNDECIDED: nothing is wrong; {} of {} may be slower", gate.not_told,
                               counted(gate.told + gate.not_told, "case"))
                 : "UNDECIDED: nothing is wrong; no times were compared";
    case GateVerdict::red:
      break;
  }
  return gate.exit_code == kCrashed ? "RED: a plugin crashed, hung or trespassed"
         : gate.exit_code == kWrong ? "RED: a result is wrong, failed, or missing"
                                    : "RED: a slowdown is confirmed";
}

std::string_view remedy_of(NotTold why) {
  switch (why) {
    case NotTold::no_plugin:
      return "give the missing plugin by --baseline-plugin or --plugin";
    case NotTold::library:
      return "make the baseline again, over the libraries of today";
    case NotTold::few_rounds:
      return "give more time by --budget";
    case NotTold::not_reached:
    case NotTold::wide:
    case NotTold::no_time:
      break;
  }
  return "run the gate again when the machine does nothing else";
}

std::string times_text(const Gate& gate) {
  if (!gate.unjudged.empty()) return "Times were not judged: " + gate.unjudged + ".";
  std::string text = fmt::format("{} cases were timed in both runs; the stored baseline cleared {}",
                                 gate.timed, gate.cleared);
  if (gate.suspects.empty()) return text + ".";
  text += fmt::format("; {}:", counted(gate.suspects.size(), "suspect"));
  for (const auto result : {SuspectResult::slower, SuspectResult::failed, SuspectResult::not_slower,
                            SuspectResult::not_told})
    if (const int n = count(gate, result); n > 0) text += fmt::format(" {} {},", n, word(result));
  text.back() = '.';
  return text;
}

std::string suspect_text(const Gate& gate, const Suspect& s) {
  return fmt::format("{}: {}; {}", case_name(gate.comparison, *s.compared), s.why, s.outcome);
}

/// Failed and slower suspects first, those that are not slower last.
std::vector<const Suspect*> ordered(const Gate& gate) {
  std::vector<const Suspect*> list;
  for (const auto result : {SuspectResult::failed, SuspectResult::slower, SuspectResult::not_told,
                            SuspectResult::not_slower})
    for (const auto& s : gate.suspects)
      if (s.result == result) list.push_back(&s);
  return list;
}

/// The replay line of the candidate's case; empty where there is none.
std::string replay(const ComparedCase& c) {
  return c.candidate ? c.candidate->replay : "";
}

}  // namespace

std::string remedy(const Gate& gate) {
  if (gate.verdict == GateVerdict::green || (gate.not_told == 0 && gate.told > 0)) return "";
  if (!gate.unjudged.empty() || gate.not_told == 0)
    return "To have times judged: sweep both sides on this machine, with rounds.";
  std::vector<std::string_view> remedies;
  for (const auto& s : gate.suspects)
    if (s.result == SuspectResult::not_told &&
        std::find(remedies.begin(), remedies.end(), remedy_of(s.not_told)) == remedies.end())
      remedies.push_back(remedy_of(s.not_told));
  return fmt::format("To decide {}: {}.", counted(gate.not_told, "case"),
                     fmt::join(remedies, "; "));
}

std::string gate_text(const Gate& gate, int width, bool colour) {
  constexpr std::array<std::string_view, 3> colours{"\x1b[32m", "\x1b[33m", "\x1b[31m"};
  auto text =
      fmt::format("{}{}{}\n", colour ? colours.at(static_cast<std::size_t>(gate.verdict)) : "",
                  answer(gate), colour ? "\x1b[0m" : "");
  text += folded(fmt::format("baseline:  {}\ncandidate: {}\n", clean(gate.comparison.baseline),
                             clean(gate.comparison.candidate)),
                 width);
  for (const auto& d : gate.comparison.differences)
    text += wrapped("not the same: " + difference_text(d), width);
  const auto add = [&](const char* head, const ComparedCase& c, const std::string& why) {
    text += folded(
        fmt::format("{:<12} {}: {}\n", head, clean(case_name(gate.comparison, c)), clean(why)),
        width);
    if (const auto line = replay(c); !line.empty() && head != std::string_view("not slower"))
      text += folded_command("  replay: ", clean(line), width);
  };
  for (const auto& f : gate.failures) add("failed", *f.compared, f.why);
  for (const auto& sentence : gate.known_no_more)
    text += folded(fmt::format("{:<12} {}\n", "known", clean(sentence)), width);
  for (const auto& f : gate.lost)
    add(gate.options.allow_refusals ? "lost (ok)" : "lost", *f.compared, f.why);
  text += folded(clean(times_text(gate)) + "\n", width);
  if (const auto how = remedy(gate); !how.empty()) text += folded(how + "\n", width);
  for (const auto* s : ordered(gate))
    add(std::string(word(s->result)).c_str(), *s->compared, s->why + "; " + s->outcome);
  return text;
}

std::string gate_markdown(const Gate& gate) {
  Limited out;
  out.add(fmt::format("## convgauge gate: {}\n\n{} against {}\n", escape_markdown(answer(gate)),
                      escape_markdown(gate.comparison.candidate),
                      escape_markdown(gate.comparison.baseline)));
  if (!gate.comparison.differences.empty()) out.add("\nNot the same:\n\n");
  for (const auto& d : gate.comparison.differences)
    out.add(fmt::format("- {}\n", escape_markdown(difference_text(d))));
  const auto add = [&](std::string_view head, const std::string& text, const std::string& line) {
    out.add(fmt::format("- **{}** {}{}\n", head, escape_markdown(text),
                        line.empty() ? "" : "  \n  " + markdown_code(line)));
  };
  if (!gate.failures.empty() || !gate.lost.empty() || !gate.known_no_more.empty())
    out.add("\n### Correctness and coverage\n\n");
  for (const auto& f : gate.failures)
    add("failed", fmt::format("{}: {}", case_name(gate.comparison, *f.compared), f.why),
        replay(*f.compared));
  for (const auto& sentence : gate.known_no_more) add("known", sentence, "");
  for (const auto& f : gate.lost)
    add(gate.options.allow_refusals ? "lost (allowed)" : "lost",
        fmt::format("{}: {}", case_name(gate.comparison, *f.compared), f.why), "");
  out.add(fmt::format("\n### Times\n\n{}\n\n", escape_markdown(times_text(gate))));
  if (const auto how = remedy(gate); !how.empty()) out.add(escape_markdown(how) + "\n\n");
  for (const auto* s : ordered(gate)) add(word(s->result), suspect_text(gate, *s), "");
  return std::move(out).finish("`convgauge gate -o gate.json` has them");
}

}  // namespace convgauge::report
