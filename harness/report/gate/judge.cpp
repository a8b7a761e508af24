// Finds failures, lost cases and suspects, and sets the exit code.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/layers.hpp"
#include "record/classify.hpp"
#include "report/gate/gate.hpp"
#include "report/words.hpp"
#include "run/outcome.hpp"

namespace convgauge::report {
namespace {

constexpr int kLeastRounds = 8;  // with fewer there is no 99% interval

const Results& only_run(const Side& side) {
  return *side.runs.front();
}

void find_failures(Gate& gate) {
  for (const auto& c : gate.comparison.cases)
    if (c.candidate && row_of(*c.candidate).is_defect)
      gate.failures.push_back(
          {&c, fmt::format("{}: {}", kind(c.candidate->verdict), reason(*c.candidate))});
}

void find_lost(Gate& gate) {
  for (const auto& c : gate.comparison.cases) {
    if (!c.baseline || !std::holds_alternative<Agrees>(c.baseline->verdict)) continue;
    if (!c.candidate)
      gate.lost.push_back({&c, "agreed in the baseline, and is not part of the candidate's run"});
    else if (std::holds_alternative<Refused>(c.candidate->verdict) &&
             !is_denied(c.candidate->verdict))
      gate.lost.push_back(
          {&c, "agreed in the baseline, and is refused now: " + reason(*c.candidate)});
  }
}

bool agrees(const CaseRecord* record) {
  return record && std::holds_alternative<Agrees>(record->verdict);
}

/// Whether the case has a time, or lacks one for no fault of the plugin's: then it is asked again.
bool can_be_timed(const CaseRecord* record) {
  return agrees(record) ||
         (record && (row_of(*record).code == kUndecided || row_of(*record).code == kMachine));
}

std::string why_suspected(const ComparedCase& c) {
  if (c.baseline_ns > 0 && c.candidate_ns > 0)
    return fmt::format("{} in the stored baseline, {} now", time_text(c.baseline_ns),
                       time_text(c.candidate_ns));
  if (c.baseline_ns > 0)
    return "the baseline has a time, the candidate none: " + reason(*c.candidate);
  if (c.candidate_ns > 0)
    return "the candidate has a time, the baseline none: " + reason(*c.baseline);
  return fmt::format("neither has a time: {}; now {}", reason(*c.baseline), reason(*c.candidate));
}

void find_suspects(Gate& gate) {
  const auto timed = [](const ComparedCase& c) { return c.baseline_ns > 0 && c.candidate_ns > 0; };
  std::vector<double> log_ratios;
  std::vector<const ComparedCase*> cases;
  for (const auto& c : gate.comparison.cases) {
    if (!can_be_timed(c.baseline) || !can_be_timed(c.candidate)) continue;
    cases.push_back(&c);
    if (timed(c)) log_ratios.push_back(std::log(c.candidate_ns / c.baseline_ns));
  }
  const auto suspected = suspects(log_ratios);
  gate.timed = static_cast<int>(log_ratios.size());
  std::size_t next = 0;
  for (const auto* c : cases) {
    const bool cleared = timed(*c) && !suspected[next++] && !gate.options.suspect_all;
    gate.cleared += cleared;
    if (cleared) continue;
    auto& suspect = gate.suspects.emplace_back();
    suspect.compared = c;
    suspect.why = why_suspected(*c);
    suspect.outcome = "not measured again: interrupted";
  }
}

/// Why times are not judged; empty where they are.
std::string why_unjudged(const Side& baseline, const Side& candidate, const Machine& here) {
  const auto &then = only_run(baseline).header, &now = only_run(candidate).header;
  if (now.rounds == 0) return "the candidate's run measured no times";
  if (then.rounds == 0) return "the baseline's run measured no times";
  if (auto why = another_machine(then.machine, now.machine); !why.empty())
    return "the baseline was made on another machine: " + why;
  if (auto why = another_machine(now.machine, here); !why.empty())
    return "the candidate was measured on another machine than this: " + why;
  return "";
}

std::string slowdown_text(const Slowdown& s) {
  return fmt::format("measured again side by side: time {}, {} rounds",
                     ratio_interval_text(s.ratio), s.rounds);
}

}  // namespace

std::string_view word(SuspectResult result) {
  constexpr std::array<std::string_view, 4> words{"not told", "slower", "not slower", "failed"};
  return words.at(static_cast<std::size_t>(result));
}

std::string_view word(GateVerdict verdict) {
  constexpr std::array<std::string_view, 3> words{"green", "undecided", "red"};
  return words.at(static_cast<std::size_t>(verdict));
}

std::string another_machine(const Machine& a, const Machine& b) {
  if (a.processor != b.processor) return fmt::format("{} → {}", a.processor, b.processor);
  if (a.cores != b.cores) return fmt::format("{} cores → {}", a.cores, b.cores);
  if (a.instruction_sets != b.instruction_sets)
    return fmt::format("{} → {}", a.instruction_sets, b.instruction_sets);
  return "";
}

Expected<Gate> judge(const Side& baseline, const Side& candidate, const Machine& here,
                     const GateOptions& options) {
  auto comparison = compare(baseline, candidate);
  if (!comparison) return tl::unexpected(comparison.error());
  Gate gate;
  gate.comparison = std::move(*comparison);
  gate.options = options;
  find_failures(gate);
  gate.known_no_more = known_no_more(only_run(candidate));
  find_lost(gate);
  gate.unjudged = why_unjudged(baseline, candidate, here);
  if (gate.unjudged.empty()) find_suspects(gate);
  return gate;
}

void settle(Suspect& suspect, const CaseRecord* baseline, const CaseRecord* candidate,
            double budget_ns, RankLaws& laws) {
  const auto not_told = [&](NotTold why, std::string outcome) {
    suspect.result = SuspectResult::not_told;
    suspect.not_told = why;
    suspect.outcome = std::move(outcome);
  };
  if (!baseline || !candidate)
    return not_told(NotTold::not_reached, "was not measured again: interrupted");
  if (!can_be_timed(candidate)) {
    suspect.result = SuspectResult::failed;
    suspect.verdict = candidate->verdict;
    suspect.outcome = fmt::format("when it was measured again it {}: {}", kind(candidate->verdict),
                                  reason(*candidate));
    return;
  }
  const auto no_time = [](const CaseRecord& record) {
    return classify(record) == Outcome::over_budget ? NotTold::few_rounds : NotTold::no_time;
  };
  const auto *then = ranked(baseline), *now = ranked(candidate);
  if (!then)
    return not_told(
        no_time(*baseline),
        "the baseline's plugin gave no time when it was measured again: " + reason(*baseline));
  if (!now) {
    // The candidate has no time because one execution takes over half of the budget. If the
    // baseline's takes less than a quarter, the candidate is at least twice as slow.
    if (classify(*candidate) != Outcome::over_budget || then->first_execution_ns >= budget_ns / 4)
      return not_told(no_time(*candidate), "measured again: " + reason(*candidate));
    suspect.result = SuspectResult::slower;
    suspect.outcome =
        fmt::format("measured again: the baseline takes {}, the candidate was over budget: {}",
                    time_text(median_interval(then->samples_ns).median), reason(*candidate));
    return;
  }
  suspect.slowdown = slowdown(*now, *then, laws);
  if (suspect.slowdown.rounds < kLeastRounds)
    return not_told(NotTold::few_rounds, fmt::format("the budget allowed {} rounds; {} are needed",
                                                     suspect.slowdown.rounds, kLeastRounds));
  not_told(NotTold::wide, "");  // conclude() tells it, or that it cannot be told
}

namespace {

/// Answers all suspects that were measured again, together.
void answer_suspects(Gate& gate) {
  std::vector<Slowdown> slowdowns;
  std::vector<Suspect*> measured;
  for (auto& s : gate.suspects)
    if (s.slowdown.rounds >= kLeastRounds) {
      slowdowns.push_back(s.slowdown);
      measured.push_back(&s);
    }
  const auto all = answers(slowdowns);
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto& s = *measured[i];
    s.outcome = slowdown_text(s.slowdown);
    if (all[i] == SlowdownAnswer::not_told) {
      s.outcome += fmt::format("; a slowdown of {:.0f}% is not ruled out", 100 * kGateFinds);
    } else if (all[i] == SlowdownAnswer::not_slower && !s.other_libraries.empty()) {
      s.not_told = NotTold::library;
      s.outcome +=
          "; both were measured over today's libraries, and those of the two runs differ: " +
          s.other_libraries;
    } else {
      s.result =
          all[i] == SlowdownAnswer::slower ? SuspectResult::slower : SuspectResult::not_slower;
    }
  }
}

}  // namespace

