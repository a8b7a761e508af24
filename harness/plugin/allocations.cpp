#include "plugin/allocations.hpp"

#include <dlfcn.h>
#include <link.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/layers.hpp"

// A sanitizer that is linked into this program replaces the allocator itself. One that is loaded
// with a plugin (LD_PRELOAD) is among the original functions below.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define CONVGAUGE_SANITIZED 1
#endif
#endif
#if defined(__GLIBC__) && !defined(CONVGAUGE_SANITIZED) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define CONVGAUGE_COUNTS_ALLOCATIONS 1
#else
#define CONVGAUGE_COUNTS_ALLOCATIONS 0
#endif

namespace convgauge::plugin {
namespace {

struct Range {
  std::uintptr_t begin = 0, end = 0;
};

// malloc() has no parameter for a counter, so the counter is global.
std::atomic<bool> counting{false};
std::atomic<std::uint64_t> calls{0};
std::array<Range, 8> runtimes;  // not counted: calls from here

/// Whether a library allocates for its own threads, and not for the plugin.
bool is_runtime(std::string_view file) {
  file.remove_prefix(file.rfind('/') + 1);
  for (const std::string_view name : {"libgomp.", "libomp.", "libomp5.", "libiomp5.", "ld-linux"})
    if (file.starts_with(name)) return true;
  return false;
}

void find_runtimes() {
  std::size_t found = 0;
  ::dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* count) {
        auto& next = *static_cast<std::size_t*>(count);
        if (!info->dlpi_name || !is_runtime(info->dlpi_name)) return 0;
        for (int i = 0; i < info->dlpi_phnum && next < runtimes.size(); ++i) {
          const auto& part = info->dlpi_phdr[i];
          if (part.p_type != PT_LOAD || !(part.p_flags & PF_X)) continue;
          const auto begin = info->dlpi_addr + part.p_vaddr;
          runtimes[next++] = {begin, begin + part.p_memsz};
        }
        return 0;
      },
      &found);
}

[[maybe_unused]] void note_call(const void* caller) {
  if (!counting.load(std::memory_order_relaxed)) return;
  const auto at = reinterpret_cast<std::uintptr_t>(caller);
  for (const auto& range : runtimes)
    if (range.begin <= at && at < range.end) return;
  calls.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

AllocationCount::AllocationCount() {
  find_runtimes();
  calls = 0;
  counting = true;
}

AllocationCount::~AllocationCount() {
  counting = false;
}

std::uint64_t AllocationCount::so_far() const {
  return calls;
}

bool AllocationCount::possible() {
  // The operator new of a sanitizer does not call malloc().
  return CONVGAUGE_COUNTS_ALLOCATIONS && !::dlsym(RTLD_DEFAULT, "__sanitizer_report_error_summary");
}

}  // namespace convgauge::plugin

#if CONVGAUGE_COUNTS_ALLOCATIONS
// As in "Replacing malloc" of the manual of the GNU C library. Each function calls the next one of
// its name in the order of loading: the C library's, or that of a preloaded sanitizer, whose free()
// accepts only what its own malloc() gave.
extern "C" {
#define CONVGAUGE_REPLACE(result, name, parameters, arguments)                      \
  __attribute__((visibility("default"))) result name parameters noexcept {          \
    static std::atomic<result(*) parameters> next{nullptr};                         \
    auto* original = next.load(std::memory_order_relaxed);                          \
    if (!original) {                                                                \
      original = reinterpret_cast<result(*) parameters>(::dlsym(RTLD_NEXT, #name)); \
      next.store(original, std::memory_order_relaxed);                              \
    }                                                                               \
    convgauge::plugin::note_call(__builtin_return_address(0));                      \
    return original arguments;                                                      \
  }
CONVGAUGE_REPLACE(void*, malloc, (std::size_t bytes), (bytes))
CONVGAUGE_REPLACE(void*, calloc, (std::size_t count, std::size_t bytes), (count, bytes))
CONVGAUGE_REPLACE(void*, realloc, (void* at, std::size_t bytes), (at, bytes))
CONVGAUGE_REPLACE(void*, memalign, (std::size_t alignment, std::size_t bytes), (alignment, bytes))
CONVGAUGE_REPLACE(void*, aligned_alloc, (std::size_t alignment, std::size_t bytes),
                  (alignment, bytes))
CONVGAUGE_REPLACE(int, posix_memalign, (void** to, std::size_t alignment, std::size_t bytes),
                  (to, alignment, bytes))

/// Finds the original functions before anything can fail to load: dlsym() frees the text of the
/// last dlerror(), and the C library calls realloc() while it makes that text.
__attribute__((constructor)) void find_originals() {
  constexpr std::size_t kBytes = 16;
  void* volatile some = nullptr;  // volatile: or the compiler leaves the calls out
  const auto give_back = [&](void* given) {
    some = given;
    std::free(some);
  };
  give_back(malloc(kBytes));
  give_back(calloc(1, kBytes));
  give_back(realloc(nullptr, kBytes));
  give_back(memalign(kBytes, kBytes));
  give_back(aligned_alloc(kBytes, kBytes));
  void* aligned = nullptr;
  if (posix_memalign(&aligned, kBytes, kBytes) == 0) give_back(aligned);
}
}
#endif
