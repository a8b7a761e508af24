// The gate's rules on recorded drift: real series of samples, replayed as if two plugins had taken
// them in turn.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <string>

#include "core/layers.hpp"
#include "drift/recorded_series.hpp"
#include "measure/slowdown.hpp"

namespace convgauge::measure {
namespace {

constexpr const char* kSeries[] = {"onednn", "onednn_2_threads", "naive"};

constexpr std::size_t kWindow = 2 * kGateRounds * kGateSamples;

/// Two sides that took turns (A B, B A, ...) from sample `start` on, the candidate slower by
/// `factor`.
std::pair<Measured, Measured> taken_in_turn(const std::vector<double>& drift, std::size_t start,
                                            std::size_t rounds, double factor) {
  Measured candidate, baseline;
  for (std::size_t i = 0; i < rounds; ++i) {
    const bool candidate_first = i % 2 == 1;
    const double first = drift[start + 2 * i], second = drift[start + 2 * i + 1];
    candidate.samples_ns.push_back(factor * (candidate_first ? first : second));
    baseline.samples_ns.push_back(candidate_first ? second : first);
  }
  return {std::move(candidate), std::move(baseline)};
}

Slowdown replay(const std::vector<double>& drift, std::size_t start, double factor,
                RankLaws& laws) {
  auto [candidate, baseline] = taken_in_turn(drift, start, kWindow / 2, factor);
  candidate.samples_per_process = baseline.samples_per_process = std::vector<std::int64_t>(
      kGateProcesses, static_cast<std::int64_t>(kWindow / 2 / kGateProcesses));
  return slowdown(candidate, baseline, laws);
}

bool is_slower(const Slowdown& s) {
  return answers(std::vector{s}).front() == SlowdownAnswer::slower;
}

/// Share of windows, one beginning at every third sample, that are accused when each is the only
/// suspect.
double accusations(const std::vector<double>& drift, double factor) {
  RankLaws laws;
  int windows = 0, found = 0;
  for (std::size_t start = 0; start + kWindow <= drift.size(); start += 3, ++windows)
    found += is_slower(replay(drift, start, factor, laws));
  return found / static_cast<double>(windows);
}

TEST(RecordedDrift, SeriesAreWhatOrdinaryTestsFailOn) {
  for (const auto* name : kSeries) {
    const auto drift = recorded_series(name);
    ASSERT_GE(drift.size(), 2900u) << name;
    EXPECT_GE(summarize(drift).autocorrelation, 0.5) << name << ": samples are not independent";
  }
}

/// Two stretches of one unchanged series, 15 samples each, as a run and a stored baseline: how
/// often the interval of their ratio says "slower by over 1%". This is why a gate that trusts a
/// stored baseline cries wolf.
TEST(RecordedDrift, AStoredBaselineAloneWouldCryWolf) {
  std::mt19937 random(1);
  RankLaws laws;
  for (const auto* name : kSeries) {
    const auto drift = recorded_series(name);
    int alarms = 0;
    for (int trial = 0; trial < 1000; ++trial) {
      const auto stretch = [&] {
        return std::span(drift).subspan(random() % (drift.size() - 15), 15);
      };
      alarms +=
          *ratio_interval(unpaired_evidence(stretch(), stretch(), laws)).low > 1 + kGateMargin;
    }
    RecordProperty(std::string("alarms_of_1000_") + name, alarms);
    EXPECT_GE(alarms, 100) << name;
  }
}

TEST(RecordedDrift, UnchangedIsNotAccused) {
  for (const auto* name : kSeries) {
    const auto share = accusations(recorded_series(name), 1);
    RecordProperty(std::string("false_alarms_") + name, std::to_string(share));
    EXPECT_LE(share, 0.005) << name;
  }
}

TEST(RecordedDrift, FivePerCentIsFoundWithin21Rounds) {
  for (const auto* name : kSeries) {
    const auto share = accusations(recorded_series(name), 1 + kGateFinds);
    RecordProperty(std::string("power_") + name, std::to_string(share));
    EXPECT_GE(share, 0.95) << name;
  }
}

/// Whole runs of 20 suspects: none may be accused wrongly in 95% of them.
TEST(RecordedDrift, WholeRunsAreNotAccusedWrongly) {
  constexpr int kRuns = 400, kSuspects = 20;
  std::mt19937 random(2);
  RankLaws laws;
  std::vector<std::vector<double>> drifts;
  for (const auto* name : kSeries) drifts.push_back(recorded_series(name));
  int wrong = 0, found = 0;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<Slowdown> slowdowns;
    for (int i = 0; i < kSuspects; ++i) {
      const auto& drift = drifts[random() % drifts.size()];
      slowdowns.push_back(
          replay(drift, random() % (drift.size() - kWindow), i == 0 ? 1.1 : 1, laws));
    }
    const auto all = answers(slowdowns);
    found += all.front() == SlowdownAnswer::slower;
    wrong += std::count(all.begin() + 1, all.end(), SlowdownAnswer::slower) > 0;
  }
  RecordProperty("false_alarms_per_400_runs", wrong);
  RecordProperty("found_of_400", found);
  EXPECT_LE(wrong, kRuns / 20);
  EXPECT_GE(found, kRuns * 95 / 100) << "one of 20 that is slower by 10%";
}

/// What whole gates come to: 40 cases, one of them slower by `factor`; stored times that scatter by
/// `scatter`; a share of the cases without a stored time; what is suspected is replayed on recorded
/// drift, `loudness` times as far from its median.
struct GateTally {
  int runs = 0, red = 0, green = 0;
};
GateTally tally_gates(double factor, double scatter, double untimed, double loudness) {
  constexpr int kRuns = 300, kCases = 40;
  std::mt19937_64 random(11);
  RankLaws laws;
  std::vector<std::vector<double>> drifts;
  for (const auto* name : kSeries) {
    auto drift = recorded_series(name);
    const double middle = median(drift);
    for (double& ns : drift) ns = middle * std::pow(ns / middle, loudness);
    drifts.push_back(std::move(drift));
  }
  std::normal_distribution<double> noise(0, scatter);
  GateTally result;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<double> stored, slow_by;
    std::vector<Slowdown> again;
    const auto measure_again = [&](double by) {
      const auto& drift = drifts[random() % drifts.size()];
      again.push_back(replay(drift, random() % (drift.size() - kWindow), by, laws));
    };
    for (int i = 0; i < kCases; ++i) {
      const double by = i == 0 ? factor : 1;
      if (std::uniform_real_distribution<double>(0, 1)(random) < untimed)
        measure_again(by);
      else
        stored.push_back(std::log(by) + noise(random)), slow_by.push_back(by);
    }
    const auto suspected = suspects(stored);
    for (std::size_t i = 0; i < stored.size(); ++i)
      if (suspected[i]) measure_again(slow_by[i]);
    const auto all = answers(again);
    const auto has = [&](SlowdownAnswer a) { return std::count(all.begin(), all.end(), a) > 0; };
    ++result.runs;
    result.red += has(SlowdownAnswer::slower);
    result.green += !has(SlowdownAnswer::slower) && !has(SlowdownAnswer::not_told);
  }
  return result;
}

