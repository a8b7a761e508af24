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
#include "report/formats.hpp"
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

Expected<void> write_reports(const fs::path& folder, const Results& results) {
  for (const auto& format : formats()) {
    if (format.kept_as.empty()) continue;
    const auto text = format.run(results, {});
    if (!text) return tl::unexpected(text.error());
    if (auto ok = write_text(folder / format.kept_as, *text); !ok) return ok;
  }
  return {};
}

}  // namespace

int sweep(const Arguments& arguments) {
  Usage usage{"sweep", "CONFIG|PROBLEM [options]",
              "convgauge sweep configs/quickstart.json --threads 2",
              po::options_description("Options")};
  add_selection(usage.options);
  add_measuring(usage.options);
  auto add = usage.options.add_options();
  add("out", po::value<std::string>(),
      "folder for results.jsonl and the reports; default results/runs/NAME-TIME");
  add("resume", po::value<std::string>(), "continue the run in this folder");
  add("retry", po::value<Texts>()->composing()->implicit_value({kRetried}, kRetried),
      "with --resume: measure problems again that have a case of these outcomes, or of those "
      "named: "
      "wrong, inconclusive, ...");
  add("shard", po::value<std::string>(),
      "I/N: this machine's share of the problems; auto: as the variables of SLURM, Kubernetes, "
      "GitLab or GoogleTest say");
  add("json", "case records on standard output");
  add("fail-fast", "end at the first failure");
  add("strict", "inconclusive measurements count (exit code 5)");
  add("dry-run", "show the cases, run nothing");
  const auto parsed = parse(usage, arguments, "target");
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
      fmt::print(stderr, "convgauge: shard {}/{}, by {}\n", part->index + 1, part->count,
                 part->source);
  }
  const auto selection = select(values, false);
  if (!selection) return usage_error(selection.error().message);
  if (values.count("dry-run")) return dry_run(*selection, true, options.shard, options.shards);
  options.out = options.resume        ? fs::path(values["resume"].as<std::string>())
                : values.count("out") ? fs::path(values["out"].as<std::string>())
                                      : fresh_run_folder(run_name(selection->suite, options));
  if (!options.resume && fs::exists(options.out / "results.jsonl"))
    return usage_error(
        fmt::format("sweep: --out {} holds results already; continue them with --resume, or name "
                    "another folder",
                    options.out.string()));

  const bool json = values.count("json") > 0;
  const auto result = run_selection(*selection, options, json);
  if (!result) return usage_error(result.error().message);
  if (auto ok = write_reports(options.out, result->results); !ok)
    return usage_error(ok.error().message);
  if (json)
    fmt::print("{}\n", to_pretty_json(result->results.cases));
  else
    fmt::print(
        "{}\n{}report: {}\n", terminal_table(result->results, terminal_width(), wants_colour()),
        for_terminal(verdict_summary(result->results)), (options.out / "report.html").string());
  const auto problems = selection->suite.problems.size();
  if (static_cast<std::size_t>(options.shard) >= problems) {
    fmt::print(stderr, "convgauge: shard {}/{} is empty: {} has {}\n", options.shard + 1,
               options.shards, selection->suite.name,
               counted(static_cast<std::int64_t>(problems), "problem"));
    return kGood;
  }
  return conclude(*result, values.count("strict") > 0);
}

}  // namespace convgauge::cli
