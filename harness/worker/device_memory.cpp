#include "worker/device_memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/layers.hpp"
#include "plugin/note.hpp"

namespace convgauge::worker {
namespace {

constexpr std::size_t kGuardBytes = 4096;
constexpr int kPoison = 0xFF;  // NaN in every floating type
constexpr int kGuard = 0xA5;

}  // namespace

DeviceBuffer::DeviceBuffer(const cvg_backend* table, int device, const Requirement& r)
    : table_(table),
      device_(device),
      requirement_(r),
      front_bytes_(std::max(kGuardBytes, r.alignment)) {}

Answer<DeviceBuffer> DeviceBuffer::allocate(const cvg_backend* table, int device,
                                            const Requirement& requirement) {
  // A table may end before these functions.
  if (table->struct_size < offsetof(cvg_backend, extension) || !table->memory_alloc ||
      !table->memory_free || !table->memory_fill || !table->memory_read || !table->memory_write)
    return failed(
        fmt::format("memory kind {} was asked for, but the backend has no functions for it",
                    requirement.memory_kind.number));
  DeviceBuffer buffer(table, device, requirement);
  Note note;
  const auto status =
      table->memory_alloc(device, requirement.memory_kind.number,
                          buffer.behind() + requirement.overread_bytes + kGuardBytes,
                          requirement.alignment, &buffer.start_, note.get());
  if (status == CVG_STATUS_OUT_OF_MEMORY)
    return tl::unexpected<Trouble>(
        Refused{RefusalReason::memory,
                fmt::format("the device has too little memory for {} bytes of {}: {}",
                            requirement.bytes, word(requirement.role), note.text())});
  if (auto ok = answer_of("memory_alloc", status, note); !ok) return tl::unexpected(ok.error());
  if (!buffer.start_) return failed("memory_alloc returned OK and no address");
  auto laid = buffer.fill(0, kGuard, buffer.front_bytes_);
  if (laid) laid = buffer.fill(buffer.behind(), kPoison, requirement.overread_bytes);
  if (laid) laid = buffer.fill(buffer.behind() + requirement.overread_bytes, kGuard, kGuardBytes);
  if (laid) laid = buffer.poison();
  if (!laid) return tl::unexpected(laid.error());
  return buffer;
}

DeviceBuffer::DeviceBuffer(DeviceBuffer&& other) noexcept
    : table_(other.table_),
      device_(other.device_),
      requirement_(std::move(other.requirement_)),
      front_bytes_(other.front_bytes_),
      start_(std::exchange(other.start_, nullptr)) {}

DeviceBuffer::~DeviceBuffer() {
  if (start_) table_->memory_free(device_, requirement_.memory_kind.number, start_);
}

Answer<void> DeviceBuffer::fill(std::size_t offset, int byte, std::size_t bytes) {
  if (bytes == 0) return {};
  Note note;
  return answer_of("memory_fill",
                   table_->memory_fill(device_, requirement_.memory_kind.number, start_, offset,
                                       byte, bytes, note.get()),
                   note);
}

Answer<void> DeviceBuffer::read(std::size_t offset, void* to, std::size_t bytes) const {
  Note note;
  return answer_of("memory_read",
                   table_->memory_read(device_, requirement_.memory_kind.number, start_, offset, to,
                                       bytes, note.get()),
                   note);
}

Answer<void> DeviceBuffer::poison() {
  return fill(front_bytes_, kPoison, requirement_.bytes);
}

Answer<void> DeviceBuffer::write(const std::vector<unsigned char>& bytes) {
  Note note;
  return answer_of("memory_write",
                   table_->memory_write(device_, requirement_.memory_kind.number, start_,
                                        front_bytes_, bytes.data(), bytes.size(), note.get()),
                   note);
}

Answer<void> DeviceBuffer::fill_elements(std::uint64_t bits, std::size_t size) {
  std::vector<unsigned char> pattern(requirement_.bytes);
  for (std::size_t at = 0; at < pattern.size(); at += size)
    std::memcpy(pattern.data() + at, &bits, std::min(size, pattern.size() - at));
  return write(pattern);
}

Answer<std::vector<unsigned char>> DeviceBuffer::contents() const {
  std::vector<unsigned char> bytes(requirement_.bytes);
  if (auto ok = read(front_bytes_, bytes.data(), bytes.size()); !ok)
    return tl::unexpected(ok.error());
  return bytes;
}

Answer<DeviceBuffer::Guard> DeviceBuffer::guard() const {
  const auto whole = [this](std::size_t offset, std::size_t bytes, int value) -> Answer<bool> {
    std::vector<unsigned char> guard(bytes);
    if (bytes == 0) return true;
    if (auto ok = read(offset, guard.data(), bytes); !ok) return tl::unexpected(ok.error());
    return std::all_of(guard.begin(), guard.end(), [=](unsigned char b) { return b == value; });
  };
  const auto overread = requirement_.overread_bytes;
  const auto before = whole(0, front_bytes_, kGuard);
  if (!before) return tl::unexpected(before.error());
  if (!*before) return Guard::broken_before;
  const auto readable = whole(behind(), overread, kPoison);
  if (!readable) return tl::unexpected(readable.error());
  const auto rest = whole(behind() + overread, kGuardBytes, kGuard);
  if (!rest) return tl::unexpected(rest.error());
  return *readable && *rest ? Guard::whole : Guard::broken_behind;
}

Answer<std::uint64_t> DeviceBuffer::digest() const {
  constexpr std::size_t kChunk = std::size_t{1} << 20;
  std::vector<char> chunk(std::min(kChunk, requirement_.bytes));
  std::uint64_t digest = 0;
  for (std::size_t at = 0; at < requirement_.bytes; at += kChunk) {
    const auto bytes = std::min(kChunk, requirement_.bytes - at);
    if (auto ok = read(front_bytes_ + at, chunk.data(), bytes); !ok)
      return tl::unexpected(ok.error());
    digest = digest * 0x9E3779B97F4A7C15u + std::hash<std::string_view>{}({chunk.data(), bytes});
  }
  return digest;
}

}  // namespace convgauge::worker
