#include "worker/crash_box.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

#include "core/buffer_role.hpp"
#include "core/enumerator.hpp"
#include "core/layers.hpp"
#include "worker/arena.hpp"
#include "worker/machine_trouble.hpp"

namespace convgauge::worker {
namespace {

CrashPage* map_page(int descriptor) {
  void* at = ::mmap(nullptr, sizeof(CrashPage), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (at == MAP_FAILED) throw MachineTrouble("mmap", errno);
  return static_cast<CrashPage*>(at);
}

const GuardedRange* range_of(const CrashPage& page) {
  const auto count = std::min<std::size_t>(page.range_count, page.ranges.size());
  for (std::size_t i = 0; i < count; ++i)
    if (page.ranges[i].reserve_begin <= page.address && page.address < page.ranges[i].reserve_end)
      return &page.ranges[i];
  return nullptr;
}

/// "lib.so+0x1234", without its folder; empty where the place is unknown. Other characters than
/// printable ones become '?': a plugin may have written them.
std::string instruction(const CrashPage& page) {
  std::string file(page.file.data(), ::strnlen(page.file.data(), page.file.size()));
  if (file.empty()) return {};
  file.erase(0, file.find_last_of('/') + 1);
  for (auto& c : file)
    if (c < ' ' || c > '~') c = '?';
  return fmt::format("{}+{:#x}", file, page.file_offset);
}

/// Of an instruction that no memory access made fault; the kernel's address is its own.
std::string wrong_instruction(const CrashPage& page) {
  const char* what = page.signal == SIGILL     ? "an illegal instruction"
                     : page.code == FPE_INTDIV ? "a whole number divided by zero"
                     : page.code == FPE_FLTDIV ? "a number divided by zero"
                                               : "an arithmetic trap";
  const auto place = instruction(page);
  return fmt::format("{} at {}", what,
                     place.empty() ? fmt::format("address {:#x}", page.address) : place);
}

}  // namespace

std::string stage_word(std::uint32_t stage) {
  const auto known = enumerator<Stage>(stage);
  return known ? std::string(word(*known)) : fmt::format("stage {}", stage);
}

CrashBox::CrashBox() : descriptor_(shared_memory("convgauge-crash")) {
  if (::ftruncate(descriptor_.get(), sizeof(CrashPage)) != 0)
    throw MachineTrouble("ftruncate", errno);
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
  if (page.signal == SIGFPE || page.signal == SIGILL)
    return {std::nullopt, wrong_instruction(page)};
  const auto place = instruction(page);
  const auto by = place.empty() ? "" : ", by the instruction at " + place;
  const char* verb = page.was_write ? "wrote" : "read";
  // The kernel gives no address: it was not canonical, or an instruction that needs alignment got a
  // misaligned one.
  if (page.signal == SIGSEGV && page.code == SI_KERNEL)
    return {std::nullopt, "misaligned or non-canonical access" + by};
  const auto* r = range_of(page);
  if (!r) return {std::nullopt, fmt::format("{} at address {:#x}{}", verb, page.address, by)};
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
