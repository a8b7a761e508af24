// The shared libraries that this process has loaded. For the worker's child.
#pragma once
#include <cstdint>

#include "core/layers.hpp"
#include "record/libraries.hpp"

namespace convgauge::worker {

/// [one thread] Walks the dynamic loader's list (dl_iterate_phdr), which holds what was loaded
/// lazily too.
class LoadedLibraries {
 public:
  /// The libraries that were loaded since the last call; at first all. The program itself and the
  /// kernel's vdso, which have no file of a library, are left out. Reads the file of a library that
  /// has no build-id. Cheap where nothing was loaded.
  Libraries news();

 private:
  std::uint64_t loads_ = 0;  // the loader's own count
  Libraries told_;
};

}  // namespace convgauge::worker
