// `convgauge sweep`: verify, measure, record, report.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "cli/session.hpp"
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

/// "1/4": the first of four.
Expected<std::pair<int, int>> shard(const std::string& text) {
  int i = 0, n = 0;
  const char* end = text.data() + text.size();
  const auto [slash, code] = std::from_chars(text.data(), end, i);
  if (code == std::errc{} && slash != end && *slash == '/') {
    const auto [rest, second] = std::from_chars(slash + 1, end, n);
    if (second == std::errc{} && rest == end && n >= 1 && i >= 1 && i <= n)
      return std::pair(i - 1, n);
  }
  return error(fmt::format("--shard {}: not I/N with 1 <= I <= N", text));
}

/// Outcomes that say nothing lasting about a plugin: what the machine did may have caused them.
constexpr const char* kRetried = "noisy,no_time,timed_out,died,not_judged";

/// The word of an outcome on the command line: "timed_out".
std::string retry_word(const OutcomeRow& row) {
  std::string word(row.word);
  std::replace(word.begin(), word.end(), ' ', '_');
  return word;
}

Expected<std::vector<Outcome>> outcomes_to_retry(const Texts& words) {
  std::vector<Outcome> all;
  std::vector<std::string> known;
  for (const auto& row : kOutcomes)
    if (!row.word.empty() && row.outcome != Outcome::absent) known.push_back(retry_word(row));
  for (const auto& word : words) {
    const auto row = std::find_if(kOutcomes.begin(), kOutcomes.end(), [&](const OutcomeRow& r) {
      return r.outcome != Outcome::absent && retry_word(r) == word && !word.empty();
    });
    if (row == kOutcomes.end())
      return error(
          fmt::format("--retry {}: no such outcome{}", word, config::suggestion(word, known)));
    all.push_back(row->outcome);
  }
  return all;
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
      "with --resume: measure problems again that have a case of these outcomes; =KIND,... names "
      "others, such as --retry=wrong");
  add("shard", po::value<std::string>(), "I/N: this machine's share of the problems");
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
    const auto part = shard(values["shard"].as<std::string>());
    if (!part) return usage_error(part.error().message);
    std::tie(options.shard, options.shards) = *part;
  }
  const auto selection = select(values, false);
  if (!selection) return usage_error(selection.error().message);
  if (values.count("dry-run")) return dry_run(*selection, true, options.shard, options.shards);
  options.out = options.resume        ? fs::path(values["resume"].as<std::string>())
                : values.count("out") ? fs::path(values["out"].as<std::string>())
                                      : fresh_run_folder(selection->suite.name);
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
