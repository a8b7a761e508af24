// `convgauge sweep`: verify, measure, record, report.
#include <fmt/format.h>

#include <algorithm>

#include "cli/session.hpp"
#include "cli/shard.hpp"
#include "cli/summary.hpp"
#include "cli/terminal.hpp"
#include "config/nearest.hpp"
#include "core/files.hpp"
#include "core/text.hpp"
#include "report/report.hpp"
#include "report/text_width.hpp"
#include "run/outcome.hpp"

namespace convgauge::cli {
namespace {

namespace fs = std::filesystem;

/// Outcomes that say nothing lasting about a plugin: what the machine did may have caused them.
constexpr const char* kRetried = "noisy,no_time,timed_out,died,not_judged";

/// A word of a table or of a count, on the command line: "timed_out".
std::string retry_word(std::string_view shown) {
  std::string word(shown);
  std::replace(word.begin(), word.end(), ' ', '_');
  return word;
}

/// The outcomes that one word names: that of a cell ("noisy"), or that of a count, which several
/// may share ("inconclusive").
std::vector<Outcome> outcomes_of(const std::string& word) {
  std::vector<Outcome> all;
  for (const auto& row : kOutcomes)
    if (row.outcome != Outcome::absent && !word.empty() &&
        (retry_word(row.word) == word || retry_word(row.also) == word))
      all.push_back(row.outcome);
  return all;
}

Expected<std::vector<Outcome>> outcomes_to_retry(const Texts& words) {
  std::vector<Outcome> all;
  for (const auto& word : words) {
    const auto found = outcomes_of(word);
    all.insert(all.end(), found.begin(), found.end());
    if (!found.empty()) continue;
    std::vector<std::string> known;
    for (const auto& row : kOutcomes)
      for (const auto shown : {row.word, row.also})
        if (row.outcome != Outcome::absent && !shown.empty() &&
            std::find(known.begin(), known.end(), retry_word(shown)) == known.end())
          known.push_back(retry_word(shown));
    return error(
        fmt::format("--retry {}: no such outcome{}", word, config::suggestion(word, known)));
  }
  return all;
}

/// Shards that begin in the same second, on a file system that they share, get folders of their
/// own.
std::string run_name(const Suite& suite, const SweepOptions& options) {
  return options.shards > 1
             ? fmt::format("{}-{}of{}", suite.name, options.shard + 1, options.shards)
             : suite.name;
}

/// The table, and where the page is. `failures`: those of an earlier call too; others were told
/// when they came.
void print_summary(const Results& results, const fs::path& out, bool colour, bool failures) {
  const int width = terminal_width();
  fmt::print("{}\nreport: {}\n", terminal_table(results, width, colour, failures),
             (out / "report.html").string());
}

}  // namespace

Usage sweep_usage() {
  Usage usage{
      .verb = "sweep",
      .summary = "verify, measure and report a config or a suite",
      .arguments = "CONFIG|SUITE|PROBLEM",
      .example = "convgauge sweep resnet50 --threads 2",
      .place = "target",
      .offer = Offer::target,
      .groups = selection_groups(),
      .exits = {kUsage, kCrashed, kWrong, kMachine, kNothingRan, kUndecided, kGood, kInterrupted}};
  usage.groups.push_back(timing_group());
  usage.groups.push_back(
      {"The run",
       {{.name = "out",
         .value = "DIR",
         .help = "folder for results.jsonl and the reports",
         .usual = "results/runs/NAME-TIME",
         .offer = Offer::folder},
        {.name = "resume",
         .value = "DIR",
         .help = "continue the run in this folder",
         .offer = Offer::folder},
        {.name = "retry",
         .value = "OUTCOME",
         .help = "with --resume: measure problems again that have a case of these outcomes, or of "
                 "those named: wrong, inconclusive ...",
         .list = true,
         .bare = kRetried},
        {.name = "shard",
         .value = "I/N",
         .help = "this machine's share of the problems; auto: as the variables of SLURM, "
                 "Kubernetes, GitLab or GoogleTest say"},
        {.name = "fail-fast", .help = "end at the first failure"},
        {.name = "strict", .help = "inconclusive measurements count (exit code 5)"}}});
  usage.groups.push_back({"Output",
                          {{.name = "json", .help = "case records on standard output"},
                           colour_option(),
                           {.name = "dry-run", .help = "show the cases, run nothing"}}});
  return usage;
}

int sweep(const Arguments& arguments) {
  const auto parsed = parse(sweep_usage(), arguments);
  if (parsed.exit) return *parsed.exit;
  const auto& values = parsed.values;

  SweepOptions options;
  options.fail_fast = values.count("fail-fast") > 0;
  options.in_process = wants_in_process(values);
  options.command = command_line("sweep", arguments);
  options.resume = values.count("resume") > 0;
  if (options.resume && values.count("out"))
    return usage_error("sweep: --resume DIR continues in DIR; --out cannot be given too");
  if (values.count("retry")) {
    if (!options.resume) return usage_error("sweep: --retry needs --resume DIR");
    auto outcomes = outcomes_to_retry(listed(values, "retry"));
    if (!outcomes) return usage_error(outcomes.error().message);
    options.retry = std::move(*outcomes);
  }
  if (values.count("shard")) {
    const auto part = read_shard(values["shard"].as<std::string>());
    if (!part) return usage_error(part.error().message);
    options.shard = part->index;
    options.shards = part->count;
    if (!part->source.empty())
      note(fmt::format("shard {}/{}, by {}", part->index + 1, part->count, part->source));
  }
  if (values.count("json") && values.count("dry-run"))
    return usage_error("sweep: --json and --dry-run exclude each other: a dry run has no records");
  const auto selection = select(values, false);
  if (!selection) return usage_error(selection.error().message);
  if (values.count("dry-run")) return dry_run(*selection, true, options.shard, options.shards);
  if (auto ok = set_output(values, options); !ok)
    return usage_error("sweep: " + ok.error().message);
  if (options.resume) options.out = values["resume"].as<std::string>();
  if (options.out.empty()) options.out = fresh_run_folder(run_name(selection->suite, options));

  const bool json = values.count("json") > 0;
  const auto result = run_selection(*selection, options, json);
  if (!result) return usage_error(result.error().message);
  if (auto ok = write_reports(options.out, result->results); !ok)
    return usage_error(ok.error().message);
  if (json)
    fmt::print("{}\n", to_pretty_json(result->results.cases));
  else
    print_summary(result->results, options.out, wants_colour(values), options.resume);
  const auto problems = selection->suite.problems.size();
  if (static_cast<std::size_t>(options.shard) >= problems) {
    note(fmt::format("shard {}/{} is empty: {} has {}", options.shard + 1, options.shards,
                     selection->suite.name,
                     counted(static_cast<std::int64_t>(problems), "problem")));
    return kGood;
  }
  return conclude(*result, values.count("strict") > 0);
}

}  // namespace convgauge::cli
