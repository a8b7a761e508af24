#include "run/remeasure.hpp"

#include "core/layers.hpp"
#include "run/sweep.hpp"

namespace convgauge::run {
namespace {

BackendChoice choice_of(const RemeasureSide& side, const RemeasureOrder& order) {
  BackendChoice choice;
  choice.name = side.backend;
  choice.label = side.label;
  choice.algorithm = order.algorithm;
  choice.plugin = side.plugin;
  choice.library_path = side.library_path;
  choice.options = side.options;
  choice.tolerate = side.tolerated;
  if (!order.device.empty()) choice.device = order.device;
  choice.required = true;
  return choice;
}

Suite suite_of(const RemeasureOrder& order) {
  Suite suite;
  suite.name = "remeasured";
  suite.problems = order.problems;
  suite.backends = {choice_of(order.baseline, order), choice_of(order.candidate, order)};
  suite.baseline_backend = order.baseline.label;
  axes(suite.settings) = axes_of(order.settings);
  suite.settings.verify.seed = order.seed;
  suite.settings.measure = {order.rounds, order.budget, order.processes};
  return suite;
}

}  // namespace

Expected<RemeasureResult> remeasure(const RemeasureOrder& order,
                                    const std::function<void(const Problem&)>& tell,
                                    const std::function<bool()>& interrupted) {
  const auto suite = suite_of(order);
  // Loads the two plugin files only, and none from the search path.
  std::vector<NamedPlugin> named;
  for (const auto* side : {&order.baseline, &order.candidate})
    if (side->plugin != kReferencePlugin) named.push_back({side->plugin, side->library_path});
  SearchPath path{order.executable, {}, {}};
  for (const auto* side : {&order.baseline, &order.candidate})
    path.tolerated.insert(path.tolerated.end(), side->tolerated.begin(), side->tolerated.end());
  const auto catalog = discover(path, named);
  SweepOptions options;
  options.executable = order.executable;
  options.command = "convgauge gate";
  options.out = order.out;
  options.measure_machine_peaks = false;
  SweepHooks hooks;
  hooks.progress = [&](const Progress& p) {
    if (p.problem && tell) tell(*p.problem);
  };
  hooks.interrupted = interrupted;
  auto done = sweep(suite, catalog, options, hooks);
  if (!done) return tl::unexpected(done.error());
  RemeasureResult result{std::move(done->results), std::vector<Remeasured>(order.problems.size()),
                         done->interrupted};
  for (const auto& record : result.results.cases) {
    auto& pair = result.pairs[static_cast<std::size_t>(record.position.problem)];
    (record.label == order.baseline.label ? pair.baseline : pair.candidate) = &record;
  }
  return result;
}

}  // namespace convgauge::run