int count(const Gate& gate, SuspectResult result) {
  return static_cast<int>(std::count_if(gate.suspects.begin(), gate.suspects.end(),
                                        [&](const Suspect& s) { return s.result == result; }));
}

void conclude(Gate& gate, bool strict) {
  answer_suspects(gate);
  const int slower = count(gate, SuspectResult::slower);
  gate.not_told = count(gate, SuspectResult::not_told);
  gate.told = gate.cleared + slower + count(gate, SuspectResult::not_slower);
  const auto crash = [](const GateFinding& f) { return is_crash(f.compared->candidate->verdict); };
  const bool crashed = std::any_of(gate.failures.begin(), gate.failures.end(), crash) ||
                       std::any_of(gate.suspects.begin(), gate.suspects.end(),
                                   [](const auto& s) { return s.verdict && is_crash(*s.verdict); });
  const bool lost = !gate.lost.empty() && !gate.options.allow_refusals;
  const bool wrong = !gate.failures.empty() || !gate.known_no_more.empty() || lost ||
                     count(gate, SuspectResult::failed) > 0;
  const bool told = gate.unjudged.empty() && gate.not_told == 0 && gate.told > 0;
  gate.exit_code = crashed ? kCrashed : wrong ? kWrong : slower > 0 ? kSlower : kGood;
  gate.verdict = gate.exit_code != kGood ? GateVerdict::red
                 : told                  ? GateVerdict::green
                                         : GateVerdict::undecided;
  if (gate.verdict == GateVerdict::undecided && strict) gate.exit_code = kUndecided;
}

}  // namespace convgauge::report
