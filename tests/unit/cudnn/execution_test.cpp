// The control flow of Execution on a GPU that the host imitates: batches, slots, replay, times, a
// lost device.
#include <cudnn/execution.hpp>
#include <cudnn/memory.hpp>

#include <convgauge/sdk.hpp>

#include "library.hpp"
#include "specs.hpp"

namespace convgauge::backends::cudnn {
namespace {

/// A spec on the imitated GPU, with several slots that each have their own source.
class Executions : public NeedsCudnn {
 protected:
  static constexpr int kSlots = 3;
  const cvg_spec spec_ = spec_of("n1c2h4w4_o3k3p1_nobias");

  void SetUp() override {
    NeedsCudnn::SetUp();
    if (IsSkipped()) return;
    host_gpu::faults() = {};
    host_gpu::counts() = {};
    for (int slot = 0; slot < kSlots; ++slot) {
      at_.push_back({fresh(32), fresh(54), fresh(48), nullptr, nullptr});
      const std::vector<float> x(32, static_cast<float>(slot + 1)), w(54, 1);
      DeviceMemory::write(0, kDeviceMemory, at_.back().x, 0, x.data(), x.size() * sizeof(float));
      DeviceMemory::write(0, kDeviceMemory, at_.back().w, 0, w.data(), w.size() * sizeof(float));
    }
  }
  void TearDown() override {
    for (const auto& a : at_)
      for (void* address : {a.x, a.w, a.y})
        if (address) DeviceMemory::free(0, kDeviceMemory, address);
  }

