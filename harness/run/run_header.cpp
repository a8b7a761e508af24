#include "run/run_header.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>

#include "core/layers.hpp"
#include "measure/statistics.hpp"
#include "record/attempts.hpp"
#include "run/machine/machine.hpp"
#include "run/noise_floor.hpp"
#include "run/revision.hpp"
#include "run/version.hpp"
#include "worker/containment.hpp"

namespace convgauge::run {
namespace {

/// Each library once, with the labels that have it.
Libraries libraries_of(const std::vector<Competitor>& competitors) {
  Libraries all;
  for (const auto& c : competitors)
    for (const auto& library : c.libraries) {
      auto found = std::find_if(all.begin(), all.end(), [&](const LoadedLibrary& l) {
        return l.path == library.path && l.id == library.id && l.name == library.name;
      });
      if (found == all.end()) found = all.insert(all.end(), library);
      found->labels.push_back(c.choice.label);
    }
  return all;
}

std::vector<std::string> not_kept_from(const SweepOptions& options) {
  if (options.in_process) return {"everything: --in-process ran the plugins in the driver"};
  if (options.executable.trusted)
    return {"files and other processes: --trust kept the plugins from nothing"};
  return not_enforced();
}

}  // namespace

std::string utc_now() {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  return fmt::format("{:%Y-%m-%dT%H:%M}:{:%S}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(now)),
                     now.time_since_epoch());
}

HeaderRecord make_header(const Suite& suite, const ResolvedBackends& resolved,
                         const SweepOptions& options) {
  HeaderRecord h;
  h.convgauge_version = kVersion;
  h.git_revision = git_revision(kSourceFolder);
  h.compiler = kCompiler;
  h.started = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
  h.suite = suite.name;
  h.config_file = suite.file.string();
  h.config_digest = suite.digest;
  h.command = options.command;
  // An absent baseline is left out: every ratio to it would be empty.
  for (const auto& c : resolved.competitors)
    if (suite.baseline_backend == c.choice.label) h.baseline_backend = suite.baseline_backend;
  h.machine = read_machine();
  for (const auto& c : resolved.competitors)
    h.plugins.push_back({c.choice.label, c.choice.name, c.plugin_file, c.plugin_identity.hash,
                         c.version, c.device_text, c.choice.library_path.string(),
                         c.choice.tolerate});
  h.libraries = libraries_of(resolved.competitors);
  h.absent = resolved.absent;
  h.known = suite.known;
  h.not_enforced = not_kept_from(options);
  h.fills = suite.settings.verify.fills;
  h.rounds = options.measure ? suite.settings.measure.rounds : 0;
  h.seed = suite.settings.verify.seed;
  h.problems = static_cast<std::int64_t>(suite.problems.size());
  h.shard = options.shard;
  h.shards = options.shards > 1 ? options.shards : 0;
  for (auto i = options.shard; h.shards > 0 && i < h.problems; i += h.shards)
    h.shard_problems.push_back(problem_name(suite.problems[static_cast<std::size_t>(i)]));
  return h;
}

void measure_machine(Machine& machine, const Suite& suite, const SweepOptions& options) {
  // A run with too few samples for intervals is a quick look: its peaks get a tenth of the time,
  // and a noise floor would have no interval to be compared with.
  const auto& order = suite.settings.measure;
  const bool glance = order.rounds * order.processes < kLeastSamples;
  measure_peaks(machine, suite.settings.threads, glance ? kPeakBudget / 10 : kPeakBudget);
  constexpr int kMost = 21;  // more rounds take long and show no more
  if (!options.in_process && !glance)
    machine.noise_floor = measure_noise_floor(options.executable, suite.settings.threads.front(),
                                              std::min(kMost, order.rounds * order.processes));
}

}  // namespace convgauge::run
