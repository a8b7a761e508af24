// How often a decision is wrong, by simulation at the default rounds: networks of the same code
// under several labels, and networks in which one label is faster by a known amount.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <numbers>
#include <random>

#include "config/suite.hpp"
#include "core/layers.hpp"
#include "few_cases.hpp"

namespace convgauge::report {
namespace {

constexpr int kNetworks = 1000, kLayers = 16;

/// A kind of network: what is true, and how it is disturbed.
struct World {
  int columns = 3;
  double speed = 1;        // of column 1 over the others
  int faster_layers = 0;   // the first so many
  double elsewhere = 1;    // its speed on the other layers
  double noise = 0.015;    // standard deviation of the logarithm of one sample
  double drift = 0.03;     // the same of what all samples of a round have in common
  double outliers = 0.04;  // share of samples that take longer, by 30% on average
  double process = 0;      // standard deviation of what a process is off in a layer, in all rounds
  double noise_floor = 0.013;
  int layers = kLayers;
  double sizes = 0.7;  // standard deviation of the logarithm of the layers' times
};

double speed_of(const World& world, int layer, int column) {
  if (column != 1) return 1;
  return layer < world.faster_layers ? world.speed : world.elsewhere;
}

class Simulation {
 public:
  explicit Simulation(const World& world, unsigned seed) : world_(world), random_(seed) {}

  /// Each with the true times of its layers by column 0.
  std::pair<Results, std::vector<double>> network() {
    auto results = run_of({}, "c0");
    results.header.machine.noise_floor = world_.noise_floor;
    std::vector<double> truth;
    for (int layer = 0; layer < world_.layers; ++layer) {
      truth.push_back(1e6 * std::exp(world_.sizes * normal()));
      std::vector<double> drift;
      for (int r = 0; r < rounds(); ++r) drift.push_back(std::exp(world_.drift * normal()));
      for (int c = 0; c < world_.columns; ++c)
        results.cases.push_back(timed("c" + std::to_string(c), "layer" + std::to_string(layer),
                                      samples(truth.back() / speed_of(world_, layer, c), drift)));
    }
    return {std::move(results), std::move(truth)};
  }

 private:
  static int rounds() { return config::MeasureSettings{}.rounds; }
  double uniform() { return (static_cast<double>(random_() >> 11) + 0.5) * 0x1p-53; }
  /// Box and Muller (1958).
  double normal() {
    return std::sqrt(-2 * std::log(uniform())) * std::cos(2 * std::numbers::pi * uniform());
  }
  std::vector<double> samples(double ns, const std::vector<double>& drift) {
    std::vector<double> all;
    ns *= std::exp(world_.process * normal());
    for (const double of_round : drift) {
      const double outlier = uniform() < world_.outliers ? 1 - 0.3 * std::log(uniform()) : 1;
      all.push_back(ns * of_round * outlier * std::exp(world_.noise * normal()));
    }
    return all;
  }

  World world_;
  std::mt19937_64 random_;
};

/// What came of all networks of a world.
struct Tally {
  int everywhere = 0, baseline = 0, mixes = 0, told = 0;
  int intervals = 0, hold_truth = 0;  // of the leads over other columns
  int over_baseline = 0;              // told faster than the baseline
  // Faster ones that use column 1; others that use it although it is slower there, or that switch
  // though all are as fast.
  int right_layers = 0, wrong_layers = 0;
  bool all_have_intervals = true;

  void add(const Decision& d, const World& world, const std::vector<double>& truth) {
    everywhere += d.plan == Plan::everywhere;
    baseline += d.plan == Plan::everywhere && d.single == 0;
    mixes += d.plan == Plan::mix;
    bool any = false;
    for (std::size_t c = 0; c < d.leads.size(); ++c) {
      any = any || d.leads[c]->told;
      if (d.plan == Plan::everywhere && d.single == static_cast<int>(c)) continue;
      const auto& ratio = d.leads[c]->ratio;
      all_have_intervals = all_have_intervals && ratio.low;
      const double true_ratio = true_lead(d, world, truth, static_cast<int>(c));
      ++intervals;
      hold_truth += ratio.low && *ratio.low <= true_ratio && true_ratio <= *ratio.high;
    }
    told += any;
    over_baseline += d.leads[0]->told;
    for (std::size_t r = 0; r < d.layers.size(); ++r)
      if (static_cast<int>(r) < world.faster_layers)
        right_layers += d.layers[r].column == 1;
      else
        wrong_layers +=
            world.elsewhere < 1 ? d.layers[r].column == 1 : d.layers[r].column != d.single;
  }

