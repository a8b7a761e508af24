#include "cli/session.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "cli/summary.hpp"
#include "cli/terminal.hpp"
#include "core/cpu_quota.hpp"
#include "core/files.hpp"
#include "core/problem_text.hpp"
#include "core/text.hpp"
#include "report/formats.hpp"
#include "report/text_width.hpp"
#include "report/words.hpp"
#include "run/cases.hpp"
#include "run/outcome.hpp"

namespace convgauge::cli {

bool wants_in_process(const po::variables_map& values) {
  const bool wanted = values.count("in-process") > 0;
  if (wanted)
    note(
        "--in-process is unsafe: a fault or a hang of the plugin is one of convgauge, and no time "
        "limit is kept");
  return wanted;
}

void warn_of_quota(std::span<const int> threads) {
  const auto quota = cpu_quota();
  const int most = threads.empty() ? 1 : *std::max_element(threads.begin(), threads.end());
  if (quota && quota->processors < most)
    note(
        fmt::format("{} allows the time of {:.3g} processors, and {} can use more: samples that "
                    "it interrupts are taken again, and cases may stay inconclusive",
                    quota->file, quota->processors, counted(most, "thread")));
}

Expected<SweepResult> run_selection(const Selection& selection, SweepOptions options, bool quiet) {
  ProgressBar bar;
  watch_interrupts();
  options.placements = selection.placements;
  options.executable = selection.program;
  if (options.measure) warn_of_quota(selection.suite.settings.threads);
  SweepHooks hooks;
  hooks.progress = [&](const Progress& p) {
    if (p.cases > 1) bar.show(p);
  };
  hooks.interrupted = [] { return interrupted(); };
  hooks.record = [&](const CaseRecord& r) {
    // Verifying ends a thousand cases in a minute: a line of each would tell nothing.
    if (options.measure) bar.line(case_line(r));
    if (quiet || !is_defect(r.verdict) || r.known) return;
    bar.clear();
    fmt::print("{}", failure_lines(r, columns_of(STDOUT_FILENO).value_or(report::kAnyWidth)));
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

Expected<void> set_output(const po::variables_map& values, SweepOptions& options) {
  namespace fs = std::filesystem;
  if (!values.count("out")) return {};
  options.out = values["out"].as<std::string>();
  std::error_code failed;
  if (fs::exists(options.out / "results.jsonl", failed))
    return error(
        fmt::format("--out {} holds results already; name another folder, or continue a sweep with "
                    "--resume",
                    options.out.string()));
  if (fs::exists(options.out, failed) && !fs::is_directory(options.out, failed))
    return error(
        fmt::format("--out {}: a folder is needed, and this is a file", options.out.string()));
  return {};
}

Expected<void> write_reports(const std::filesystem::path& folder, const Results& results) {
  for (const auto& format : report::formats()) {
    if (format.kept_as.empty()) continue;
    const auto text = format.run(results, {});
    if (!text) return tl::unexpected(text.error());
    if (auto ok = write_text(folder / format.kept_as, *text); !ok) return ok;
  }
  return {};
}

Expected<void> check_writable(const po::variables_map& values, const char* option) {
  namespace fs = std::filesystem;
  const auto name = text_of(values, option);
  if (!name) return {};
  const fs::path file(*name);
  const auto folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  std::error_code failed;
  const auto bad = [&](const char* why) {
    return error(fmt::format("--{} {}: cannot be written: {}", option, *name, why));
  };
  if (fs::is_directory(file, failed)) return bad("it is a folder");
  if (!fs::is_directory(folder, failed)) return bad("there is no such folder");
  // A file is replaced, which the folder must allow; a pipe or a device is written to.
  const bool replaced = !fs::exists(file, failed) || fs::is_regular_file(file, failed);
  if (::access(replaced ? folder.c_str() : file.c_str(), W_OK) != 0)
    return bad(std::strerror(errno));
  return {};
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
        say(fmt::format("{:<16} {} {}{} {}{}\n", c.choice.label, c.choice.algorithm, c.device_text,
                        assignments(varying(s, all)), short_text(problem.geometry), name));
        seconds += kVerifying * static_cast<double>(problem.geometry.flops()) / kRate +
                   (measure ? selection.suite.settings.measure.rounds * kSampleSeconds : 0);
        ++cases;
      }
  }
  for (const auto& a : resolved->absent) say(fmt::format("absent: {}: {}\n", a.name, a.why));
  say(
      fmt::format("{}, about {:.0f} s at 20 GFLOP/s; slow backends take longer, {:.0f} s a case at "
                  "most\n",
                  counted(cases, "case"), seconds,
                  std::chrono::duration<double>(selection.suite.settings.measure.budget).count()));
  return kGood;
}

int conclude(const SweepResult& result, bool strict) {
  for (const auto& sentence : known_no_more(result.results)) note(sentence);
  for (const auto& p : result.results.header.plugins)
    if (!p.tolerated.empty()) note(fmt::format("{}{}", p.label, tolerated_text(p)));
  const int code = exit_code(result.results, strict);
  for (const auto& r : result.results.cases)
    if (code == kMachine && is_denied(r.verdict)) {
      note(std::get<Refused>(r.verdict).why);
      break;
    }
  if (code == kNothingRan) {
    const auto* refused = result.results.cases.empty()
                              ? nullptr
                              : std::get_if<Refused>(&result.results.cases.front().verdict);
    // By default all cores are used, which a plugin that supports only one thread always refuses.
    const bool hint = refused && refused->reason == RefusalReason::threads;
    note(fmt::format("nothing ran{}{}", refused ? ": refused: " + refused->why : "",
                     hint ? "; try --threads 1" : ""));
    for (const auto& a : result.results.header.absent)
      note(fmt::format("absent: {}: {}", a.name, a.why));
  }
  return result.interrupted ? kInterrupted : code;
}

}  // namespace convgauge::cli
