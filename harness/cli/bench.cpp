// `convgauge bench`: one problem, a table at once.
#include <fmt/format.h>

#include "cli/session.hpp"
#include "cli/summary.hpp"
#include "core/problem_text.hpp"
#include "report/text_width.hpp"
#include "run/outcome.hpp"

namespace convgauge::cli {

int bench(const Arguments& arguments) {
  Usage usage{"bench", "PROBLEM|CONFIG [options]",
              "convgauge bench n1c64h56w56_o64k3p1 --backends onednn,naive --threads 1",
              po::options_description("Options")};
  add_selection(usage.options);
  add_measuring(usage.options);
  auto add = usage.options.add_options();
  add("json", "case records on standard output");
  add("dry-run", "show the cases, run nothing");
  const auto parsed = parse(usage, arguments, "target");
  if (parsed.exit) return *parsed.exit;
  const auto& values = parsed.values;
  const auto selection = select(values, false);
  if (!selection) return usage_error(selection.error().message);
  if (values.count("dry-run")) return dry_run(*selection, true);
  SweepOptions options;
  options.in_process = wants_in_process(values);
  options.command = command_line("bench", arguments);
  const bool json = values.count("json") > 0;
  const auto result = run_selection(*selection, options, json);
  if (!result) return usage_error(result.error().message);
  if (json) {
    fmt::print("{}\n", to_pretty_json(result->results.cases));
    return conclude(*result, false);
  }
  for (const auto& problem : selection->suite.problems) {
    Results part = result->results;
    std::erase_if(part.cases, [&](const CaseRecord& r) { return !(r.problem == problem); });
    const auto own = phrases(own_texts(problem.own));
    fmt::print("{}{}  {:.3f} GFLOP\n{}", short_text(problem.geometry),
               own.empty() ? own : " (" + own + ")",
               static_cast<double>(problem.geometry.flops()) / 1e9,
               for_terminal(bench_table(part)));
  }
  return conclude(*result, false);
}

}  // namespace convgauge::cli
