#include "run/pool.hpp"

#include <fmt/format.h>

#include "core/layers.hpp"
#include "core/processors.hpp"

namespace convgauge::run {
namespace {

std::string key_of(const Competitor& c, int threads) {
  std::string key = fmt::format("{}|{}|{}|{}|{}", c.choice.label, c.plugin_file,
                                c.choice.library_path.string(), c.device, threads);
  for (const auto rule : c.choice.tolerate) key += fmt::format("|{}", word(rule));
  for (const auto& [option, value] : c.choice.options) key += fmt::format("|{}={}", option, value);
  return key;
}

}  // namespace

std::vector<int> cpus_for(int threads) {
  const auto cores = spread(read_topology().processors);
  if (threads > static_cast<int>(cores.size())) return {};
  std::vector<int> cpus;
  for (int i = 0; i < threads; ++i) cpus.push_back(cores[static_cast<std::size_t>(i)].index);
  return cpus;
}

CallResult<Worker*> Pool::worker(const Competitor& competitor, int threads) {
  const auto key = key_of(competitor, threads);
  auto& mine = workers_[key];
  if (timed_)
    for (auto& [other, worker] : workers_)
      if (other != key && worker) worker->stop();
  if (!mine || !mine->alive()) {
    // sweep() ends with such a run; elsewhere it is no fault of the plugin's.
    if (auto ok = plugin_unchanged(competitor); !ok)
      return tl::unexpected<Verdict>(Refused{RefusalReason::other, ok.error().message});
    // Workers of a device are not pinned: the device driver's threads may run on any core.
    const auto cpus = competitor.on_cpu && pinned_ ? cpus_for(threads) : std::vector<int>{};
    auto made = Worker::spawn({executable_, competitor.plugin_file, competitor.choice.library_path,
                               cpus, threads, timed_, in_process_, competitor.choice.tolerate});
    if (!made) return tl::unexpected(made.error());
    mine = std::move(*made);
  }
  mine->resume();
  return mine.get();
}

Worker* Pool::living(const Competitor& competitor, int threads) {
  const auto found = workers_.find(key_of(competitor, threads));
  return found != workers_.end() && found->second && found->second->alive() ? found->second.get()
                                                                            : nullptr;
}

}  // namespace convgauge::run
