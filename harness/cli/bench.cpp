// `convgauge bench`: one problem, a table at once.
#include <fmt/format.h>

#include "cli/session.hpp"
#include "cli/summary.hpp"
#include "cli/terminal.hpp"
#include "core/problem_text.hpp"
#include "report/text_width.hpp"
#include "run/outcome.hpp"

namespace convgauge::cli {

Usage bench_usage() {
  Usage usage{
      .verb = "bench",
      .summary = "one problem (or a config) at once: a table of times",
      .arguments = "PROBLEM|CONFIG",
      .example = "convgauge bench n1c64h56w56_o64k3p1 --backends onednn,naive --threads 1",
      .place = "target",
      .offer = Offer::target,
      .groups = selection_groups(),
      .exits = {kUsage, kCrashed, kWrong, kMachine, kNothingRan, kUndecided, kGood, kInterrupted}};
  usage.groups.push_back(timing_group());
  usage.groups.push_back({"Output",
                          {{.name = "out",
                            .value = "DIR",
                            .help = "also keep results.jsonl and the reports in this folder",
                            .offer = Offer::folder},
                           {.name = "json", .help = "case records on standard output"},
                           colour_option(),
                           {.name = "dry-run", .help = "show the cases, run nothing"}}});
  return usage;
}

int bench(const Arguments& arguments) {
  const auto parsed = parse(bench_usage(), arguments);
  if (parsed.exit) return *parsed.exit;
  const auto& values = parsed.values;
  if (values.count("json") && values.count("dry-run"))
    return usage_error("bench: --json and --dry-run exclude each other: a dry run has no records");
  const auto selection = select(values, false);
  if (!selection) return usage_error(selection.error().message);
  if (values.count("dry-run")) return dry_run(*selection, true);
  SweepOptions options;
  options.in_process = wants_in_process(values);
  options.command = command_line("bench", arguments);
  if (auto ok = set_output(values, options); !ok)
    return usage_error("bench: " + ok.error().message);
  const bool json = values.count("json") > 0;
  const auto result = run_selection(*selection, options, json);
  if (!result) return usage_error(result.error().message);
  if (!options.out.empty())
    if (auto ok = write_reports(options.out, result->results); !ok)
      return usage_error(ok.error().message);
  if (json) {
    fmt::print("{}\n", to_pretty_json(result->results.cases));
    return conclude(*result, false);
  }
  const int width = terminal_width();
  const bool colour = wants_colour(values);
  for (const auto& problem : selection->suite.problems) {
    Results part = result->results;
    std::erase_if(part.cases, [&](const CaseRecord& r) { return !(r.problem == problem); });
    const auto own = phrases(own_texts(problem.own));
    fmt::print("{}{}",
               folded(fmt::format("{}{}  {:.3f} GFLOP\n", short_text(problem.geometry),
                                  own.empty() ? own : " (" + own + ")",
                                  static_cast<double>(problem.geometry.flops()) / 1e9),
                      width),
               bench_table(part, width, colour));
  }
  return conclude(*result, false);
}

}  // namespace convgauge::cli
