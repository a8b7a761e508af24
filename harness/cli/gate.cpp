// `convgauge gate`: a run against a stored baseline. Correctness and coverage are always judged; a
// case that looks slower is measured again beside the baseline's plugin before it is called slower.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>

#include "cli/described_options.hpp"
#include "cli/selection.hpp"
#include "cli/session.hpp"
#include "cli/stored_results.hpp"
#include "cli/terminal.hpp"
#include "core/files.hpp"
#include "core/hash.hpp"
#include "core/problem_text.hpp"
#include "report/formats.hpp"
#include "report/text_width.hpp"
#include "run/catalog.hpp"
#include "run/machine/machine.hpp"
#include "run/outcome.hpp"
#include "run/remeasure_runs.hpp"

namespace convgauge::cli {
namespace {

namespace fs = std::filesystem;

/// One run, of one folder or of its shards.
Expected<FinishedRun> read_run(const Texts& paths) {
  auto runs = stored_runs(paths);
  if (!runs) return error("gate: " + runs.error().message);
  if (runs->size() > 1)
    return error(
        fmt::format("gate: {} and {} are different runs; each side is one run, or the "
                    "shards of one",
                    runs->at(0).folders.front(), runs->at(1).folders.front()));
  const auto& path = paths.front();
  std::error_code failed;
  return FinishedRun{std::move(runs->front().results), fs::is_directory(path, failed)
                                                           ? fs::path(path)
                                                           : fs::path(path).parent_path()};
}

/// Measures the suspects again, and stores the result in each.
Expected<void> measure_suspects(Gate& gate, RemeasureRunsOrder order) {
  for (const auto& suspect : gate.suspects)
    order.pairs.push_back({suspect.compared->baseline, suspect.compared->candidate});
  std::vector<int> threads;
  for (const auto& suspect : gate.suspects)
    if (suspect.compared->candidate)
      threads.push_back(suspect.compared->candidate->settings.threads);
  if (!threads.empty()) warn_of_quota(threads);
  order.same_plugins_too = gate.options.suspect_all;
  order.processes = kGateProcesses;
  order.rounds = kGateSamples;
  const auto budget_ns = static_cast<double>(order.budget.count()) * 1e6 / kGateProcesses;
  RankLaws laws;
  RemeasureRunsHooks hooks;
  hooks.same_plugin = [&](std::size_t i, std::string why) {
    gate.suspects[i].result = SuspectResult::not_slower;
    gate.suspects[i].outcome = std::move(why);
  };
  hooks.not_here = [&](std::size_t i, std::string why) {
    gate.suspects[i].not_told = NotTold::no_plugin;
    gate.suspects[i].outcome = std::move(why);
  };
  hooks.other_libraries = [&](std::size_t i, std::string text) {
    gate.suspects[i].not_told = NotTold::library;
    gate.suspects[i].outcome =
        "not measured again: the plugin file is the same; the libraries that it loads: " + text;
    gate.suspects[i].other_libraries = std::move(text);
  };
  hooks.measured = [&](std::size_t i, const Remeasured& pair) {
    settle(gate.suspects[i], pair.baseline, pair.candidate, budget_ns, laws);
  };
  hooks.begins = [](int number, int count, const std::string& label, const Problem& problem) {
    note(fmt::format("measuring again, {} of {}: {} on {}", number, count, label,
                     problem.name.empty() ? short_text(problem.geometry) : problem.name));
  };
  hooks.interrupted = [] { return interrupted(); };
  return remeasure_runs(order, hooks);
}

Expected<void> check_files(const std::vector<fs::path>& files, const char* option) {
  for (const auto& file : files)
    if (hash_of(file).empty())
      return error(fmt::format("gate: {} {}: cannot be read", option, file.string()));
  return {};
}

std::vector<fs::path> files_of(const po::variables_map& values, const char* name) {
  std::vector<fs::path> files;
  if (values.count(name))
    for (const auto& file : values[name].as<Texts>()) files.emplace_back(file);
  return files;
}

/// What is compared, and with which files and how long suspects are measured again.
struct Request {
  Texts candidate_paths, baseline_paths;
  FinishedRun candidate, baseline;
  std::vector<fs::path> candidate_files, baseline_files;
  std::chrono::milliseconds budget{};
};

/// The runs of a request whose paths are known.
Expected<Request> with_runs(Request request) {
  std::error_code failed;
  for (const auto& a : request.candidate_paths)
    for (const auto& b : request.baseline_paths)
      if (fs::equivalent(a, b, failed))
        return error(fmt::format("gate: {} is both candidate and baseline", a));
  auto candidate = read_run(request.candidate_paths);
  if (!candidate) return tl::unexpected(candidate.error());
  auto baseline = read_run(request.baseline_paths);
  if (!baseline) return tl::unexpected(baseline.error());
  request.candidate = std::move(*candidate);
  request.baseline = std::move(*baseline);
  return request;
}

Expected<Request> request_of(const po::variables_map& values) {
  if (!values.count("dir"))
    return error("gate: one folder is needed, the candidate's, or those of its shards");
  if (!values.count("baseline")) return error("gate: --baseline DIR is needed");
  Request request;
  if (auto ok = from_text(Key("budget"), *text_of(values, "budget"), request.budget); !ok)
    return error("gate: " + ok.error().message);
  request.baseline_files = files_of(values, "baseline-plugin");
  request.candidate_files = files_of(values, "plugin");
  if (auto ok = check_files(request.baseline_files, "--baseline-plugin"); !ok)
    return tl::unexpected(ok.error());
  if (auto ok = check_files(request.candidate_files, "--plugin"); !ok)
    return tl::unexpected(ok.error());
  request.candidate_paths = values["dir"].as<Texts>();
  request.baseline_paths = values["baseline"].as<Texts>();
  return with_runs(std::move(request));
}

Expected<Gate> judged(const Request& request, const po::variables_map& values) {
  auto gate = judge(
      {fmt::format("{}", fmt::join(request.baseline_paths, " + ")), {&request.baseline.results}},
      {fmt::format("{}", fmt::join(request.candidate_paths, " + ")), {&request.candidate.results}},
      read_machine(), {values.count("allow-refusals") > 0, values.count("suspect-all") > 0});
  if (!gate) return gate;
  RemeasureRunsOrder order;
  order.baseline = &request.baseline;
  order.candidate = &request.candidate;
  order.baseline_files = request.baseline_files;
  order.candidate_files = request.candidate_files;
  order.budget = request.budget;
  order.executable = worker_program(values);
  if (values.count("out")) order.out = values["out"].as<std::string>();
  watch_interrupts();
  if (auto ok = measure_suspects(*gate, std::move(order)); !ok) return tl::unexpected(ok.error());
  leave_interrupts();
  conclude(*gate, values.count("strict") > 0);
  return gate;
}

}  // namespace

Usage gate_usage() {
  Usage usage{.verb = "gate",
              .summary = "a run against a baseline: wrong, missing, or slower beyond doubt",
              .arguments = "DIR --baseline DIR",
              .example =
                  "convgauge gate results/runs/candidate --baseline "
                  "results/baselines/resnet50 --baseline-plugin old.so",
              .place = "dir",
              .most = kAnyNumber,
              .offer = Offer::folder,
              .exits = {kUsage, kCrashed, kWrong, kMachine, kSlower, kNothingRan, kUndecided, kGood,
                        kInterrupted}};
  usage.groups = {
      {"What is compared",
       {{.name = "baseline",
         .value = "DIR",
         .help = "the folder of the baseline's run; given repeatedly: its shards",
         .offer = Offer::folder,
         .repeated = true},
        {.name = "baseline-plugin",
         .value = "FILE",
         .help = "the baseline's plugin; else it is looked for by its hash in the baseline's "
                 "folder, results/baselines and where it was",
         .offer = Offer::file,
         .repeated = true},
        {.name = "plugin",
         .value = "FILE",
         .help = "the candidate's plugin, if it is no longer where its run found it",
         .offer = Offer::file,
         .repeated = true}}},
      {"How it is judged",
       {{.name = "allow-refusals", .help = "what the baseline computed may be refused or gone now"},
        {.name = "suspect-all",
         .help = "measure every timed case again, not only those that the stored baseline cannot "
                 "clear"},
        {.name = "budget",
         .value = "SECONDS",
         .help = "for measuring a suspect again, each side",
         .initial = "60"},
        {.name = "strict", .help = "what could not be told counts (exit code 5)"},
        trust_option()}},
      {"Output",
       {{.name = "out",
         .value = "DIR",
         .help = "folder for the results of what was measured again",
         .offer = Offer::folder},
        output_option("write the judgement here too; the file's name decides the format"),
        format_option(Subject::gate),
        colour_option()}}};
  return usage;
}

int gate(const Arguments& arguments) {
  const auto parsed = parse(gate_usage(), arguments);
  if (parsed.exit) return *parsed.exit;
  const auto& values = parsed.values;
  const auto request = request_of(values);
  if (!request) return usage_error(request.error().message);
  const auto file = text_of(values, "output").value_or("");
  const auto format = pick_format(Subject::gate, text_of(values, "format"), file);
  if (!format) return usage_error("gate: " + format.error().message);
  if (auto ok = check_writable(values, "output"); !ok)
    return usage_error("gate: " + ok.error().message);
  const auto gate = judged(*request, values);
  if (!gate) return usage_error("gate: " + gate.error().message);
  FormatOptions options;
  options.width = columns_of(STDOUT_FILENO).value_or(report::kAnyWidth);
  options.colour = wants_colour(values);
  const auto& terminal = file.empty() ? **format : *format_of_file(Subject::gate, "");
  const auto shown = terminal.gate(*gate, options);
  if (!shown) return usage_error("gate: " + shown.error().message);
  fmt::print("{}", *shown);
  if (!file.empty()) {
    const auto text = (*format)->gate(*gate, {});
    if (!text) return usage_error("gate: " + text.error().message);
    if (auto ok = write_text(file, *text); !ok) return usage_error(ok.error().message);
  }
  return interrupted() ? kInterrupted : gate->exit_code;
}

}  // namespace convgauge::cli
