#include "worker/device_memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

namespace convgauge {
namespace {

constexpr std::size_t kGuardBytes = 4096;
constexpr int kPoison = 0xFF;  // NaN in every floating type
constexpr int kGuard = 0xA5;

Answer<void> checked(const char* call, cvg_status status, const std::array<char, 512>& text) {
  if (status == CVG_OK) return {};
  return tl::unexpected<Trouble>(
      Failed{fmt::format("{} returned {}: {}", call, status_word(status), text.data()), status == CVG_DEVICE_LOST});
}

}  // namespace

Answer<DeviceBuffer> DeviceBuffer::allocate(const cvg_backend* table, int device, const Requirement& requirement) {
  if (!table->memory_alloc || !table->memory_free || !table->memory_fill || !table->memory_read || !table->memory_write)
    return tl::unexpected<Trouble>(Failed{
        fmt::format("memory kind {} was asked for, but the backend has no functions for it", requirement.memory_kind)});
  DeviceBuffer buffer(table, device, requirement);
  std::array<char, 512> text{};
  cvg_note note{text.data(), text.size()};
  const auto status = table->memory_alloc(device, requirement.memory_kind, requirement.bytes + kGuardBytes,
                                          requirement.alignment, &buffer.address_, &note);
  if (status == CVG_OUT_OF_MEMORY)
    return tl::unexpected<Trouble>(
        Refused{"memory", fmt::format("the device has too little memory for {} bytes of {}: {}", requirement.bytes,
                                      role_word(requirement.role), text.data())});
  if (auto ok = checked("memory_alloc", status, text); !ok) return tl::unexpected(ok.error());
  if (auto ok = buffer.poison(); !ok) return tl::unexpected(ok.error());
  return buffer;
}

DeviceBuffer::DeviceBuffer(DeviceBuffer&& other) noexcept
    : table_(other.table_),
      device_(other.device_),
      requirement_(std::move(other.requirement_)),
      address_(std::exchange(other.address_, nullptr)) {}

DeviceBuffer::~DeviceBuffer() {
  if (address_) table_->memory_free(device_, requirement_.memory_kind, address_);
}

Answer<void> DeviceBuffer::poison() {
  std::array<char, 512> text{};
  cvg_note note{text.data(), text.size()};
  const auto& r = requirement_;
  auto status = table_->memory_fill(device_, r.memory_kind, address_, 0, kPoison, r.bytes, &note);
  if (status == CVG_OK)
    status = table_->memory_fill(device_, r.memory_kind, address_, r.bytes, kGuard, kGuardBytes, &note);
  return checked("memory_fill", status, text);
}

Answer<void> DeviceBuffer::fill_elements(std::uint64_t bits, std::size_t size) {
  const auto& r = requirement_;
  std::vector<unsigned char> pattern(r.bytes);
  for (std::size_t at = 0; at < r.bytes; at += size)
    std::memcpy(pattern.data() + at, &bits, std::min(size, r.bytes - at));
  std::array<char, 512> text{};
  cvg_note note{text.data(), text.size()};
  return checked("memory_write",
                 table_->memory_write(device_, r.memory_kind, address_, 0, pattern.data(), r.bytes, &note), text);
}

Answer<std::vector<unsigned char>> DeviceBuffer::read() const {
  const auto& r = requirement_;
  std::vector<unsigned char> bytes(r.bytes);
  std::array<char, 512> text{};
  cvg_note note{text.data(), text.size()};
  const auto status = table_->memory_read(device_, r.memory_kind, address_, 0, bytes.data(), r.bytes, &note);
  if (auto ok = checked("memory_read", status, text); !ok) return tl::unexpected(ok.error());
  return bytes;
}

Answer<bool> DeviceBuffer::guard_untouched() const {
  std::array<char, 512> text{};
  cvg_note note{text.data(), text.size()};
  std::vector<unsigned char> guard(kGuardBytes);
  const auto& r = requirement_;
  const auto status = table_->memory_read(device_, r.memory_kind, address_, r.bytes, guard.data(), kGuardBytes, &note);
  if (auto ok = checked("memory_read", status, text); !ok) return tl::unexpected(ok.error());
  return std::all_of(guard.begin(), guard.end(), [](unsigned char b) { return b == kGuard; });
}

}  // namespace convgauge
