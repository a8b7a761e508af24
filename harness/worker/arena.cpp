#include "worker/arena.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>
#include "core/layers.hpp"
#include "worker/machine_trouble.hpp"

namespace convgauge::worker {

Descriptor shared_memory(const char* name) {
  Descriptor memory(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!memory) throw MachineTrouble("memfd_create", errno);
  if (::fcntl(memory.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_SEAL) != 0)
    throw MachineTrouble("fcntl(F_ADD_SEALS)", errno);
  return memory;
}

Arena::Arena() : descriptor_(shared_memory("convgauge-arena")) {}

Arena::Arena(Arena&& other) noexcept
    : descriptor_(std::move(other.descriptor_)),
      base_(std::exchange(other.base_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      used_(std::exchange(other.used_, 0)) {}

Arena::~Arena() {
  if (base_) ::munmap(base_, size_);
}

void Arena::grow(std::uint64_t size) {
  size = std::max(round_up(size, kPage), size_ + size_ / 2 / kPage * kPage);
  // A plugin may have let it grow, and it cannot shrink.
  struct stat about {};
  const bool is_smaller =
      ::fstat(descriptor_.get(), &about) != 0 || static_cast<std::uint64_t>(about.st_size) < size;
  if (is_smaller && ::ftruncate(descriptor_.get(), static_cast<off_t>(size)) != 0) {
    if (errno == EFBIG) throw MachineTrouble("ftruncate", errno);
    throw std::bad_alloc();
  }
  void* at = base_
                 ? ::mremap(base_, size_, size, MREMAP_MAYMOVE)
                 : ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_.get(), 0);
  if (at == MAP_FAILED) throw std::bad_alloc();
  base_ = static_cast<std::byte*>(at);
  size_ = size;
}

void Arena::release() {
  constexpr std::uint64_t kKept = 16 << 20;  // so that small cases cost no page faults
  clear();
  // Where the system cannot do it, the pages are used again by the next layout.
  if (size_ > kKept)
    (void)::fallocate(descriptor_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                      static_cast<off_t>(kKept), static_cast<off_t>(size_ - kKept));
}

Region Arena::reserve(std::uint64_t bytes, std::uint64_t alignment, BufferRole role,
                      std::uint64_t overread_bytes) {
  const Region region{used_, bytes, alignment, role, overread_bytes};
  used_ += window_bytes(region);
  if (used_ > size_) grow(used_);
  return region;
}

namespace {

/// The canary from distance 0 on, which repeats after two bytes.
constexpr auto kCanary = [] {
  std::array<std::byte, kPage> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = canary_at(static_cast<std::int64_t>(i));
  return bytes;
}();

/// Calls work(part, canary, bytes) for the parts of [begin, end), with what should stand there.
template <class Byte, class Work>
void each_canary(Byte* begin, Byte* end, const std::byte* buffer, Work work) {
  constexpr std::ptrdiff_t kPart = kPage - 2;  // even
  for (std::ptrdiff_t bytes = 0; begin < end; begin += bytes) {
    bytes = std::min(end - begin, kPart);
    work(begin, kCanary.data() + ((begin - buffer) & 1), static_cast<std::size_t>(bytes));
  }
}

}  // namespace

void lay_canary(std::byte* window, const Region& region, Placement placement) {
  auto* buffer = window + offset_in_window(region, placement);
  auto* end = window + window_bytes(region);
  const auto lay = [](std::byte* to, const std::byte* canary, std::size_t bytes) {
    std::memcpy(to, canary, bytes);
  };
  each_canary(window, buffer, buffer, lay);
  each_canary(buffer + region.bytes, end, buffer, lay);
}

std::int64_t touched_canary(const std::byte* window, const Region& region, Placement placement) {
  const auto* buffer = window + offset_in_window(region, placement);
  const auto* after = buffer + region.bytes;
  const auto* end = window + window_bytes(region);
  bool same = true;
  const auto look = [&](const std::byte* at, const std::byte* canary, std::size_t bytes) {
    same = same && std::memcmp(at, canary, bytes) == 0;
  };
  each_canary(window, buffer, buffer, look);
  each_canary(after, end, buffer, look);
  if (same) return kUntouched;
  // Backwards before the buffer, so that the byte nearest to it is named.
  for (const auto* p = buffer; p != window; --p)
    if (p[-1] != canary_at(p - 1 - buffer)) return p - 1 - buffer;
  for (const auto* p = after; p < end; ++p)
    if (*p != canary_at(p - buffer)) return p - after;
  return kUntouched;
}

}  // namespace convgauge::worker
