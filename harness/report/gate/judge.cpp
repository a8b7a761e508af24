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
    else if (std::holds_alternative<Refused>(c.candidate->verdict))
      gate.lost.push_back(
          {&c, "agreed in the baseline, and is refused now: " + reason(*c.candidate)});
  }
}

bool agrees(const CaseRecord* record) {
  return record && std::holds_alternative<Agrees>(record->verdict);
}

void find_suspects(Gate& gate) {
  std::vector<double> log_ratios;
  for (const auto& c : gate.comparison.cases)
    if (agrees(c.baseline) && agrees(c.candidate) && c.baseline_ns > 0 && c.candidate_ns > 0)
      log_ratios.push_back(std::log(c.candidate_ns / c.baseline_ns));
  const auto suspected = suspects(log_ratios);
  gate.timed = static_cast<int>(log_ratios.size());
  std::size_t next = 0;
  for (const auto& c : gate.comparison.cases) {
    if (!agrees(c.baseline) || !agrees(c.candidate) || c.baseline_ns <= 0) continue;
    if (c.candidate_ns <= 0) {
      gate.suspects.push_back(
          {&c,
           "the baseline has a time, the candidate none: " + reason(*c.candidate),
           {},
           {},
           {},
           {}});
    } else if (suspected[next++] || gate.options.suspect_all) {
      gate.suspects.push_back({&c,
                               fmt::format("{} in the stored baseline, {} now",
                                           time_text(c.baseline_ns), time_text(c.candidate_ns)),
                               {},
                               {},
                               {},
                               {}});
    } else {
      ++gate.cleared;
    }
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
  constexpr std::array<std::string_view, 5> words{"suspected", "slower", "not slower",
                                                  "unconfirmed", "failed"};
  return words.at(static_cast<std::size_t>(result));
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
  Gate gate{std::move(*comparison), options, {}, {}, {}, {}, 0, 0, {}, 0};
  find_failures(gate);
  gate.known_no_more = known_no_more(only_run(candidate));
  find_lost(gate);
  gate.unjudged = why_unjudged(baseline, candidate, here);
  if (gate.unjudged.empty()) find_suspects(gate);
  return gate;
}

void settle(Suspect& suspect, const CaseRecord* baseline, const CaseRecord* candidate,
            double budget_ns, RankLaws& laws) {
  suspect.result = SuspectResult::unconfirmed;
  if (!baseline || !candidate) {
    suspect.outcome = "was not measured again: interrupted";
    return;
  }
  if (!agrees(candidate)) {
    suspect.result = SuspectResult::failed;
    suspect.verdict = candidate->verdict;
    suspect.outcome = fmt::format("when it was measured again it {}: {}", kind(candidate->verdict),
                                  reason(*candidate));
    return;
  }
  const auto *then = std::get_if<Measured>(&baseline->measurement),
             *now = std::get_if<Measured>(&candidate->measurement);
  if (!agrees(baseline) || !then) {
    suspect.outcome =
        "the baseline's plugin gave no time when it was measured again: " + reason(*baseline);
    return;
  }
  if (!now) {
    // The candidate has no time because one execution takes over half of the budget. If the
    // baseline's takes less than a quarter, the candidate is at least twice as slow.
    const bool over_budget =
        classify(*candidate) == Outcome::over_budget && then->first_execution_ns < budget_ns / 4;
    suspect.result = over_budget ? SuspectResult::slower : SuspectResult::unconfirmed;
    suspect.outcome =
        over_budget
            ? fmt::format(
                  "measured again: the baseline takes {}, the candidate was over budget: {}",
                  time_text(median_interval(then->samples_ns).median), reason(*candidate))
            : "measured again: " + reason(*candidate);
    return;
  }
  suspect.slowdown = slowdown(*now, *then, laws);
  if (suspect.slowdown.rounds < kLeastRounds)
    suspect.outcome = fmt::format("the budget allowed {} rounds; {} are needed",
                                  suspect.slowdown.rounds, kLeastRounds);
  else
    suspect.result = SuspectResult::not_slower;  // conclude() may change it to slower
}

void conclude(Gate& gate, bool strict) {
  std::vector<Slowdown> slowdowns;
  for (const auto& s : gate.suspects)
    if (s.slowdown.rounds >= kLeastRounds) slowdowns.push_back(s.slowdown);
  const auto guilty = accused(slowdowns);
  std::size_t next = 0;
  for (auto& s : gate.suspects) {
    if (s.slowdown.rounds < kLeastRounds) continue;
    if (guilty[next++]) s.result = SuspectResult::slower;
    s.outcome = slowdown_text(s.slowdown);
  }
  const auto any = [&](auto&& test) {
    return std::any_of(gate.suspects.begin(), gate.suspects.end(), test);
  };
  const auto is = [](SuspectResult result) {
    return [result](const Suspect& s) { return s.result == result; };
  };
  const auto crash = [](const GateFinding& f) { return is_crash(f.compared->candidate->verdict); };
  const bool crashed = std::any_of(gate.failures.begin(), gate.failures.end(), crash) ||
                       any([](const Suspect& s) { return s.verdict && is_crash(*s.verdict); });
  const bool lost = !gate.lost.empty() && !gate.options.allow_refusals;
  const bool undecided = !gate.unjudged.empty() || any(is(SuspectResult::unconfirmed)) ||
                         any(is(SuspectResult::suspected));
  gate.exit_code = crashed ? kCrashed
                   : !gate.failures.empty() || !gate.known_no_more.empty() || lost ||
                           any(is(SuspectResult::failed))
                       ? kWrong
                   : any(is(SuspectResult::slower)) ? kSlower
                   : undecided && strict            ? kUndecided
                                                    : kGood;
}

}  // namespace convgauge::report
