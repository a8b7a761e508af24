// `convgauge gate`: a run against a stored baseline. Correctness and coverage always; what looks
// slower is measured again beside the baseline's plugin before anything is called slower.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <set>

#include "cli/selection.hpp"
#include "cli/stored_results.hpp"
#include "cli/terminal.hpp"
#include "core/files.hpp"
#include "core/problem_text.hpp"
#include "report/formats.hpp"
#include "run/machine/machine.hpp"
#include "run/outcome.hpp"
#include "run/remeasure.hpp"

namespace convgauge::cli {
namespace {

namespace fs = std::filesystem;

struct Run {
  Results results;
  fs::path folder;
};

Expected<Run> read_run(const std::string& path) {
  auto results = stored_results(path);
  if (!results) return tl::unexpected(results.error());
  std::error_code failed;
  return Run{std::move(*results),
             fs::is_directory(path, failed) ? fs::path(path) : fs::path(path).parent_path()};
}

/// What a case's label ran on. Cases of `"algorithm": "all"` are labelled LABEL:ALGORITHM.
const PluginRecord* plugin_of(const HeaderRecord& header, const CaseRecord& record) {
  for (const auto& p : header.plugins)
    if (p.label == record.label || record.label.starts_with(p.label + ":")) return &p;
  return nullptr;
}

/// Finds plugin files by their hash among those named, those kept with a run, and the place where
/// the run found it.
class PluginFiles {
 public:
  explicit PluginFiles(std::vector<fs::path> named) : named_(std::move(named)) {}

  /// An absolute path; empty where no file here is the one.
  fs::path find(const PluginRecord& plugin, const fs::path& run_folder) {
    if (plugin.file == kReferencePlugin) return plugin.file;
    for (const auto& file : named_)
      if (hash(file) == plugin.hash) return fs::absolute(file);
    for (const auto& folder : {run_folder, fs::path("results/baselines")})
      for (const auto& file : shared_libraries(folder))
        if (hash(file) == plugin.hash) return fs::absolute(file);
    return hash(plugin.file) == plugin.hash ? fs::absolute(plugin.file) : fs::path();
  }

 private:
  static std::vector<fs::path> shared_libraries(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code failed;
    for (fs::recursive_directory_iterator it(folder, failed), end; !failed && it != end;
         it.increment(failed))
      if (it->path().extension() == ".so") files.push_back(it->path());
    std::sort(files.begin(), files.end());
    return files;
  }

  const std::string& hash(const fs::path& file) {
    const auto [it, fresh] = hashes_.try_emplace(file.string());
    if (fresh) it->second = hash_of(file);
    return it->second;
  }

  std::vector<fs::path> named_;
  std::map<std::string, std::string> hashes_;
};

/// Suspects that one interleaved run can measure: all but the problem is the same.
struct Batch {
  RemeasureOrder order;
  std::vector<Suspect*> suspects;
};

class Remeasurement {
 public:
  Remeasurement(Gate& gate, const Run& baseline, const Run& candidate,
                std::vector<fs::path> baseline_files, std::vector<fs::path> candidate_files,
                std::chrono::milliseconds budget, fs::path out)
      : gate_(gate),
        baseline_(baseline),
        candidate_(candidate),
        baseline_files_(std::move(baseline_files)),
        candidate_files_(std::move(candidate_files)),
        budget_(budget),
        out_(std::move(out)) {}

  Expected<void> run() {
    for (auto& suspect : gate_.suspects) add(suspect);
    int done = 0, index = 0;
    for (auto& batch : batches_) {
      if (!out_.empty()) batch.order.out = out_ / fmt::format("remeasured-{}", ++index);
      const auto tell = [&](const Problem& problem) {
        fmt::print(stderr, "convgauge: measuring again, {} of {}: {} on {}\n", ++done, count_,
                   batch.order.candidate.label,
                   problem.name.empty() ? short_text(problem.geometry) : problem.name);
      };
      auto result = remeasure(batch.order, tell, [] { return interrupted(); });
      if (!result) return tl::unexpected(result.error());
      for (std::size_t i = 0; i < batch.suspects.size(); ++i)
        settle(*batch.suspects[i], result->pairs[i].baseline, result->pairs[i].candidate,
               static_cast<double>(budget_.count()) * 1e6 / kGateProcesses, laws_);
    }
    return {};
  }

