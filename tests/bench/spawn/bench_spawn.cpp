// Spawn-to-ready: from vfork to the first answer of a worker that has loaded its plugin; and
// a stop/continue pair.
//   bench_spawn CONVGAUGE PLUGIN.so        prediction: exec and dynamic linking 2-3 ms, two forks,
//   dlopen: under 20 ms; namespaces, mounts and filters: 5 ms more
#include <benchmark/benchmark.h>

#include <cstdio>
#include <string>

#include "worker/worker.hpp"

namespace {

using namespace convgauge;
using namespace convgauge::run;
constexpr std::chrono::milliseconds kLimit{10'000};

void spawn_to_ready(benchmark::State& state, const WorkerOptions& options) {
  for (auto _ : state) {
    auto worker = Worker::spawn(options);
    if (!worker) return state.SkipWithError(sentence(worker.error()).c_str());
    if (!(*worker)->call(Describe{}, kLimit))
      return state.SkipWithError("the plugin gave no description");
    state.PauseTiming();
    worker->reset();
    state.ResumeTiming();
  }
}

void stop_and_continue(benchmark::State& state, const WorkerOptions& options) {
  auto worker = Worker::spawn(options);
  if (!worker) return state.SkipWithError(sentence(worker.error()).c_str());
  (void)(*worker)->call(Describe{}, kLimit);
  for (auto _ : state) {
    (*worker)->stop();
    (*worker)->resume();
  }
}

void round_trip(benchmark::State& state, const WorkerOptions& options) {
  auto worker = Worker::spawn(options);
  if (!worker) return state.SkipWithError(sentence(worker.error()).c_str());
  for (auto _ : state) (void)(*worker)->call(ClosePlan{0}, kLimit);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3)
    return std::fprintf(stderr,
                        "usage: bench_spawn CONVGAUGE PLUGIN.so [Google Benchmark options]\n"),
           2;
  const WorkerOptions contained{Program(argv[1]), argv[2], {}, {}, 1};
  const WorkerOptions trusted{Program(argv[1], true), argv[2], {}, {}, 1};
  const auto add = [](const char* name, auto* run, const WorkerOptions& options) {
    benchmark::RegisterBenchmark(name, run, options)->Unit(benchmark::kMillisecond)->UseRealTime();
  };
  add("spawn_to_ready", spawn_to_ready, contained);
  add("spawn_to_ready_trusted", spawn_to_ready, trusted);
  add("stop_and_continue", stop_and_continue, contained);
  add("request_round_trip", round_trip, contained);
  int rest = argc - 2;
  benchmark::Initialize(&rest, argv + 2);
  benchmark::RunSpecifiedBenchmarks();
}
