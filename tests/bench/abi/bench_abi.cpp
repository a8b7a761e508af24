// execute() of a loaded plugin through the table, against a direct call of the same work. --limit:
// demands that the difference of the fastest of many short rounds, taken in turns, is at most 10
// ns.
#include <benchmark/benchmark.h>
#include <convgauge/plugin.h>
#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "touch.hpp"

namespace convgauge::bench {
namespace {

struct Loaded {
  const cvg_backend* backend = nullptr;
  cvg_plan* plan = nullptr;
  float src = 1, weights = 1, dst = 0;

  Loaded() {
    void* library = dlopen(NOTHING_PLUGIN, RTLD_NOW | RTLD_LOCAL);
    if (!library) throw std::runtime_error(dlerror());
    const auto entry =
        reinterpret_cast<cvg_plugin_entry_function>(dlsym(library, "cvg_plugin_entry"));
    std::uint32_t version = 0;
    backend = entry(CVG_ABI_VERSION, nullptr, &version)->backends[0];
    cvg_spec spec{};
    spec.struct_size = sizeof spec;
    spec.batch = spec.in_channels = spec.out_channels = spec.groups = 1;
    spec.h = spec.w = {1, 1, 1, 1, 0, 0};
    cvg_settings settings{};
    settings.struct_size = sizeof settings;
    settings.threads = settings.slots = 1;
    settings.workspace_limit_bytes = -1;
    std::int32_t reason = 0;
    void* addresses[] = {&src, &weights, &dst};
    if (backend->plan_create(&spec, &settings, &plan, &reason, nullptr) != CVG_STATUS_OK ||
        backend->bind(plan, 0, addresses, 3, nullptr) != CVG_STATUS_OK)
      throw std::runtime_error("the plan could not be made");
  }
  void through_table() {
    const std::int32_t slot = 0;
    backend->execute(plan, &slot, 1, nullptr, nullptr);
  }
  void directly() { touch(&src, &dst); }
};

Loaded& loaded() {
  static Loaded one;
  return one;
}

void through_table(benchmark::State& state) {
  auto& one = loaded();
  for (auto _ : state) one.through_table();
}
void directly(benchmark::State& state) {
  auto& one = loaded();
  for (auto _ : state) one.directly();
}
void a_batch_of_eight(benchmark::State& state) {
  auto& one = loaded();
  const std::int32_t slots[8] = {};
  for (auto _ : state) one.backend->execute(one.plan, slots, 8, nullptr, nullptr);
  state.SetItemsProcessed(state.iterations() * 8);
}
BENCHMARK(directly);
BENCHMARK(through_table);
BENCHMARK(a_batch_of_eight);

template <class Call>
double nanoseconds(Call&& call) {
  constexpr int kCalls = 10000;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kCalls; ++i) {
    call();
    benchmark::ClobberMemory();
  }
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin)
             .count() /
         kCalls;
}

int demand_limit() {
  auto& one = loaded();
  double table = std::numeric_limits<double>::infinity(), direct = table;
  for (int round = 0; round < 500; ++round) {
    table = std::min(table, nanoseconds([&] { one.through_table(); }));
    direct = std::min(direct, nanoseconds([&] { one.directly(); }));
  }
  std::printf("table %.2f ns, direct %.2f ns, difference %.2f ns (limit 10)\n", table, direct,
              table - direct);
  return table - direct <= 10 ? 0 : 1;
}

}  // namespace
}  // namespace convgauge::bench

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "--limit") == 0) return convgauge::bench::demand_limit();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
