#include "cli/session.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "cli/summary.hpp"
#include "cli/terminal.hpp"
#include "core/cpu_quota.hpp"
#include "core/problem_text.hpp"
#include "core/text.hpp"
#include "report/text_width.hpp"
#include "report/words.hpp"
#include "run/cases.hpp"
#include "run/outcome.hpp"

namespace convgauge::cli {

bool wants_in_process(const po::variables_map& values) {
  const bool wanted = values.count("in-process") > 0;
  if (wanted)
    fmt::print(stderr,
               "convgauge: --in-process is unsafe: a fault or a hang of the plugin is one of "
               "convgauge, and no time "
               "limit is kept\n");
  return wanted;
}

void warn_of_quota(std::span<const int> threads) {
  const auto quota = cpu_quota();
  const int most = threads.empty() ? 1 : *std::max_element(threads.begin(), threads.end());
  if (quota && quota->processors < most)
    fmt::print(
        stderr,
        "convgauge: {} allows the time of {:.3g} processors, and {} can use more: samples that "
        "it interrupts are taken again, and cases may stay inconclusive\n",
        quota->file, quota->processors, counted(most, "thread"));
}

Expected<SweepResult> run_selection(const Selection& selection, SweepOptions options, bool quiet) {
  ProgressBar bar;
  watch_interrupts();
  options.placements = selection.placements;
  options.executable = selection.program;
  if (options.measure) warn_of_quota(selection.suite.settings.threads);
  SweepHooks hooks;
  if (selection.suite.problems.size() > 1) hooks.progress = [&](const Progress& p) { bar.show(p); };
  hooks.interrupted = [] { return interrupted(); };
  hooks.record = [&](const CaseRecord& r) {
    if (quiet || !is_defect(r.verdict) || r.known) return;
    bar.clear();
    fmt::print("{}", for_terminal(failure_lines(r)));
  };
  auto result = sweep(selection.suite, selection.catalog, options, hooks);
  leave_interrupts();
  return result;
}

std::string command_line(const char* verb, const Arguments& arguments) {
  std::string line = fmt::format("convgauge {}", verb);
  for (const auto& argument : arguments) line += " " + argument;
  return line;
}

namespace {

std::string safe_name(std::string name) {
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '_' && c != '.') c = '_';
  return name.empty() ? "run" : name;
}

}  // namespace

std::filesystem::path fresh_run_folder(const std::string& name) {
  const auto base =
      std::filesystem::path("results/runs") /
      fmt::format("{}-{:%Y%m%d-%H%M%S}", safe_name(name), fmt::localtime(std::time(nullptr)));
  auto folder = base;
  for (int i = 2; std::filesystem::exists(folder); ++i)
    folder = fmt::format("{}-{}", base.string(), i);
  return folder;
}

namespace {

/// " threads=2 cold=true"
std::string assignments(const std::vector<SettingText>& settings) {
  std::string text;
  for (const auto& s : settings) text += fmt::format(" {}={}", s.key.name, s.value);
  return text;
}

}  // namespace

int dry_run(const Selection& selection, bool measure, int shard, int shards) {
  const auto resolved = resolve_backends(selection.suite, selection.catalog);
  if (!resolved) return usage_error(resolved.error().message);
  std::vector<CaseSettings> all;  // each once
  for (const auto& problem : selection.suite.problems)
    for (const auto& s : settings_of(selection.suite, problem))
      if (std::find(all.begin(), all.end(), s) == all.end()) all.push_back(s);
  // Rough on purpose: a case is verified in the time of ten executions at 20 GFLOP/s, the reference
  // included, and a sample takes 7 ms.
  constexpr double kRate = 20e9, kVerifying = 10, kSampleSeconds = 7e-3;
  double seconds = 0;
  std::int64_t cases = 0;
  for (std::size_t i = static_cast<std::size_t>(shard); i < selection.suite.problems.size();
       i += static_cast<std::size_t>(shards)) {
    const auto& problem = selection.suite.problems[i];
    for (const auto& s : settings_of(selection.suite, problem))
      for (const auto& c : resolved->competitors) {
        const auto name = problem.name.empty()
                              ? std::string()
                              : fmt::format(" ({}.{})", problem.suite, problem.name);
        fmt::print("{:<16} {} {}{} {}{}\n", c.choice.label, c.choice.algorithm, c.device_text,
                   assignments(varying(s, all)), short_text(problem.geometry), name);
        seconds += kVerifying * static_cast<double>(problem.geometry.flops()) / kRate +
                   (measure ? selection.suite.settings.measure.rounds * kSampleSeconds : 0);
        ++cases;
      }
  }
  for (const auto& a : resolved->absent) fmt::print("absent: {}: {}\n", a.name, a.why);
  fmt::print(
      "{}, about {:.0f} s at 20 GFLOP/s; slow backends take longer, {:.0f} s a case at "
      "most\n",
      counted(cases, "case"), seconds,
      std::chrono::duration<double>(selection.suite.settings.measure.budget).count());
  return kGood;
}

int conclude(const SweepResult& result, bool strict) {
  for (const auto& sentence : known_no_more(result.results))
    fmt::print(stderr, "convgauge: {}\n", sentence);
  for (const auto& p : result.results.header.plugins)
    if (!p.tolerated.empty()) fmt::print(stderr, "convgauge: {}{}\n", p.label, tolerated_text(p));
  const int code = exit_code(result.results, strict);
  for (const auto& r : result.results.cases)
    if (code == kMachine && is_denied(r.verdict)) {
      fmt::print(stderr, "convgauge: {}\n", std::get<Refused>(r.verdict).why);
      break;
    }
  if (code == kNothingRan) {
    const auto* refused = result.results.cases.empty()
                              ? nullptr
                              : std::get_if<Refused>(&result.results.cases.front().verdict);
    // By default all cores are used, which a plugin that supports only one thread always refuses.
    const bool hint = refused && refused->reason == RefusalReason::threads;
    fmt::print(stderr, "convgauge: nothing ran{}{}\n",
               refused ? ": refused: " + for_terminal(refused->why) : "",
               hint ? "; try --threads 1" : "");
    for (const auto& a : result.results.header.absent)
      fmt::print(stderr, "convgauge: absent: {}: {}\n", a.name, for_terminal(a.why));
  }
  return result.interrupted ? kInterrupted : code;
}

}  // namespace convgauge::cli
