// Which plugins there are, what they offer, and why the others offer nothing.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "core/expected.hpp"
#include "worker/messages.hpp"
#include "worker/worker.hpp"

namespace convgauge {

/// The plugin that is part of convgauge itself.
inline constexpr const char* kReferencePlugin = "builtin:reference";

/// Where plugins are looked for.
struct SearchPath {
  std::filesystem::path executable;          // convgauge itself: workers are made of it
  std::vector<std::filesystem::path> files;  // --plugin
  std::vector<std::filesystem::path>
      folders;  // $CONVGAUGE_PLUGIN_PATH, then the build or install tree's
};

/// From the command line's --plugin files, the environment, and where the executable lies.
SearchPath default_search_path(const std::vector<std::filesystem::path>& plugin_files);

/// One plugin that could be loaded.
struct CatalogPlugin {
  std::string file, hash;  // hash: XXH3-128, hex; of builtin:reference, convgauge's version
  Description description;
  bool named =
      false;  // by --plugin or by a config: then it comes before others of its backends' names
};

struct LoadError {
  std::string file, why;
  bool named = false;
  std::optional<Rule> rule{};  // that the plugin broke
};

struct Catalog {
  std::vector<CatalogPlugin> plugins;
  std::vector<LoadError> errors;
  std::vector<std::filesystem::path> searched;  // every file that was tried

  struct Found {
    const CatalogPlugin* plugin = nullptr;
    const BackendInfo* backend = nullptr;
  };
  /// The first backend of that name (in that file, if one is given).
  Found find(const std::string& backend, const std::string& file = {}) const;
};

/// Loads every plugin of the path in a process of its own and asks what it is. `more`: files that a
/// config names, each with the library path it is to be loaded with.
struct NamedPlugin {
  std::filesystem::path file, library_path;
};
Catalog discover(const SearchPath& path, const std::vector<NamedPlugin>& more = {});

/// XXH3-128 of a file's bytes in hex; empty where it cannot be read.
std::string hash_of(const std::filesystem::path& file);

}  // namespace convgauge