TEST(SimulatedGates, AreNotGreenWhereACaseIsSlowerNorRedWhereNoneIs) {
  for (const double scatter : {0.01, 0.02})
    for (const double untimed : {0.0, 0.3})
      for (const double loudness : {1.0, 2.0}) {
        const auto slower = tally_gates(1.0501, scatter, untimed, loudness),
                   same = tally_gates(1, scatter, untimed, loudness);
        const auto name =
            fmt::format("scatter {}, untimed {}, loudness {}: ", scatter, untimed, loudness);
        fmt::print("{}slower by 5%: {} red, {} green; the same: {} red, {} green; of {}\n", name,
                   slower.red, slower.green, same.red, same.green, same.runs);
        EXPECT_LE(slower.green, slower.runs / 100) << name;
        EXPECT_LE(same.red, same.runs / 20) << name;
      }
}

TEST(NoiseFloor, IsWhatTwoLabelsOfOneCodeDifferBy) {
  constexpr std::size_t kRounds = 15, kProcesses = 4;
  for (const auto* name : kSeries) {
    const auto drift = recorded_series(name);
    std::vector<double> floors;
    int below = 0;
    for (std::size_t start = 0; start + 2 * kRounds * (kProcesses + 1) < drift.size(); start += 7) {
      auto [one, other] = taken_in_turn(drift, start, kRounds * kProcesses, 1);
      one.samples_per_process = other.samples_per_process =
          std::vector<std::int64_t>(kProcesses, kRounds);
      const auto [a, b] = taken_in_turn(drift, start + 2 * kRounds * kProcesses, kRounds, 1);
      floors.push_back(largest_difference(one, other));
      below += largest_difference(a, b) <= floors.back();
    }
    const double share = static_cast<double>(below) / static_cast<double>(floors.size());
    EXPECT_GT(share, 0.7) << name << ": of five alike, four differences lie below the largest";
    EXPECT_LT(share, 0.95) << name << ": it says more than they differ by";
    EXPECT_LT(median(floors), 0.03) << name << ": 5 to 13% as how far an interval reached";
  }
}

