// On any device that this machine has: messages of the validation layers are failures; device
// memory is written and read at any offset, mapped by the host or not. Skipped where there is no
// Vulkan device.
#include <gtest/gtest.h>

#include <numeric>

#include "vulkan/copies.hpp"
#include "vulkan/pipelines.hpp"

namespace convgauge::backends::vulkan {
namespace {

#define SKIP_WITHOUT_DEVICE(validated)      \
  try {                                     \
    static_cast<void>(instance(validated)); \
  } catch (const cvg::Refused& refusal) {   \
    GTEST_SKIP() << refusal.what();         \
  }

TEST(Layers, AWrongCallIsHeardOnce) {
  SKIP_WITHOUT_DEVICE(true);
  auto& opened = device(true, 0);
  EXPECT_NO_THROW(opened.throw_if_told());
  // A dispatch with no pipeline bound: VUID-vkCmdDispatch-None-02700. Never submitted.
  const auto commands = opened.begin_commands(0);
  opened.vk().vkCmdDispatch(commands, 1, 1, 1);
  opened.vk().vkEndCommandBuffer(commands);
  EXPECT_THROW(opened.throw_if_told(), std::runtime_error);
  EXPECT_NO_THROW(opened.throw_if_told());
  opened.free_commands(commands);
}

TEST(Layers, AHazardBetweenTwoCopiesIsHeard) {
  SKIP_WITHOUT_DEVICE(true);
  auto& opened = device(true, 0);
  const auto buffer = make_buffer(opened, 64, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, 0);
  const auto commands = opened.begin_commands(0);
  opened.vk().vkCmdFillBuffer(commands, buffer.handle, 0, 64, 1);
  // The second write of the same bytes, without a barrier between the two.
  opened.vk().vkCmdFillBuffer(commands, buffer.handle, 0, 64, 2);
  opened.vk().vkEndCommandBuffer(commands);
  EXPECT_THROW(opened.throw_if_told(), std::runtime_error);
  opened.free_commands(commands);
  free_buffer(buffer);
}

void expect_copies(bool staged) {
  const MemoryKind kind{.validated = false, .staged = staged};
  auto* address = static_cast<std::byte*>(Memory::alloc(0, kind.number(), 1000, 256));
  Memory::fill(0, kind.number(), address, 0, 0x11, 1000);
  Memory::fill(0, kind.number(), address, 3, 0x22, 6);  // begins and ends inside a word
  Memory::fill(0, kind.number(), address, 13, 0x33, 2);
  std::vector<unsigned char> written(37), read(1000);
  std::iota(written.begin(), written.end(), static_cast<unsigned char>(0x80));
  Memory::write(0, kind.number(), address + 512, 1, written.data(), written.size());
  Memory::read(0, kind.number(), address, 0, read.data(), read.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    const int expected = i >= 3 && i < 9            ? 0x22
                         : i == 13 || i == 14       ? 0x33
                         : i >= 513 && i < 513 + 37 ? static_cast<int>(0x80 + i - 513)
                                                    : 0x11;
    EXPECT_EQ(read[i], expected) << i;
  }
  EXPECT_THROW(Memory::read(0, kind.number(), address, 999, read.data(), 2), std::out_of_range);
  Memory::free(0, kind.number(), address);
  EXPECT_THROW(static_cast<void>(spot_of(address)), std::invalid_argument);
}

TEST(DeviceMemory, IsCopiedAtAnyOffset) {
  SKIP_WITHOUT_DEVICE(false);
  expect_copies(false);
}
TEST(DeviceMemory, IsCopiedAtAnyOffsetThroughStaging) {
  SKIP_WITHOUT_DEVICE(false);
  expect_copies(true);
}

TEST(DeviceMemory, MoreThanThereIsIsOutOfMemory) {
  SKIP_WITHOUT_DEVICE(false);
  EXPECT_THROW(Memory::alloc(0, 1, std::size_t{1} << 45, 256), std::exception);
}

TEST(DevicePipelines, AreKept) {
  SKIP_WITHOUT_DEVICE(false);
  auto& opened = device(false, 0);
  Step step;
  step.constants.fill(1);
  const auto first = opened.pipelines().of(step), again = opened.pipelines().of(step);
  EXPECT_EQ(first, again);
  step.constants[2] = 5;
  EXPECT_NE(first, opened.pipelines().of(step));
}

}  // namespace
}  // namespace convgauge::backends::vulkan