  static void* fresh(std::size_t floats) {
    return DeviceMemory::alloc(0, kDeviceMemory, floats * sizeof(float), kDeviceAlignment);
  }
  std::unique_ptr<Execution> made(Replay replay) {
    const auto listing = session().listing(spec_, 0, 0);  // none with a workspace
    EXPECT_FALSE(listing->candidates.empty());
    auto execution = std::make_unique<Execution>(session().gpu(0), spec_,
                                                 listing->candidates.front(), kSlots, replay);
    for (int slot = 0; slot < kSlots; ++slot)
      execution->bind(slot, at_[static_cast<std::size_t>(slot)]);
    return execution;
  }
  /// Output (0, 0, 1, 1): all nine taps of both channels.
  float centre(int slot) {
    float value = 0;
    DeviceMemory::read(0, kDeviceMemory, at_[static_cast<std::size_t>(slot)].y, 5 * sizeof(float),
                       &value, sizeof value);
    return value;
  }
  std::vector<Addresses> at_;
};

TEST_F(Executions, EachSlotHasItsOwn) {
  const auto e = made(Replay::never);
  e->start(std::vector{0, 2, 1}, nullptr);
  e->wait();
  for (int slot = 0; slot < kSlots; ++slot)
    EXPECT_EQ(centre(slot), 18.0F * static_cast<float>(slot + 1));
  EXPECT_EQ(host_gpu::counts().executions, 3);
  EXPECT_FALSE(e->replayed());
}

TEST_F(Executions, ReplayDoesTheSameAsOftenAndCapturesOnce) {
  const auto e = made(Replay::always);
  std::vector<int> turn;
  for (int i = 0; i < 96; ++i) turn.push_back(i % kSlots);
  for (int again = 0; again < 2; ++again) {
    e->start(turn, nullptr);
    e->wait();
  }
  EXPECT_TRUE(e->replayed());
  EXPECT_EQ(host_gpu::counts().executions, 192);
  EXPECT_EQ(host_gpu::counts().graph_launches, 6);
  EXPECT_EQ(host_gpu::counts().graphs, 3);  // 32 executions start with slot 0, 2 or 1
  for (int slot = 0; slot < kSlots; ++slot)
    EXPECT_EQ(centre(slot), 18.0F * static_cast<float>(slot + 1));
}

TEST_F(Executions, HoweverManySequencesThereAreAllAreReplayed) {
  const auto e = made(Replay::always);
  // 3^7 sequences of seven slots, more than are kept.
  for (int code = 0; code < 2187; code += 2) {
    std::vector<int> turn;
    for (int rest = code, i = 0; i < 7; ++i, rest /= 3) turn.push_back(rest % 3);
    e->start(turn, nullptr);
    e->wait();
    ASSERT_TRUE(e->replayed()) << code;
  }
}

TEST_F(Executions, BindingAnewForgetsTheGraphs) {
  const auto e = made(Replay::always);
  e->start(std::vector{0, 0}, nullptr);
  e->wait();
  const Addresses other{at_[1].x, at_[0].w, at_[0].y, nullptr, nullptr};
  e->bind(0, other);
  e->start(std::vector{0, 0}, nullptr);
  e->wait();
  EXPECT_EQ(centre(0), 36.0F);
}

TEST_F(Executions, WhatCannotBeCapturedIsExecutedAndTold) {
  host_gpu::faults().no_capture = true;
  const auto e = made(Replay::always);
  e->start(std::vector{0, 1}, nullptr);
  e->wait();
  EXPECT_FALSE(e->replayed());
  EXPECT_NE(e->capture_failure(), "");
  EXPECT_EQ(centre(1), 36.0F);
}

TEST_F(Executions, ShortOnesAreReplayedOnceThatIsKnown) {
  const auto e = made(Replay::small);
  const std::vector<int> turn(8, 0);
  e->start(turn, nullptr);
  e->wait();
  EXPECT_FALSE(e->replayed());  // nothing is known yet
  e->start(turn, nullptr);
  e->wait();
  EXPECT_FALSE(e->replayed());  // this sequence may never come again
  // The host may need more or less than 50 us for this small convolution: the batch may be replayed
  // or not, but it must be executed.
  e->start(turn, nullptr);
  e->wait();
  EXPECT_EQ(host_gpu::counts().executions, 24);
}

TEST_F(Executions, TellsTheBatchOrEachExecution) {
  const auto e = made(Replay::never);
  cvg_timing whole{};
  whole.struct_size = sizeof whole;
  e->start(std::vector{0, 1}, &whole);
  e->wait();
  EXPECT_GT(whole.total_ns, 0);
  EXPECT_EQ(whole.written, 0);
  std::array<double, 2> ns{};
  cvg_timing each{sizeof(cvg_timing), 2, 0, ns.data(), 0};
  e->start(std::vector{0, 1, 2}, &each);
  e->wait();
  EXPECT_EQ(each.written, 2);
  EXPECT_GT(ns[0], 0);
  EXPECT_GT(ns[1], 0);
  EXPECT_GE(each.total_ns, ns[0] + ns[1]);
}

TEST_F(Executions, TooLittleMemoryIsSaidWithItsBytes) {
  host_gpu::faults().memory_bytes = 4096;
  try {
    DeviceMemory::alloc(0, kDeviceMemory, 1 << 20, 16);
    FAIL() << "there was memory";
  } catch (const cvg::OutOfMemory& full) {
    EXPECT_NE(std::string(full.what()).find("cudaMalloc of 1048576 bytes"), std::string::npos)
        << full.what();
  }
  host_gpu::faults() = {};
  // The device still works.
  DeviceMemory::free(0, kDeviceMemory, DeviceMemory::alloc(0, kDeviceMemory, 16, 16));
}

/// The last test, in a process of its own: a lost device stays lost.
TEST_F(Executions, ALostDeviceIsToldFromAFailure) {
  EXPECT_EXIT(
      {
        const auto e = made(Replay::never);
        host_gpu::faults().lost_at = host_gpu::counts().executions + 1;
        int told = 0;
        try {
          e->start(std::vector{0, 1}, nullptr);
          e->wait();
        } catch (const cvg::DeviceLost&) {
          told = 7;
        }
        std::_Exit(told);
      },
      testing::ExitedWithCode(7), "");
}

}  // namespace
}  // namespace convgauge::backends::cudnn