TEST(Slowdown, IsNotSlowerOnlyWhereTheIntervalEndsBelow5PerCent) {
  const auto answer = [](double low, double high) {
    return answers(std::vector{Slowdown{{(low + high) / 2, low, high, 0.99}, 1, 21}}).front();
  };
  EXPECT_EQ(answer(0.99, 1.04), SlowdownAnswer::not_slower);
  EXPECT_EQ(answer(0.99, 1.05), SlowdownAnswer::not_told);
  EXPECT_EQ(answer(0.9, 1.19), SlowdownAnswer::not_told);
  EXPECT_EQ(answer(2, 5), SlowdownAnswer::not_told) << "not beyond doubt: p is 1";
}

TEST(Suspects, AreAllThatTheScatterOfTheRunsCannotClear) {
  std::mt19937_64 random(3);
  for (const double scatter : {0.002, 0.01, 0.05}) {
    std::normal_distribution<double> noise(0, scatter);
    int slow = 0, even = 0;
    constexpr int kTrials = 500, kCases = 40;
    for (int trial = 0; trial < kTrials; ++trial) {
      std::vector<double> ratios(kCases);
      for (double& r : ratios) r = noise(random);
      ratios[0] += std::log1p(kGateFinds);
      const auto suspected = suspects(ratios);
      slow += suspected[0];
      even += static_cast<int>(std::count(suspected.begin() + 1, suspected.end(), true));
    }
    EXPECT_GE(slow, kTrials * 99 / 100) << scatter;
    if (scatter < 0.005) {
      EXPECT_EQ(even, 0) << "a quiet machine clears the rest";
    }
  }
}

TEST(Suspects, CannotHideInAFasterMachineOrACommonSlowdown) {
  std::vector<double> ratios(20, std::log(0.9));
  ratios[3] = std::log(0.9 * 1.06);
  EXPECT_TRUE(suspects(ratios)[3]) << "everything else is a tenth faster";
  EXPECT_FALSE(suspects(ratios)[4]);
  const auto all = suspects(std::vector<double>(20, std::log(1.06)));
  EXPECT_EQ(std::count(all.begin(), all.end(), true), 20);
  const auto few = suspects(std::vector<double>(7, -1.0));
  EXPECT_EQ(std::count(few.begin(), few.end(), true), 7) << "too few to know how much they scatter";
  EXPECT_TRUE(suspects({}).empty());
}

TEST(Slowdown, TakesWholeRoundsOfEachProcess) {
  RankLaws laws;
  Measured a, b;
  a.samples_ns.assign(2 * kGateSamples + 3, 2);
  b.samples_ns.assign(2 * kGateSamples + 3, 1);
  EXPECT_EQ(slowdown(a, b, laws).rounds, 2);
  a.samples_per_process = {kGateSamples - 1, kGateSamples + 4};
  b.samples_per_process = {kGateSamples - 1, kGateSamples + 4};
  EXPECT_EQ(slowdown(a, b, laws).rounds, 2)
      << "a round is of one process, a short process one round";
  EXPECT_EQ(slowdown(Measured{}, Measured{}, laws).rounds, 0);
  EXPECT_EQ(slowdown(Measured{}, Measured{}, laws).p, 1);
  a = b = Measured{};
  a.samples_ns.assign(21 * kGateSamples, 1.2);
  b.samples_ns.assign(21 * kGateSamples, 1);
  for (std::size_t i = 0; i < a.samples_ns.size(); i += kGateSamples) a.samples_ns[i] = 0.9;
  EXPECT_NEAR(slowdown(a, b, laws).ratio.median, 0.9, 1e-12) << "the least of a round counts";
}

TEST(Slowdown, TooFewRoundsAccuseNobody) {
  RankLaws laws;
  Measured a, b;
  a.samples_ns.assign(7 * kGateSamples, 2);
  b.samples_ns.assign(7 * kGateSamples, 1);
  EXPECT_EQ(answers(std::vector{slowdown(a, b, laws)}).front(), SlowdownAnswer::not_told);
  a.samples_ns.resize(8 * kGateSamples, 2), b.samples_ns.resize(8 * kGateSamples, 1);
  EXPECT_TRUE(is_slower(slowdown(a, b, laws)));
}

}  // namespace
}  // namespace convgauge::measure
