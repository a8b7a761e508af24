// Every tile of some layers, timed against what the cost model says of it: how much is lost by the
//   model's choice. bench_fft_tiles [all] [channels map kernel [groups [stride]]]    default: 30
//   layers, those that the model was fitted
//                                                                    to and 13 others, one and two
//                                                                    threads, some minutes
// Least times of about 12 ms each, twice, tiles one after another; tiles predicted at three times
// the choice and more are left out. "all" prints every tile and not only the choice and the best.
#include <sys/mman.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <numeric>

#include "../../unit/fft/problem.hpp"
#include "fft/isa.hpp"

namespace convgauge::backends::fft {
namespace {

using Clock = std::chrono::steady_clock;

struct Layer {
  std::int64_t channels, map, kernel, groups = 1, stride = 1;
};
constexpr Layer kFitted[] = {
    {64, 56, 5},       {64, 56, 7},     {64, 56, 9},       {64, 56, 15},       {128, 28, 5},
    {256, 14, 5},      {32, 112, 7},    {256, 28, 11},     {64, 56, 3},        {16, 224, 7},
    {96, 14, 13},      {32, 56, 25},    {64, 56, 7, 1, 2}, {128, 56, 15, 128}, {128, 56, 31, 128},
    {256, 28, 7, 256}, {64, 112, 5, 64}};
constexpr Layer kOthers[] = {{128, 14, 9},     {32, 112, 5},       {512, 7, 7}, {64, 28, 11},
                             {256, 28, 3},     {128, 28, 21},      {64, 28, 5}, {96, 56, 7},
                             {128, 28, 9, 4},  {128, 56, 5, 1, 2}, {48, 40, 6}, {64, 96, 13},
                             {128, 56, 9, 128}};

/// Pages as a host gives them: whole large ones, touched.
class Floats {
 public:
  explicit Floats(std::int64_t count)
      : bytes_((static_cast<std::size_t>(count) * sizeof(float) | (kPage - 1)) + 1) {
    void* at = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) std::perror("mmap"), std::exit(1);
    madvise(at, bytes_, MADV_HUGEPAGE);
    data_ = static_cast<float*>(at);
    for (std::int64_t i = 0; i < count; ++i) data_[i] = 0.001f * static_cast<float>(i % 97);
  }
  Floats(const Floats&) = delete;
  Floats& operator=(const Floats&) = delete;
  ~Floats() { munmap(data_, bytes_); }
  float* data() const { return data_; }

 private:
  static constexpr std::size_t kPage = 2 << 20;
  std::size_t bytes_;
  float* data_ = nullptr;
};

double least_ns(const Problem& p, const Candidate& c, const Kernels& kernels, int threads) {
  const Convolution convolution(spec_of(p), c.shape, c.cut, kernels, threads);
  const Sizes& sizes = convolution.sizes();
  const Floats src(p.batch * p.in * p.h.input * p.w.input),
      dst(p.batch * p.out * p.out_h() * p.out_w());
  const Floats packed(sizes.packed_floats()), workspace(sizes.workspace_floats(threads));
  double best = HUGE_VAL;
  const auto until = Clock::now() + std::chrono::milliseconds(12);
  for (int i = 0; i < 4 || Clock::now() < until; ++i) {
    const auto begin = Clock::now();
    convolution.execute(src.data(), dst.data(), packed.data(), workspace.data());
    best = std::min(best, std::chrono::duration<double, std::nano>(Clock::now() - begin).count());
  }
  return best;
}

/// log(the choice's time / the best's)
double regret(const Layer& layer, const Kernels& kernels, int threads, bool all) {
  Problem p;
  p.in = p.out = layer.channels;
  p.groups = layer.groups;
  p.h = p.w = {layer.map, layer.kernel, layer.stride, 1, layer.kernel / 2, layer.kernel / 2};
  const auto found = candidates(spec_of(p), kernels, threads);
  std::vector<double> times(found.size(), HUGE_VAL);
  for (int pass = 0; pass < 2; ++pass)
    for (std::size_t i = 0; i < found.size(); ++i)
      if (found[i].cost_ns < 3 * found[0].cost_ns)
        times[i] = std::min(times[i], least_ns(p, found[i], kernels, threads));
  const auto best =
      static_cast<std::size_t>(std::min_element(times.begin(), times.end()) - times.begin());
  std::printf(
      "%4ld channels %3ldx%-3ld kernel %2ldx%-2ld groups %3ld stride %ld threads %d: %-9s %8.3f "
      "ms, best %-9s %8.3f "
      "ms, %.2fx\n",
      static_cast<long>(layer.channels), static_cast<long>(layer.map), static_cast<long>(layer.map),
      static_cast<long>(layer.kernel), static_cast<long>(layer.kernel),
      static_cast<long>(layer.groups), static_cast<long>(layer.stride), threads,
      found[0].name().c_str(), times[0] / 1e6, found[best].name().c_str(), times[best] / 1e6,
      times[0] / times[best]);
  for (std::size_t i = 0; all && i < found.size(); ++i)
    if (std::isfinite(times[i]))
      std::printf("    %-9s predicted %8.3f ms, took %8.3f ms\n", found[i].name().c_str(),
                  found[i].cost_ns / 1e6, times[i] / 1e6);
  std::fflush(stdout);
  return std::log(times[0] / times[best]);
}

void summary(const char* what, const std::vector<double>& logs) {
  std::printf("%s: %.1f%% lost on average (geometric), %.0f%% at most\n", what,
              100 * std::expm1(std::accumulate(logs.begin(), logs.end(), 0.0) /
                               static_cast<double>(logs.size())),
              100 * std::expm1(*std::max_element(logs.begin(), logs.end())));
}

template <std::size_t N>
void several(const char* what, const Layer (&layers)[N], const Kernels& kernels, bool all) {
  std::vector<double> logs;
  for (const auto& layer : layers)
    for (const int threads : {1, 2}) logs.push_back(regret(layer, kernels, threads, all));
  summary(what, logs);
}

int bench(int argc, char** argv) {
  const Kernels& kernels = *built_in(best_here());
  const bool all = argc > 1 && std::strcmp(argv[1], "all") == 0;
  if (all) --argc, ++argv;
  if (argc == 1) {
    several("fitted to these", kFitted, kernels, all);
    several("others", kOthers, kernels, all);
    return 0;
  }
  std::int64_t numbers[] = {0, 0, 0, 1, 1};
  for (int i = 1; i < argc && i <= 5; ++i) numbers[i - 1] = std::atol(argv[i]);
  for (const auto n : numbers)
    if (n < 1 || numbers[0] % numbers[3] != 0 || numbers[2] < 2 || numbers[2] / 2 >= numbers[1])
      return std::fprintf(stderr,
                          "bench_fft_tiles [all] [channels map kernel [groups [stride]]]: numbers "
                          "from 1, groups "
                          "that divide the channels, kernel from 2 to the map's size\n"),
             2;
  for (const int threads : {1, 2})
    regret({numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]}, kernels, threads, all);
  return 0;
}

}  // namespace
}  // namespace convgauge::backends::fft

int main(int argc, char** argv) {
  return convgauge::backends::fft::bench(argc, argv);
}
