// A case's measurement grows by processes; a run's log is written, and continued.
#include "run/case.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "core/layers.hpp"
#include "run/known_failure.hpp"
#include "run/run_log.hpp"

namespace convgauge::run {
namespace {

Measured measured(std::vector<double> samples_ns, double plan_ns) {
  Measured m;
  m.samples_ns = std::move(samples_ns);
  m.loads.resize(m.samples_ns.size());
  m.plan_ns = plan_ns;
  return m;
}

TEST(Case, SamplesOfTheNextProcessGoBehind) {
  CaseRecord record;
  add_process(record, measured({1, 2, 3}, 10));
  EXPECT_TRUE(std::get<Measured>(record.measurement).samples_per_process.empty());
  add_process(record, measured({4, 5}, 20));
  add_process(record, measured({6}, 30));
  const auto& all = std::get<Measured>(record.measurement);
  EXPECT_EQ(all.samples_ns, (std::vector<double>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(all.samples_per_process, (std::vector<std::int64_t>{3, 2, 1}));
  EXPECT_EQ(all.loads.size(), 6u);
  EXPECT_EQ(all.plan_ns, 10) << "taken once: the first process's";
}

TEST(Case, CountsThatOneProcessLacksAreDropped) {
  CaseRecord record;
  auto first = measured({1, 2}, 0);
  first.counts.cycles = {7, 8};
  add_process(record, first);
  add_process(record, measured({3}, 0));
  EXPECT_TRUE(std::get<Measured>(record.measurement).counts.cycles.empty());
}

TEST(Case, IsOpenWhileItsResultAgrees) {
  Case c;
  EXPECT_FALSE(c.is_open());
  c.plan.emplace();
  EXPECT_FALSE(c.is_open()) << "nothing agreed yet";
  c.record.verdict = Agrees{};
  EXPECT_TRUE(c.is_open());
}

TEST(KnownFailure, IsKnownOnlyAsWhatItIsListed) {
  Suite suite;
  suite.known.resize(1);
  suite.known[0].match = "naive *";
  suite.known[0].verdict = VerdictKind::failed;
  CaseRecord record;
  record.label = "naive";
  record.verdict = Failed{"why"};
  EXPECT_EQ(known_failure(suite, record), &suite.known[0]);
  EXPECT_FALSE(is_unknown_defect(suite, record));
  record.verdict = TimedOut{};
  EXPECT_EQ(known_failure(suite, record), nullptr);
  EXPECT_TRUE(is_unknown_defect(suite, record));
  record.verdict = Agrees{};
  EXPECT_FALSE(is_unknown_defect(suite, record));
}

TEST(RunLog, WritesAndContinues) {
  SweepOptions options;
  options.out =
      std::filesystem::temp_directory_path() / ("convgauge-run-log-" + std::to_string(::getpid()));
  HeaderRecord header;
  header.config_digest = "d";
  CaseRecord record;
  record.label = "naive";
  {
    auto log = RunLog::open(header, options);
    ASSERT_TRUE(log) << log.error().message;
    EXPECT_FALSE(log->has(0));
    ASSERT_TRUE(log->append(record));
  }
  options.resume = true;
  {
    auto again = RunLog::open(header, options);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_TRUE(again->has(0));
    record.position.problem = 1;
    ASSERT_TRUE(again->append(record));
    EXPECT_EQ(again->take().cases.size(), 2u);
  }
  EXPECT_EQ(read_results(options.out)->cases.size(), 2u);
  header.config_digest = "another";
  EXPECT_FALSE(RunLog::open(header, options)) << "another config's run";
  std::filesystem::remove_all(options.out);
}

}  // namespace
}  // namespace convgauge::run
