#include "plugin/allocations.hpp"

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>

namespace convgauge::plugin {
namespace {

// malloc() has no parameter for a counter, so the counter is global.
std::atomic<bool> counting{false};
std::atomic<std::uint64_t> calls{0};

[[maybe_unused]] void note_call() {
  if (counting.load(std::memory_order_relaxed)) calls.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

AllocationCount::AllocationCount() {
  calls = 0;
  counting = true;
}

AllocationCount::~AllocationCount() {
  counting = false;
}

std::uint64_t AllocationCount::so_far() const {
  return calls;
}

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
bool AllocationCount::possible() {
  return true;
}
#else
bool AllocationCount::possible() {
  return false;
}
#endif

}  // namespace convgauge::plugin

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// As in "Replacing malloc" of the manual of the GNU C library; these functions call the original
// ones.
extern "C" {
#define CONVGAUGE_EXPORT __attribute__((visibility("default")))  // export to plugins
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

CONVGAUGE_EXPORT void* malloc(std::size_t bytes) noexcept {
  convgauge::plugin::note_call();
  return __libc_malloc(bytes);
}

CONVGAUGE_EXPORT void* calloc(std::size_t count, std::size_t bytes) noexcept {
  convgauge::plugin::note_call();
  return __libc_calloc(count, bytes);
}

CONVGAUGE_EXPORT void* realloc(void* at, std::size_t bytes) noexcept {
  convgauge::plugin::note_call();
  return __libc_realloc(at, bytes);
}

CONVGAUGE_EXPORT void* memalign(std::size_t alignment, std::size_t bytes) noexcept {
  convgauge::plugin::note_call();
  return __libc_memalign(alignment, bytes);
}

CONVGAUGE_EXPORT void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
  convgauge::plugin::note_call();
  return __libc_memalign(alignment, bytes);
}

CONVGAUGE_EXPORT int posix_memalign(void** to, std::size_t alignment, std::size_t bytes) noexcept {
  convgauge::plugin::note_call();
  if (alignment % sizeof(void*) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0)
    return EINVAL;
  void* at = __libc_memalign(alignment, bytes);
  if (!at) return ENOMEM;
  *to = at;
  return 0;
}
}
#endif
#include "core/layers.hpp"
