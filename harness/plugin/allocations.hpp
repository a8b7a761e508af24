// How often a stretch of code asks the C library for memory (R19).
//
// This file's malloc, calloc, realloc, memalign, aligned_alloc and posix_memalign take the place of
// the C library's for the whole process, count where somebody counts, and pass on. A plugin is
// bound to them as everything loaded after the program is, operator new included. Not seen: an
// allocator linked into the plugin itself, mmap, device memory.
#pragma once
#include <cstdint>

namespace convgauge {

/// Calls by any thread from construction to now. One at a time.
class AllocationCount {
 public:
  AllocationCount();
  ~AllocationCount();
  AllocationCount(const AllocationCount&) = delete;
  AllocationCount& operator=(const AllocationCount&) = delete;
  std::uint64_t so_far() const;

  /// False where the functions could not be replaced: under a sanitizer, and with another C library
  /// than GNU's.
  static bool possible();
};

}  // namespace convgauge
