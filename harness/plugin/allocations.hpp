// Counts calls of the C library's allocator during a piece of code (R19).
//
// The malloc, calloc, realloc, memalign, aligned_alloc and posix_memalign of allocations.cpp
// replace those of the C library in the whole process. They count while an AllocationCount exists,
// and call the original functions, or those of a preloaded sanitizer. A plugin uses them, operator
// new included, as does everything that is loaded after the program. Not counted: calls from an
// OpenMP runtime or the dynamic loader, which allocate for threads; an allocator linked into the
// plugin itself; mmap; device memory.
#pragma once
#include <cstdint>

#include "core/layers.hpp"

namespace convgauge::plugin {

/// Counts calls by any thread from construction on. Only one such object may exist at a time.
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

}  // namespace convgauge::plugin
