// A comparison as Markdown, for a pull request: what differs between the two sides, the answer, the
// changed cases, and the others in a folded section; at most 64 KB.
#include <fmt/format.h>

#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "report/compare/comparison.hpp"
#include "report/escape.hpp"
#include "report/limited.hpp"
#include "report/words.hpp"

namespace convgauge::report {
namespace {

std::string line_of(const Comparison& comparison, const ComparedCase& c) {
  const bool bad =
      c.change == Change::slower || c.change == Change::broke || c.change == Change::gone;
  const auto change = std::string(word(c.change));
  const auto last =
      c.time_ratio ? ratio_interval_text(*c.time_ratio) : escape_markdown(change_reason(c));
  return fmt::format("| {} | {} | {} | {} | {} | {} |\n", bad ? "**" + change + "**" : change,
                     escape_markdown(case_name(comparison, c)),
                     markdown_code(short_text(c.any().problem.geometry)),
                     time_or_dash(c.baseline_ns), time_or_dash(c.candidate_ns), last);
}

constexpr const char* kHead =
    "| | case | problem | baseline | now | time ratio (99% interval) |\n| :-- | :-- | :-- | --: | "
    "--: | :-- |\n";

void add_networks(Limited& out, const Comparison& comparison) {
  if (comparison.networks.empty()) return;
  out.add("\n| network | layers | geometric mean of the time ratio |\n| :-- | --: | :-- |\n");
  for (const auto& n : comparison.networks)
    out.add(fmt::format("| {} | {}{} | {} |\n", escape_markdown(network_name(n)), n.layers,
                        n.missing > 0 ? fmt::format(" of {}", n.layers + n.missing) : "",
                        ratio_interval_text(n.time_ratio)));
}

/// The replay lines of the cases that broke.
void add_replays(Limited& out, const Comparison& comparison) {
  for (const auto* c : changed_cases(comparison))
    if (c->change == Change::broke && !c->candidate->replay.empty())
      out.add(fmt::format("\n{}: {}\n", escape_markdown(case_name(comparison, *c)),
                          markdown_code(c->candidate->replay)));
}

}  // namespace

std::string compare_markdown(const Comparison& comparison) {
  Limited out;
  out.add(fmt::format("## convgauge: {} against {}\n", escape_markdown(comparison.candidate),
                      escape_markdown(comparison.baseline)));
  if (!comparison.differences.empty()) out.add("\nNot the same:\n\n");
  for (const auto& d : comparison.differences)
    out.add(fmt::format("- {}\n", escape_markdown(difference_text(d))));
  out.add(fmt::format("\n{}\n", escape_markdown(comparison_answer(comparison))));
  if (const auto warning = unpaired_warning(comparison); !warning.empty())
    out.add(fmt::format("\n_{}_\n", warning));
  add_networks(out, comparison);
  const auto changed = changed_cases(comparison);
  if (!changed.empty()) out.add(fmt::format("\n### What changed\n\n{}", kHead));
  for (const auto* c : changed) out.add(line_of(comparison, *c));
  add_replays(out, comparison);
  const auto rest = comparison.cases.size() - changed.size();
  if (rest > 0) {
    out.add(fmt::format("\n<details><summary>{} not told apart, or without a time</summary>\n\n{}",
                        rest, kHead));
    for (const auto& c : comparison.cases)
      if (c.change == Change::same || c.change == Change::untimed) out.add(line_of(comparison, c));
    out.close("\n</details>\n");
  }
  return std::move(out).finish("the HTML page of `convgauge compare -o compare.html` has them");
}

}  // namespace convgauge::report
