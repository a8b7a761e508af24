// Which problems may run at once.
#include "run/problems_at_once.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include "core/layers.hpp"

namespace convgauge::run {
namespace {

/// A thread that enters at once and leaves when it is told to.
class Guest {
 public:
  Guest(Admission& admission, double bytes, bool keeps = false)
      : keeps_(keeps), thread_([this, &admission, bytes] {
          admission.enter(bytes, [this, &admission] {
            if (!std::exchange(keeps_, false)) return;
            admission.keep(false);
          });
          inside_ = true;
          while (!leaving_) std::this_thread::yield();
          admission.leave(bytes);
        }) {}
  void leave() {
    leaving_ = true;
    thread_.join();
  }
  void wait_until_inside() const {
    while (!inside_) std::this_thread::yield();
  }
  /// Whether it is still outside after a time in which it would have come in.
  bool stays_outside() const {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    return !inside_;
  }

 private:
  std::atomic<bool> inside_ = false, leaving_ = false;
  bool keeps_;
  std::thread thread_;
};

TEST(Admission, WhatFitsComesInAndWhatDoesNotWaits) {
  Admission admission(10);
  Guest a(admission, 6), b(admission, 4);
  a.wait_until_inside(), b.wait_until_inside();
  Guest c(admission, 1);
  EXPECT_TRUE(c.stays_outside());
  b.leave();
  c.wait_until_inside();
  a.leave(), c.leave();
}

TEST(Admission, ALargeOneIsNotOvertaken) {
  Admission admission(10);
  Guest a(admission, 6);
  a.wait_until_inside();
  Guest large(admission, 25);
  EXPECT_TRUE(large.stays_outside());
  Guest small(admission, 1);
  EXPECT_TRUE(small.stays_outside()) << "it would fit, but came later";
  a.leave();
  large.wait_until_inside();
  EXPECT_TRUE(small.stays_outside());
  large.leave();
  small.wait_until_inside();
  small.leave();
}

TEST(Admission, AloneIsAloneWhateverTheBudget) {
  for (const double budget : {10.0, std::numeric_limits<double>::infinity()}) {
    Admission admission(budget);
    Guest a(admission, 1);
    a.wait_until_inside();
    Guest alone(admission, Admission::kAlone);
    EXPECT_TRUE(alone.stays_outside());
    a.leave();
    alone.wait_until_inside();
    Guest b(admission, 1);
    EXPECT_TRUE(b.stays_outside());
    alone.leave();
    b.wait_until_inside();
    Guest c(admission, 2);
    c.wait_until_inside();
    b.leave(), c.leave();
  }
}

TEST(Admission, WhoWaitsForOneAloneMakesRoom) {
  Admission admission(10);
  Guest a(admission, 1);
  a.wait_until_inside();
  admission.keep(true);  // the workers of b
  Guest alone(admission, Admission::kAlone);
  EXPECT_TRUE(alone.stays_outside());
  a.leave();
  EXPECT_TRUE(alone.stays_outside()) << "b keeps workers";
  Guest b(admission, 1, true);
  alone.wait_until_inside();
  EXPECT_TRUE(b.stays_outside());
  alone.leave();
  b.wait_until_inside();
  b.leave();
}

TEST(JobsOf, OneWhereProblemsMustNotMeet) {
  std::vector<Competitor> cpus(2), with_device(2);
  with_device[1].on_cpu = false;
  SweepOptions options;
  options.measure = false;
  EXPECT_GE(jobs_of(options, cpus), 1);
  EXPECT_EQ(jobs_of(options, with_device), 1);
  options.jobs = 7;
  EXPECT_EQ(jobs_of(options, cpus), 7);
  EXPECT_EQ(jobs_of(options, with_device), 7) << "asked for";
  for (auto flag :
       {&SweepOptions::measure, &SweepOptions::in_process, &SweepOptions::first_failures}) {
    auto one = options;
    one.*flag = true;
    EXPECT_EQ(jobs_of(one, cpus), 1);
  }
}

}  // namespace
}  // namespace convgauge::run
