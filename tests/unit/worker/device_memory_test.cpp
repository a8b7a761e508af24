// A device's buffers: guards on both sides, contents watched, no memory told apart from a failure.
// The device here is this process's own memory.
#include "worker/device_memory.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include "core/layers.hpp"

namespace convgauge::worker {
namespace {

constexpr std::size_t kMost = 1 << 20;  // of the device's memory

cvg_status give(int32_t, int32_t, size_t bytes, size_t alignment, void** address, cvg_note* why) {
  if (bytes > kMost) {
    std::strncpy(why->text, "the device is full", why->capacity);
    return CVG_STATUS_OUT_OF_MEMORY;
  }
  *address = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  return CVG_STATUS_OK;
}
void take(int32_t, int32_t, void* address) {
  std::free(address);
}
cvg_status fill(int32_t, int32_t, void* address, size_t offset, int32_t byte, size_t bytes,
                cvg_note*) {
  std::memset(static_cast<std::byte*>(address) + offset, byte, bytes);
  return CVG_STATUS_OK;
}
cvg_status read(int32_t, int32_t, const void* address, size_t offset, void* host, size_t bytes,
                cvg_note*) {
  std::memcpy(host, static_cast<const std::byte*>(address) + offset, bytes);
  return CVG_STATUS_OK;
}
cvg_status write(int32_t, int32_t, void* address, size_t offset, const void* host, size_t bytes,
                 cvg_note*) {
  std::memcpy(static_cast<std::byte*>(address) + offset, host, bytes);
  return CVG_STATUS_OK;
}

cvg_backend device() {
  cvg_backend table{};
  table.struct_size = sizeof table;
  table.memory_alloc = give;
  table.memory_free = take;
  table.memory_fill = fill;
  table.memory_read = read;
  table.memory_write = write;
  return table;
}

Requirement need(std::size_t bytes, std::size_t alignment = 256) {
  return {BufferRole::dst, Scope::slot, Form::own, MemoryKind{1}, bytes, alignment, ""};
}

std::byte* bytes_of(const DeviceBuffer& buffer) {
  return static_cast<std::byte*>(buffer.address());
}

TEST(DeviceBuffer, IsAlignedAndWhole) {
  const auto table = device();
  for (const std::size_t bytes : {0u, 1u, 1000u, 8192u})
    for (const std::size_t alignment : {64u, 4096u, 65536u}) {
      const auto buffer = DeviceBuffer::allocate(&table, 0, need(bytes, alignment));
      ASSERT_TRUE(buffer);
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer->address()) % alignment, 0u);
      EXPECT_EQ(buffer->guard().value(), DeviceBuffer::Guard::whole);
    }
}

TEST(DeviceBuffer, TellsAByteWrittenOnEitherSide) {
  const auto table = device();
  const auto behind = DeviceBuffer::allocate(&table, 0, need(1000)),
             before = DeviceBuffer::allocate(&table, 0, need(1000));
  std::memset(bytes_of(*behind), 1, 1000);
  EXPECT_EQ(behind->guard().value(), DeviceBuffer::Guard::whole);
  bytes_of(*behind)[1000] = std::byte{1};
  EXPECT_EQ(behind->guard().value(), DeviceBuffer::Guard::broken_behind);
  *(bytes_of(*before) - 1) = std::byte{1};
  EXPECT_EQ(before->guard().value(), DeviceBuffer::Guard::broken_before);
}

TEST(DeviceBuffer, BytesThatMayBeReadBehindItAreNaNsAndGuarded) {
  const auto table = device();
  auto wanted = need(1000);
  wanted.overread_bytes = 16;
  for (const std::size_t written : {1000u, 1015u, 1016u}) {
    const auto buffer = DeviceBuffer::allocate(&table, 0, wanted);
    EXPECT_EQ(buffer->guard().value(), DeviceBuffer::Guard::whole);
    for (std::size_t i = 1000; i < 1016; ++i) EXPECT_EQ(bytes_of(*buffer)[i], std::byte{0xFF});
    bytes_of(*buffer)[written] = std::byte{1};
    EXPECT_EQ(buffer->guard().value(), DeviceBuffer::Guard::broken_behind) << written;
  }
}

TEST(DeviceBuffer, ContentsHaveADigest) {
  const auto table = device();
  const auto buffer = DeviceBuffer::allocate(&table, 0, need(100'000));
  const auto before = buffer->digest().value();
  EXPECT_EQ(buffer->digest().value(), before);
  bytes_of(*buffer)[99'999] = std::byte{0};
  EXPECT_NE(buffer->digest().value(), before);
}

TEST(DeviceBuffer, NoMemoryIsARefusalWithWhatThePluginSaid) {
  const auto table = device();
  const auto buffer = DeviceBuffer::allocate(&table, 0, need(2 * kMost));
  ASSERT_FALSE(buffer);
  ASSERT_TRUE(std::holds_alternative<Refused>(buffer.error()));
  EXPECT_NE(std::get<Refused>(buffer.error()).why.find("the device is full"), std::string::npos);
}

TEST(DeviceBuffer, AMemoryKindWithoutFunctionsIsAFailure) {
  auto short_table = device();
  short_table.struct_size = offsetof(cvg_backend, memory_alloc);
  for (const auto& table : {cvg_backend{}, short_table}) {
    const auto buffer = DeviceBuffer::allocate(&table, 0, need(10));
    ASSERT_FALSE(buffer);
    EXPECT_TRUE(std::holds_alternative<Failed>(buffer.error()));
  }
}

}  // namespace
}  // namespace convgauge::worker
