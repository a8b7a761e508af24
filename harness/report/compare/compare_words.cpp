// The sentences that describe a comparison, the same in every format.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/layers.hpp"
#include "report/compare/comparison.hpp"
#include "report/words.hpp"

namespace convgauge::report {
namespace {

void append(std::string& text, int count, const char* words) {
  if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, words);
}

/// "slower: time 1.052 of the baseline's, 1.039 … 1.064", "faster: ...", "not told apart: ...".
std::string mean_text(const ComparedNetwork& n) {
  const auto& r = n.time_ratio;
  if (!r.low) return fmt::format("time {:.3f} of the baseline's, without an interval", r.median);
  const auto range =
      fmt::format("time {:.3f} of the baseline's, {:.3f} … {:.3f}", r.median, *r.low, *r.high);
  if (*r.low > 1) return "slower: " + range;
  if (*r.high < 1) return "faster: " + range;
  return "not told apart: " + range;
}

int rank(Change change) {
  constexpr Change kWorstFirst[] = {Change::broke,    Change::gone,      Change::refused,
                                    Change::slower,   Change::undecided, Change::mended,
                                    Change::accepted, Change::faster,    Change::added};
  return static_cast<int>(std::find(std::begin(kWorstFirst), std::end(kWorstFirst), change) -
                          std::begin(kWorstFirst));
}

}  // namespace

std::string ratio_interval_text(const MedianInterval& ratio) {
  if (!ratio.low) return fmt::format("{:.3f} (too few samples for an interval)", ratio.median);
  return fmt::format("{:.3f} ({:.3f} … {:.3f})", ratio.median, *ratio.low, *ratio.high);
}

std::string case_name(const Comparison& comparison, const ComparedCase& compared) {
  const auto& r = compared.any();
  const bool variant = r.requested_algorithm != "default" && r.label.find(':') == std::string::npos;
  auto name = (comparison.several_suites ? r.problem.suite + "." : "") + row_name(r.problem);
  if (!comparison.by_label())
    name += " · " + r.label + (variant ? " " + r.requested_algorithm : "");
  return name + (comparison.several_settings ? " · " + settings_text(r.settings) : "");
}

std::string network_name(const ComparedNetwork& n) {
  return fmt::format("{}{} · {}", n.suite.empty() ? "" : n.suite + " · ", n.label, n.settings_text);
}

std::string difference_text(const Difference& d) {
  return fmt::format("{}: {} → {}", d.what, d.baseline, d.candidate);
}

std::string change_reason(const ComparedCase& c) {
  switch (c.change) {
    case Change::gone:
      return "stands in the baseline alone";
    case Change::added:
      return "stands in the candidate alone";
    case Change::mended:
      return "was " + reason(*c.baseline);
    case Change::accepted:
      return "was refused: " + reason(*c.baseline);
    case Change::broke:
    case Change::refused:
      return reason(*c.candidate);
    case Change::undecided:
      return "too few samples for an interval";
    case Change::untimed:
      break;
    default:
      return "";
  }
  const auto now = reason(*c.candidate), then = reason(*c.baseline);
  if (c.candidate_ns > 0) return "the baseline has no time" + (then.empty() ? "" : ": " + then);
  return now.empty() ? "was not timed" : now;
}

std::string unpaired_warning(const Comparison& comparison) {
  const auto timed = [](const ComparedCase& c) { return c.time_ratio.has_value(); };
  const auto unpaired = [&](const ComparedCase& c) { return timed(c) && !c.paired; };
  if (std::none_of(comparison.cases.begin(), comparison.cases.end(), unpaired)) return "";
  return "Unpaired: the two sides were timed in different runs, and an interval cannot hold what "
         "the machine itself "
         "drifted between them. Slower and faster are suspicions here; `convgauge gate` measures a "
         "suspect again, both "
         "plugins in one run.";
}

std::string comparison_answer(const Comparison& comparison) {
  const auto count = [&](Change change) { return comparison.count(change); };
  std::string bad, text;
  const bool by_label = comparison.by_label();
  append(bad, count(Change::broke),
         by_label ? "failed where the other agrees" : "failed now that agreed");
  append(bad, count(Change::gone), by_label ? "never asked" : "gone");
  append(bad, count(Change::refused), by_label ? "refused where the other agrees" : "refused now");
  if (!bad.empty()) text += bad + ". ";
  const int timed = count(Change::slower) + count(Change::faster) + count(Change::same);
  if (timed > 0) {
    std::string times;
    append(times, count(Change::slower), "slower");
    append(times, count(Change::faster), "faster");
    append(times, count(Change::same), "not told apart");
    text += fmt::format(
        "Of {} with an interval: {} (by more than {:g}%, at 99%, false discoveries at most "
        "{:g}%). ",
        counted(timed, "case"), times, comparison.options.margin * 100,
        comparison.options.false_discoveries * 100);
  } else {
    text += "No case has a ratio with an interval. ";
  }
  for (const auto& n : comparison.networks)
    if (comparison.networks.size() <= 4)
      text += fmt::format("{}{}, {}: {}{}. ", n.suite.empty() ? "" : n.suite + ", ", n.label,
                          n.settings_text, mean_text(n),
                          n.missing > 0 ? fmt::format(" ({} layers missing)", n.missing) : "");
  text.pop_back();
  return text;
}

std::vector<const ComparedCase*> changed_cases(const Comparison& comparison) {
  std::vector<const ComparedCase*> list;
  for (const auto& c : comparison.cases)
    if (c.change != Change::same && c.change != Change::untimed) list.push_back(&c);
  std::stable_sort(list.begin(), list.end(), [](const ComparedCase* a, const ComparedCase* b) {
    if (rank(a->change) != rank(b->change)) return rank(a->change) < rank(b->change);
    const auto size = [](const ComparedCase* c) {
      return c->time_ratio ? std::abs(std::log(c->time_ratio->median)) : 0;
    };
    return size(a) > size(b);
  });
  return list;
}

}  // namespace convgauge::report
