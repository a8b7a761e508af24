#include "worker/private_memory.hpp"

#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "core/layers.hpp"
#include "worker/placement.hpp"

namespace convgauge::worker {
namespace {

// Tensors that all start at the same offset in a page compete for the same cache sets: an equal
// alignment of 2 MiB slowed a depthwise layer by 37%. With starts nine cache lines apart, no two of
// 64 buffers have the same offset.
constexpr std::size_t kLine = 64, kStaggerLines = 9;

std::byte* map_private(std::size_t bytes) {
  void* at = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) throw std::bad_alloc();
  return static_cast<std::byte*>(at);
}

}  // namespace

void Unmap::operator()(std::byte* p) const {
  ::munmap(p, bytes);
}

std::byte* PrivateMemory::obtain(std::size_t bytes, std::size_t alignment, std::size_t overread) {
  bytes += overread;
  const auto index = blocks_.size();
  const auto stagger = (index * kStaggerLines % (kPage / kLine)) * kLine;
  const auto size = round_up(bytes + std::max(alignment, std::size_t{kPage}) + kPage, kPage);
  blocks_.emplace_back(map_private(size), Unmap{size});
  const auto start = reinterpret_cast<std::uint64_t>(blocks_.back().get());
  const auto aligned = round_up(start + stagger, std::max(alignment, kLine));
  std::byte* at = blocks_.back().get() + (aligned - start);
  std::memset(at, 0, bytes);  // maps the pages before anything is timed
  return at;
}

std::byte* PrivateMemory::copy_of(TensorRole role) {
  const auto region = binding_.of(role);
  if (region < 0) return nullptr;
  const auto& r = binding_.regions.at(static_cast<std::size_t>(region));
  auto* at = obtain(r.bytes, r.alignment, r.overread_bytes);
  if (is_result(role)) return at;
  std::memcpy(at, arena_.get() + r.offset + offset_in_window(r, Placement::end), r.bytes);
  return at;
}

Answer<PrivateMemory> PrivateMemory::make(const Backend& backend, const PlanSettings& settings,
                                          const std::vector<Requirement>& requirements,
                                          const Binding& binding, int slots, int arena) {
  PrivateMemory m;
  m.binding_ = binding;
  struct stat file {};
  ::fstat(arena, &file);
  const auto arena_bytes = static_cast<std::size_t>(file.st_size);
  void* view = ::mmap(nullptr, arena_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, arena, 0);
  if (view == MAP_FAILED) throw std::bad_alloc();
  m.arena_ = Block(static_cast<std::byte*>(view), Unmap{arena_bytes});
  for (int slot = 0; slot < slots; ++slot) {
    auto& host = m.host_.emplace_back();
    for (const auto role : kTensorRoles) host[index_of(role)] = m.copy_of(role);
    auto& list = m.addresses_.emplace_back();
    for (std::size_t i = 0; i < requirements.size(); ++i) {
      const auto& r = requirements[i];
      if (slot > 0 && r.scope != Scope::slot) {
        list.push_back(m.addresses_.front()[i]);
      } else if (r.memory_kind.is_library()) {
        list.push_back(nullptr);
      } else if (!r.memory_kind.is_host()) {
        auto buffer = DeviceBuffer::allocate(backend.table(), settings.device, r);
        if (!buffer) return tl::unexpected(buffer.error());
        m.own_.push_back({slot, r.role, nullptr, r.bytes, m.device_.size()});
        m.device_.push_back(std::move(*buffer));
        list.push_back(m.device_.back().address());
      } else if (r.form == Form::tensor) {
        list.push_back(m.host_.back()[index_of(*tensor_role(r.role))]);
      } else {
        list.push_back(m.obtain(r.bytes, r.alignment, r.overread_bytes));
        m.own_.push_back({slot, r.role, static_cast<std::byte*>(list.back()), r.bytes, 0});
      }
    }
  }
  return m;
}

cvg_tensors PrivateMemory::tensors(int slot) const {
  return to_abi(host_.at(static_cast<std::size_t>(slot)));
}

template <class Act>
void PrivateMemory::each_tensor(int slot, bool (*wanted)(TensorRole role), Act act) const {
  for (const auto role : kTensorRoles) {
    const auto region = binding_.of(role);
    if (region < 0 || !wanted(role)) continue;
    const auto& r = binding_.regions.at(static_cast<std::size_t>(region));
    act(host_.at(static_cast<std::size_t>(slot))[index_of(role)],
        arena_.get() + r.offset + offset_in_window(r, Placement::end), r.bytes);
  }
}

void PrivateMemory::refresh_source(int slot) {
  each_tensor(slot, is_uploaded, [](std::byte* own, const std::byte* arena, std::size_t bytes) {
    std::memcpy(own, arena, bytes);
  });
}

Answer<void> PrivateMemory::erase_source(int slot) {
  each_tensor(slot, is_uploaded, [](std::byte* own, const std::byte*, std::size_t bytes) {
    std::memset(own, 0, bytes);
  });
  for (const auto& own : own_) {
    if (own.slot != slot || !is_uploaded(own.role)) continue;
    if (own.host)
      std::memset(own.host, 0, own.bytes);
    else if (auto ok = device_[own.device].fill_elements(0, 1); !ok)
      return ok;
  }
  return {};
}

Answer<PrivateMemory::Contents> PrivateMemory::uploaded(int slot) const {
  Contents all;
  for (const auto& own : own_) {
    if (own.slot != slot || !is_uploaded(own.role)) continue;
    if (own.host) {
      const auto* from = reinterpret_cast<const unsigned char*>(own.host);
      all.emplace_back(from, from + own.bytes);
      continue;
    }
    auto contents = device_[own.device].contents();
    if (!contents) return tl::unexpected(contents.error());
    all.push_back(std::move(*contents));
  }
  return all;
}

Answer<void> PrivateMemory::set_uploaded(int slot, const Contents& contents) {
  auto next = contents.begin();
  for (const auto& own : own_) {
    if (own.slot != slot || !is_uploaded(own.role)) continue;
    const auto& bytes = *next++;
    if (own.host)
      std::copy(bytes.begin(), bytes.end(), reinterpret_cast<unsigned char*>(own.host));
    else if (auto ok = device_[own.device].write(bytes); !ok)
      return ok;
  }
  return {};
}

Answer<void> PrivateMemory::poison_output(int slot, std::uint64_t bits, std::size_t size) {
  const auto fill = [bits, size](std::byte* to, std::size_t bytes) {
    for (std::size_t at = 0; at < bytes; at += size)
      std::memcpy(to + at, &bits, std::min(size, bytes - at));
  };
  each_tensor(slot, is_result,
              [fill](std::byte* own, const std::byte*, std::size_t bytes) { fill(own, bytes); });
  for (const auto& own : own_) {
    if (own.slot != slot || !is_result(own.role)) continue;
    if (own.host)
      fill(own.host, own.bytes);
    else if (auto ok = device_[own.device].fill_elements(bits, size); !ok)
      return ok;
  }
  return {};
}

void PrivateMemory::publish_output(int slot) const {
  each_tensor(slot, is_result, [](const std::byte* own, std::byte* arena, std::size_t bytes) {
    std::memcpy(arena, own, bytes);
  });
}

}  // namespace convgauge::worker