  static double true_lead(const Decision& d, const World& world, const std::vector<double>& truth,
                          int column) {
    double slower = 0, faster = 0;
    const auto time = [&](std::size_t r, int c) {
      return truth[r] / speed_of(world, static_cast<int>(r), c);
    };
    for (std::size_t r = 0; r < truth.size(); ++r) {
      slower += time(r, column);
      faster += time(r, d.layers[r].column);
    }
    return slower / faster;
  }
};

Tally simulate(const char* name, const World& world, unsigned seed) {
  Simulation simulation(world, seed);
  Tally tally;
  for (int i = 0; i < kNetworks; ++i) {
    const auto [results, truth] = simulation.network();
    tally.add(arrange(results).at(0).decision, world, truth);
  }
  std::printf(
      "%s: everywhere %d (baseline %d), mix %d, told %d, over the baseline %d; %d of %d intervals "
      "hold the truth; layers "
      "right %d, wrong %d\n",
      name, tally.everywhere, tally.baseline, tally.mixes, tally.told, tally.over_baseline,
      tally.hold_truth, tally.intervals, tally.right_layers, tally.wrong_layers);
  return tally;
}

constexpr int in_percent(int percent, int of = kNetworks) {
  return of * percent / 100;
}

TEST(DecisionSimulation, OfTheSameCodeSaysOneEverywhere) {
  const auto two = simulate("A/A, two labels", {.columns = 2, .noise_floor = 0}, 1);
  const auto five = simulate("A/A, five labels", {.columns = 5}, 2);
  const auto loud = simulate("A/A, loud", {.columns = 3, .noise = 0.06, .outliers = 0.15}, 3);
  const auto pair = simulate("A/A, two layers", {.columns = 3, .layers = 2, .sizes = 0}, 9);
  const auto uneven =
      simulate("A/A, a large layer", {.columns = 3, .noise_floor = 0, .sizes = 2}, 10);
  const auto single = simulate("A/A, one layer of five", {.columns = 5, .layers = 1}, 4);
  for (const auto& t : {two, five, loud, pair, uneven, single}) {
    EXPECT_GE(t.baseline, in_percent(99)) << "use the baseline everywhere";
    EXPECT_LE(t.told, in_percent(1));
    EXPECT_GE(t.hold_truth, in_percent(99, t.intervals));
    EXPECT_TRUE(t.all_have_intervals);
  }
}

TEST(DecisionSimulation, LuckOfAProcessWithinTheNoiseFloorIsNotToldAsAGain) {
  const auto t = simulate("A/A, luck of processes",
                          {.columns = 3, .noise = 0.005, .process = 0.008, .noise_floor = 0.02}, 5);
  EXPECT_GE(t.baseline, in_percent(99));
  EXPECT_LE(t.told, in_percent(1));
}

TEST(DecisionSimulation, FindsABackendThatIsFasterEverywhere) {
  for (const double speed : {1.05, 1.3}) {
    const auto t = simulate("faster everywhere", {.speed = speed, .faster_layers = kLayers}, 6);
    EXPECT_GE(t.over_baseline, in_percent(speed > 1.1 ? 99 : 95)) << speed;
    EXPECT_GE(t.hold_truth, in_percent(99, t.intervals)) << speed;
    EXPECT_TRUE(t.all_have_intervals);
  }
}

TEST(DecisionSimulation, FindsLayersThatAreFaster) {
  const World half{.speed = 1.3, .faster_layers = kLayers / 2, .elsewhere = 0.7};
  const auto large = simulate("30% faster in half of the layers, slower elsewhere", half, 7);
  EXPECT_GE(large.mixes, in_percent(99));
  EXPECT_GE(large.right_layers, in_percent(85, kNetworks * kLayers / 2));
  EXPECT_LE(large.wrong_layers, in_percent(1, kNetworks * kLayers / 2));
  EXPECT_GE(large.hold_truth, in_percent(99, large.intervals));
  // 5% in 4 of 16 layers are 1.25% of the whole, which is less than the noise floor.
  const auto small = simulate("5% faster in 4 layers", {.speed = 1.05, .faster_layers = 4}, 8);
  EXPECT_LE(small.wrong_layers, in_percent(1, 12 * kNetworks));
  EXPECT_GE(small.hold_truth, in_percent(99, small.intervals));
}

}  // namespace
}  // namespace convgauge::report