 private:
  void give_up(Suspect& suspect, std::string why) {
    suspect.guilt = Guilt::unconfirmed;
    suspect.outcome = std::move(why);
  }

  /// Puts a suspect into its batch, or says why it cannot be measured again.
  void add(Suspect& suspect) {
    const auto &then = *suspect.compared->baseline, &now = *suspect.compared->candidate;
    const auto* old_plugin = plugin_of(baseline_.results.header, then);
    const auto* new_plugin = plugin_of(candidate_.results.header, now);
    if (!old_plugin || !new_plugin)
      return give_up(suspect, "the header does not say which plugin it ran on");
    const bool same =
        old_plugin->hash == new_plugin->hash && old_plugin->version == new_plugin->version &&
        old_plugin->library_path == new_plugin->library_path && then.options == now.options;
    if (same && !gate_.options.suspect_all) {
      suspect.guilt = Guilt::not_slower;
      suspect.outcome =
          "not measured again: the same plugin file, library and options in both runs, so the "
          "machine differed";
      return;
    }
    const auto old_file = baseline_files_.find(*old_plugin, baseline_.folder);
    if (old_file.empty())
      return give_up(suspect,
                     missing("baseline's", *old_plugin,
                             "--baseline-plugin FILE.so, or keep it in results/baselines"));
    const auto new_file = candidate_files_.find(*new_plugin, candidate_.folder);
    if (new_file.empty())
      return give_up(suspect, missing("candidate's", *new_plugin, "--plugin FILE.so"));
    RemeasureOrder order;
    order.baseline = {then.backend, "baseline", old_file, old_plugin->library_path, then.options};
    order.candidate = {now.backend, now.label, new_file, new_plugin->library_path, now.options};
    if (order.candidate.label == order.baseline.label) order.baseline.label = "the baseline";
    order.settings = now.settings;
    order.algorithm = now.requested_algorithm;
    order.device = now.device;
    order.processes = kGateProcesses;
    order.rounds = kGateSamples;
    order.budget = budget_;
    order.seed = candidate_.results.header.seed;
    order.executable = default_search_path({}).executable;
    auto& batch = batch_of(order);
    batch.order.problems.push_back(now.problem);
    batch.suspects.push_back(&suspect);
    ++count_;
  }

  static std::string missing(const char* whose, const PluginRecord& plugin, const char* remedy) {
    return fmt::format(
        "cannot be measured again: the {} plugin ({}, hash {}) is not here; give it by {}", whose,
        plugin.file, plugin.hash, remedy);
  }

  Batch& batch_of(const RemeasureOrder& order) {
    for (auto& batch : batches_) {
      const auto& o = batch.order;
      if (o.baseline == order.baseline && o.candidate == order.candidate &&
          o.settings == order.settings && o.algorithm == order.algorithm &&
          o.device == order.device)
        return batch;
    }
    return batches_.emplace_back(Batch{order, {}});
  }

