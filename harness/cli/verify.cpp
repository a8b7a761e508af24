// `convgauge verify`: correctness only.
#include <fmt/format.h>

#include "cli/session.hpp"
#include "cli/summary.hpp"
#include "core/files.hpp"
#include "report/report.hpp"
#include "report/text_width.hpp"
#include "run/outcome.hpp"

namespace convgauge::cli {

int verify(const Arguments& arguments) {
  Usage usage{"verify", "CONFIG|PROBLEM [options]",
              "convgauge verify n1c64h56w56_o64k3p1 --backend onednn",
              po::options_description("Options")};
  add_selection(usage.options);
  auto add = usage.options.add_options();
  add("json", "case records on standard output");
  add("junit", po::value<std::string>(), "also write JUnit XML to this file");
  add("out", po::value<std::string>(), "also keep results.jsonl in this folder");
  add("jobs", po::value<int>()->value_name("N"),
      "problems verified at once (default: one for each core, fewer where memory is short; 1 with "
      "a "
      "device). The results are those of --jobs 1, in the same order");
  add("fail-fast", "end at the first failure");
  add("first-failures", "a backend that has failed once is asked nothing more");
  add("dump", po::value<std::string>(),
      "write x, w, b, got, want, allowed of what fails as .npy below this folder");
  add("dump-all", "with --dump: of what is right too");
  add_shrinking(usage.options);
  add("dry-run", "show the cases, run nothing");
  const auto parsed = parse(usage, arguments, "target");
  if (parsed.exit) return *parsed.exit;
  const auto& values = parsed.values;
  const auto selection = select(values, true);
  if (!selection) return usage_error(selection.error().message);
  if (values.count("dry-run")) return dry_run(*selection, false);

  SweepOptions options;
  options.measure = false;
  options.fail_fast = values.count("fail-fast") > 0;
  options.first_failures = values.count("first-failures") > 0;
  options.in_process = wants_in_process(values);
  options.command = command_line("verify", arguments);
  if (values.count("jobs")) {
    options.jobs = values["jobs"].as<int>();
    constexpr int kMostJobs = 1024;
    if (options.jobs < 1 || options.jobs > kMostJobs)
      return usage_error(
          fmt::format("verify: --jobs {}: must be 1 to {}", options.jobs, kMostJobs));
    for (const char* one : {"first-failures", "in-process"})
      if (options.jobs > 1 && values.count(one))
        return usage_error(
            fmt::format("verify: --jobs {}: --{} takes one problem at a time", options.jobs, one));
  }
  const auto budget = shrink_budget(values);
  if (!budget) return usage_error(budget.error().message);
  options.shrink = *budget;
  if (values.count("dump-all") && !values.count("dump"))
    return usage_error("verify: --dump-all needs --dump FOLDER");
  if (values.count("dump"))
    options.dump = {values["dump"].as<std::string>(), values.count("dump-all") > 0};
  if (values.count("out")) options.out = values["out"].as<std::string>();
  if (!options.out.empty() && std::filesystem::exists(options.out / "results.jsonl"))
    return usage_error(fmt::format("verify: --out {} holds results already; name another folder",
                                   options.out.string()));
  const bool json = values.count("json") > 0;
  const auto result = run_selection(*selection, options, json);
  if (!result) return usage_error(result.error().message);
  if (json)
    fmt::print("{}\n", to_pretty_json(result->results.cases));
  else
    fmt::print("{}",
               for_terminal(smallest_summary(result->results) + verdict_summary(result->results)));
  if (values.count("junit"))
    if (auto ok = write_text(values["junit"].as<std::string>(), junit_report(result->results)); !ok)
      return usage_error(ok.error().message);
  return conclude(*result, false);
}

}  // namespace convgauge::cli
