#include "run/remeasure_runs.hpp"

#include <fmt/format.h>

#include "core/layers.hpp"
#include "record/classify.hpp"
#include "run/catalog.hpp"
#include "run/plugin_files.hpp"

namespace convgauge::run {
namespace {

std::string missing(const char* whose, const PluginRecord& plugin, const char* remedy) {
  return fmt::format(
      "cannot be measured again: the {} plugin ({}, hash {}) is not here; give it by {}", whose,
      plugin.file, plugin.hash, remedy);
}

/// Pairs that one interleaved run can measure, since they differ only in the problem.
struct Batch {
  RemeasureOrder order;
  std::vector<std::size_t> pairs;  // one for each problem of the order

  bool takes(const RemeasureOrder& o) const {
    return order.baseline == o.baseline && order.candidate == o.candidate &&
           order.settings == o.settings && order.algorithm == o.algorithm &&
           order.device == o.device;
  }
};

class Remeasurement {
 public:
  Remeasurement(const RemeasureRunsOrder& order, const RemeasureRunsHooks& hooks)
      : order_(order),
        hooks_(hooks),
        baseline_files_(order.baseline_files),
        candidate_files_(order.candidate_files),
        baseline_libraries_(loaded_libraries(order.baseline->results)),
        candidate_libraries_(loaded_libraries(order.candidate->results)) {}

  Expected<void> run() {
    for (std::size_t i = 0; i < order_.pairs.size(); ++i) add(i);
    int number = 0;
    for (auto& batch : batches_)
      if (auto ok = run_batch(batch, number); !ok) return ok;
    return {};
  }

 private:
  Expected<void> run_batch(const Batch& batch, int& number) {
    const auto tell = [&](const Problem& problem) {
      hooks_.begins(++number, count_, batch.order.candidate.label, problem);
    };
    const auto result = remeasure(batch.order, tell, hooks_.interrupted);
    if (!result) return tl::unexpected(result.error());
    for (std::size_t i = 0; i < batch.pairs.size(); ++i)
      hooks_.measured(batch.pairs[i], result->pairs[i]);
    return {};
  }

  /// Puts a pair into its batch, or says why it is not measured again.
  void add(std::size_t pair) {
    const auto &then = *order_.pairs[pair].baseline, &now = *order_.pairs[pair].candidate;
    const auto* old_plugin = plugin_of(order_.baseline->results.header, then.label);
    const auto* new_plugin = plugin_of(order_.candidate->results.header, now.label);
    if (!old_plugin || !new_plugin)
      return hooks_.not_here(pair, "the header does not say which plugin it ran on");
    const bool same =
        old_plugin->hash == new_plugin->hash && old_plugin->version == new_plugin->version &&
        old_plugin->library_path == new_plugin->library_path && then.options == now.options;
    const bool other_libraries = tell_libraries(pair, old_plugin->label, new_plugin->label);
    // Both sides would load the same libraries now.
    if (same && other_libraries) return;
    if (same && !order_.same_plugins_too && ranked(then) && ranked(now))
      return tell_same_file(pair, old_plugin->label, new_plugin->label);
    const auto old_file = baseline_files_.find(*old_plugin, order_.baseline->folder);
    if (old_file.empty())
      return hooks_.not_here(pair,
                             missing("baseline's", *old_plugin,
                                     "--baseline-plugin FILE.so, or keep it in results/baselines"));
    const auto new_file = candidate_files_.find(*new_plugin, order_.candidate->folder);
    if (new_file.empty())
      return hooks_.not_here(pair, missing("candidate's", *new_plugin, "--plugin FILE.so"));
    auto& batch =
        batch_of(side_by_side({then.backend, "baseline", old_file, old_plugin->library_path,
                               then.options, old_plugin->tolerated},
                              {now.backend, now.label, new_file, new_plugin->library_path,
                               now.options, new_plugin->tolerated},
                              now));
    batch.order.problems.push_back(now.problem);
    batch.pairs.push_back(pair);
    ++count_;
  }

  /// Whether the two labels had other libraries loaded.
  bool tell_libraries(std::size_t pair, const std::string& then, const std::string& now) {
    std::string text;
    for (const auto& change : library_changes(baseline_libraries_[then], candidate_libraries_[now]))
      text += (text.empty() ? "" : "; ") + change_text(change);
    if (!text.empty()) hooks_.other_libraries(pair, text);
    return !text.empty();
  }

  void tell_same_file(std::size_t pair, const std::string& then, const std::string& now) {
    if (baseline_libraries_[then].empty() || candidate_libraries_[now].empty())
      hooks_.other_libraries(pair, "not recorded by one of the runs");
    else
      hooks_.same_plugin(pair,
                         "not measured again: the same plugin file, libraries and options in both "
                         "runs, so the machine differed");
  }

  RemeasureOrder side_by_side(RemeasureSide baseline, RemeasureSide candidate,
                              const CaseRecord& now) const {
    RemeasureOrder o;
    o.baseline = std::move(baseline);
    o.candidate = std::move(candidate);
    if (o.candidate.label == o.baseline.label) o.baseline.label = "the baseline";
    o.settings = now.settings;
    o.algorithm = now.requested_algorithm;
    o.device = now.device;
    o.processes = order_.processes;
    o.rounds = order_.rounds;
    o.budget = order_.budget;
    o.seed = order_.candidate->results.header.seed;
    o.executable = order_.executable;
    return o;
  }

  Batch& batch_of(RemeasureOrder order) {
    for (auto& batch : batches_)
      if (batch.takes(order)) return batch;
    if (!order_.out.empty())
      order.out = order_.out / fmt::format("remeasured-{}", batches_.size() + 1);
    return batches_.emplace_back(Batch{std::move(order), {}});
  }

  const RemeasureRunsOrder& order_;
  const RemeasureRunsHooks& hooks_;
  PluginFiles baseline_files_, candidate_files_;
  LibrariesByLabel baseline_libraries_, candidate_libraries_;
  std::vector<Batch> batches_;
  int count_ = 0;
};

}  // namespace

Expected<void> remeasure_runs(const RemeasureRunsOrder& order, const RemeasureRunsHooks& hooks) {
  return Remeasurement(order, hooks).run();
}

}  // namespace convgauge::run
