#include "worker/crash_box.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <utility>

#include "core/buffer_role.hpp"
#include "core/enumerator.hpp"
#include "core/layers.hpp"

namespace convgauge::worker {
namespace {

CrashPage* map_page(int descriptor) {
  void* at = ::mmap(nullptr, sizeof(CrashPage), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (at == MAP_FAILED) throw std::bad_alloc();
  return static_cast<CrashPage*>(at);
}

const GuardedRange* range_of(const CrashPage& page) {
  const auto count = std::min<std::size_t>(page.range_count, page.ranges.size());
  for (std::size_t i = 0; i < count; ++i)
    if (page.ranges[i].reserve_begin <= page.address && page.address < page.ranges[i].reserve_end)
      return &page.ranges[i];
  return nullptr;
}

}  // namespace

std::string stage_word(std::uint32_t stage) {
  const auto known = enumerator<Stage>(stage);
  return known ? std::string(word(*known)) : fmt::format("stage {}", stage);
}

CrashBox::CrashBox() : descriptor_(::memfd_create("convgauge-crash", MFD_CLOEXEC)) {
  if (!descriptor_ || ::ftruncate(descriptor_.get(), sizeof(CrashPage)) != 0)
    throw std::bad_alloc();
  page_ = new (map_page(descriptor_.get())) CrashPage;
}

CrashBox::CrashBox(int descriptor) : descriptor_(descriptor), page_(map_page(descriptor)) {}

CrashBox::CrashBox(CrashBox&& other) noexcept
    : descriptor_(std::move(other.descriptor_)), page_(std::exchange(other.page_, nullptr)) {}

CrashBox::~CrashBox() {
  if (page_) ::munmap(page_, sizeof(CrashPage));
}

std::string past_words(std::uint64_t distance) {
  return distance == 0 ? "right past" : fmt::format("{} bytes past", distance);
}

FaultPlace explain_fault(const CrashPage& page) {
  const char* verb = page.was_write ? "wrote" : "read";
  // The kernel gives no address: it was not canonical, or an instruction that needs alignment got a
  // misaligned one.
  if (page.signal == SIGSEGV && page.code == SI_KERNEL)
    return {std::nullopt, "misaligned or non-canonical access"};
  const auto* r = range_of(page);
  if (!r) return {std::nullopt, fmt::format("{} at address {:#x}", verb, page.address)};
  const auto known = enumerator<BufferRole>(r->role);
  const auto role = known ? std::string(word(*known)) : fmt::format("role {}", r->role);
  if (page.address >= r->data + r->bytes)
    return {page.was_write ? Rule::R9 : Rule::R10,
            fmt::format("{} {} the end of {} ({} bytes)", verb,
                        past_words(page.address - r->data - r->bytes), role, r->bytes)};
  if (page.address < r->data)
    return {page.was_write ? Rule::R9 : Rule::R10,
            fmt::format("{} {} bytes before the start of {} ({} bytes)", verb,
                        r->data - page.address, role, r->bytes)};
  return {Rule::R8, fmt::format("{} at byte {} of {}, which may only be read", verb,
                                page.address - r->data, role)};
}

}  // namespace convgauge::worker