  Gate& gate_;
  const Run &baseline_, &candidate_;
  PluginFiles baseline_files_, candidate_files_;
  std::chrono::milliseconds budget_;
  fs::path out_;
  std::vector<Batch> batches_;
  RankLaws laws_;
  int count_ = 0;
};

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

/// By the file's extension; text where it is none of a format.
Expected<void> write(const Gate& gate, const std::string& file) {
  const auto* format = format_of_file(Subject::gate, file);
  if (!format) format = format_of_file(Subject::gate, "");
  const auto text = format->gate(gate, {});
  return text ? write_text(file, *text) : tl::unexpected(text.error());
}

}  // namespace

int gate(const Arguments& arguments) {
  Usage usage{"gate", "DIR --baseline DIR [options]",
              "convgauge gate results/runs/candidate --baseline results/baselines/resnet50 "
              "--baseline-plugin old.so",
              po::options_description("Options")};
  auto add = usage.options.add_options();
  add("dir", po::value<Texts>(), "the folder of the candidate's run");
  add("baseline", po::value<std::string>(), "the folder of the baseline's run");
  add("baseline-plugin", po::value<Texts>(),
      "the baseline's plugin; else it is looked for by its hash in the baseline's folder, "
      "results/baselines and where "
      "it was");
  add("plugin", po::value<Texts>(),
      "the candidate's plugin, if it is no longer where its run found it");
  add("allow-refusals", "what the baseline computed may be refused or gone now");
  add("suspect-all",
      "measure every timed case again, not only those that the stored baseline cannot clear");
  add("budget", po::value<double>()->default_value(60, "60"),
      "seconds for measuring a suspect again, each side");
  add("strict", "what could not be told counts (exit code 5)");
  add("out", po::value<std::string>(), "folder for the results of what was measured again");
  add("output,o", po::value<std::string>(),
      fmt::format("write the judgement here too: {}, or text", file_choices(Subject::gate))
          .c_str());
  const auto parsed = parse(usage, arguments, "dir");
  if (parsed.exit) return *parsed.exit;
  const auto& values = parsed.values;
  if (!values.count("dir") || values["dir"].as<Texts>().size() != 1)
    return usage_error("gate: one folder is needed, the candidate's");
  if (!values.count("baseline")) return usage_error("gate: --baseline DIR is needed");
  const double budget_s = values["budget"].as<double>();
  if (!(budget_s > 0 && budget_s < 1e6))
    return usage_error(fmt::format("gate: --budget {:g}: not a time in seconds", budget_s));
  const auto baseline_files = files_of(values, "baseline-plugin"),
             candidate_files = files_of(values, "plugin");
  if (auto ok = check_files(baseline_files, "--baseline-plugin"); !ok)
    return usage_error(ok.error().message);
  if (auto ok = check_files(candidate_files, "--plugin"); !ok)
    return usage_error(ok.error().message);
  const auto candidate_path = values["dir"].as<Texts>().front(),
             baseline_path = values["baseline"].as<std::string>();
  std::error_code failed;
  if (fs::equivalent(candidate_path, baseline_path, failed))
    return usage_error(fmt::format("gate: {} is both candidate and baseline", candidate_path));
  const auto candidate = read_run(candidate_path), baseline = read_run(baseline_path);
  for (const auto* run : {&candidate, &baseline})
    if (!*run) return usage_error(run->error().message);

  auto judged =
      judge({baseline_path, {&baseline->results}}, {candidate_path, {&candidate->results}},
            read_machine(), {values.count("allow-refusals") > 0, values.count("suspect-all") > 0});
  if (!judged) return usage_error("gate: " + judged.error().message);
  watch_interrupts();
  const std::chrono::milliseconds budget(static_cast<std::int64_t>(budget_s * 1000));
  const auto out = values.count("out") ? fs::path(values["out"].as<std::string>()) : fs::path();
  Remeasurement again(*judged, *baseline, *candidate, baseline_files, candidate_files, budget, out);
  if (auto ok = again.run(); !ok) return usage_error("gate: " + ok.error().message);
  conclude(*judged, values.count("strict") > 0);
  fmt::print("{}", gate_text(*judged, terminal_width(), wants_colour()));
  if (values.count("output"))
    if (auto ok = write(*judged, values["output"].as<std::string>()); !ok)
      return usage_error(ok.error().message);
  return interrupted() ? kInterrupted : judged->exit_code;
}

}  // namespace convgauge::cli
