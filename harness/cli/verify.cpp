// `convgauge verify`: correctness only.
#include <fmt/format.h>
#include <unistd.h>

#include "cli/session.hpp"
#include "cli/summary.hpp"
#include "cli/terminal.hpp"
#include "core/files.hpp"
#include "report/report.hpp"
#include "report/text_width.hpp"
#include "run/outcome.hpp"

namespace convgauge::cli {

Usage verify_usage() {
  Usage usage{
      .verb = "verify",
      .summary = "correctness only: the CI gate",
      .arguments = "CONFIG|PROBLEM",
      .example = "convgauge verify n1c64h56w56_o64k3p1 --backend onednn",
      .place = "target",
      .offer = Offer::target,
      .groups = selection_groups(),
      .exits = {kUsage, kCrashed, kWrong, kMachine, kNothingRan, kUndecided, kGood, kInterrupted}};
  auto failures = shrinking_group();
  for (Option option :
       {Option{.name = "fail-fast", .help = "end at the first failure"},
        Option{.name = "first-failures",
        .help = "a backend that has failed once is asked nothing more"},
        Option{.name = "dump",
        .value = "DIR",
        .help = "write x, w, b, got, want, allowed of what fails as .npy below this folder",
        .offer = Offer::folder},
        Option{.name = "dump-all", .help = "with --dump: of what is right too"}})
    failures.options.push_back(std::move(option));
  usage.groups.push_back(std::move(failures));
  usage.groups.push_back(
      {"Output",
       {{.name = "json", .help = "case records on standard output"},
        {.name = "junit",
         .value = "FILE",
         .help = "also write JUnit XML to this file",
         .offer = Offer::file},
        {.name = "out",
         .value = "DIR",
         .help = "also keep results.jsonl in this folder",
         .offer = Offer::folder},
        {.name = "jobs",
         .value = "N",
         .help = "problems verified at once; the results are those of --jobs 1, in the same order",
         .usual = "one for each core, fewer where memory is short, 1 with a device"},
        {.name = "dry-run", .help = "show the cases, run nothing"}}});
  return usage;
}

int verify(const Arguments& arguments) {
  const auto parsed = parse(verify_usage(), arguments);
  if (parsed.exit) return *parsed.exit;
  const auto& values = parsed.values;
  if (values.count("json") && values.count("dry-run"))
    return usage_error("verify: --json and --dry-run exclude each other: a dry run has no records");
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
    constexpr int kMostJobs = 1024;
    const auto jobs = whole(values, "jobs", 1, kMostJobs);
    if (!jobs) return usage_error("verify: " + jobs.error().message);
    options.jobs = *jobs;
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
  if (auto ok = set_output(values, options); !ok)
    return usage_error("verify: " + ok.error().message);
  if (auto ok = check_writable(values, "junit"); !ok)
    return usage_error("verify: " + ok.error().message);
  const bool json = values.count("json") > 0;
  const auto result = run_selection(*selection, options, json);
  if (!result) return usage_error(result.error().message);
  const int width = columns_of(STDOUT_FILENO).value_or(report::kAnyWidth);
  if (json)
    fmt::print("{}\n", to_pretty_json(result->results.cases));
  else
    fmt::print("{}{}", smallest_summary(result->results, width),
               verdict_summary(result->results, width));
  if (values.count("junit"))
    if (auto ok = write_text(values["junit"].as<std::string>(), junit_report(result->results)); !ok)
      return usage_error(ok.error().message);
  return conclude(*result, false);
}

}  // namespace convgauge::cli
