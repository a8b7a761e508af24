// A barrier before and after each window; its completion function decides whether there is another.
#include "run/machine/team.hpp"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <memory>
#include <thread>

#include "core/blocks.hpp"
#include "core/layers.hpp"
#include "worker/machine_trouble.hpp"

namespace convgauge::run {
namespace {

using Clock = std::chrono::steady_clock;

/// Pins the calling thread. If the system refuses the mask, the thread stays unpinned, and only the
/// window may get longer.
void pin(int processor) {
  const auto capacity = static_cast<std::size_t>(processor) + 1;
  const std::unique_ptr<cpu_set_t, void (*)(cpu_set_t*)> set(CPU_ALLOC(capacity),
                                                             [](cpu_set_t* s) { CPU_FREE(s); });
  const auto bytes = CPU_ALLOC_SIZE(capacity);
  CPU_ZERO_S(bytes, set.get());
  CPU_SET_S(static_cast<std::size_t>(processor), bytes, set.get());
  sched_setaffinity(0, bytes, set.get());
}

struct Turn {
  Clock::time_point start, end;
};

Clock::duration length(std::span<const Turn> turns) {
  auto first = turns.front().start, last = turns.front().end;
  for (const auto& turn : turns) {
    first = std::min(first, turn.start);
    last = std::max(last, turn.end);
  }
  return last - first;
}

}  // namespace

std::chrono::nanoseconds shortest_window(int threads, std::span<const Processor> processors,
                                         std::chrono::milliseconds budget, int least,
                                         const std::function<void(int)>& begin,
                                         const std::function<void(int)>& work) {
  const auto deadline = Clock::now() + budget;
  std::vector<Turn> turns(static_cast<std::size_t>(threads));
  auto best = Clock::duration::max();
  int windows = -1;  // the barrier's first completion comes after begin()
  bool more = true, denied = false;
  std::barrier together(threads, [&]() noexcept {
    if (++windows > 0) best = std::min(best, length(turns));
    more = !denied && (windows < least || Clock::now() < deadline);
  });
  std::atomic<int> members = 0;
  const auto member = [&] {
    const int thread = members++;
    const auto at = static_cast<std::size_t>(thread);
    pin(processors[at % processors.size()].index);
    begin(thread);
    together.arrive_and_wait();
    while (more) {
      turns[at].start = Clock::now();
      work(thread);
      turns[at].end = Clock::now();
      together.arrive_and_wait();
    }
  };
  std::vector<std::jthread> team;
  const auto missing = start_threads(team, threads, member);
  denied = missing.count > 0;
  for (auto i = missing.count; i > 0; --i) together.arrive_and_drop();
  team.clear();
  if (denied)
    throw worker::MachineTrouble(fmt::format("starting {} threads", threads), missing.error);
  return best;
}

}  // namespace convgauge::run
