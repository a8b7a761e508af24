// The shared libraries that the workers of a run had loaded, and how those of two runs differ.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "core/describe.hpp"
#include "core/layers.hpp"

namespace convgauge::record {

/// One shared library in a worker's memory, those of the system included.
struct LoadedLibrary {
  std::string name;  // the file name by which it was found: "libopenblas.so.0"
  std::string path;  // links resolved, so that it often tells the version
  /// "build-id HEX" from the ELF note in memory; "hash HEX" (XXH3-128 of the file) where it has no
  /// such note; "unknown" where its file cannot be read either.
  std::string id;
  std::vector<std::string> labels{};  // of a header: the backends that have it
  bool operator==(const LoadedLibrary&) const = default;
};

template <class Walk, Is<LoadedLibrary> L>
void describe(Walk& walk, L& l) {
  walk("name", l.name);
  walk("path", l.path);
  walk("id", l.id);
  walk(Key("labels").omit_default(), l.labels);
}

struct Results;
using Libraries = std::vector<LoadedLibrary>;
using LibrariesByLabel = std::map<std::string, Libraries>;

/// What the workers of each label of the header had loaded, by the header and all cases. A label
/// is absent where nothing was recorded, as in files of older versions.
LibrariesByLabel loaded_libraries(const Results& results);

/// Whether an entry has the same name and id.
bool contains(const Libraries& list, const LoadedLibrary& library);

/// Adds `more`, except entries with a name and id that are there already.
void add_libraries(Libraries& to, const Libraries& more);

/// A library that is not the same on two sides: "build-id 0123456789ab (/usr/lib/libwork.so.1)", or
/// "not loaded". Where one side has several of the name, all of them.
struct LibraryChange {
  std::string name, then, now;
  bool operator==(const LibraryChange&) const = default;
};

/// In order of the names. Empty where one side recorded nothing: then it is not known.
std::vector<LibraryChange> library_changes(const Libraries& then, const Libraries& now);

/// "libwork.so.1: build-id 0123456789ab (/old/libwork.so.1) → ..."
std::string change_text(const LibraryChange& change);

}  // namespace convgauge::record
