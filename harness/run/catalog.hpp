// Which plugins there are, what they offer, and why the others offer nothing.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "core/expected.hpp"
#include "core/layers.hpp"
#include "worker/messages.hpp"
#include "worker/worker.hpp"

namespace convgauge::run {

/// The plugin that is part of convgauge itself.
inline constexpr const char* kReferencePlugin = "builtin:reference";

/// Where plugins are looked for.
struct SearchPath {
  std::filesystem::path executable;          // convgauge itself, which is started again as worker
  std::vector<std::filesystem::path> files;  // --plugin
  /// $CONVGAUGE_PLUGIN_PATH, then the plugin folder of the build or install tree.
  std::vector<std::filesystem::path> folders;
};

/// Made from the --plugin files of the command line, the environment, and the executable's folder.
SearchPath default_search_path(const std::vector<std::filesystem::path>& plugin_files);

/// One plugin that could be loaded.
struct CatalogPlugin {
  std::string file, hash;  // hash: XXH3-128, hex; of builtin:reference, convgauge's version
  Description description;
  /// By --plugin or by a config: it then precedes other plugins that have a backend of that name.
  bool named = false;
};

struct LoadError {
  std::string file, why;
  bool named = false;
  std::optional<Rule> rule{};  // the one that the plugin broke
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

/// A plugin file that a config names, and the library path it is to be loaded with.
struct NamedPlugin {
  std::filesystem::path file, library_path;
};
/// Loads every plugin of the path, and `more`, in a process of its own, and asks it to describe
/// itself.
Catalog discover(const SearchPath& path, const std::vector<NamedPlugin>& more = {});

/// XXH3-128 of a file's bytes in hex; empty where it cannot be read.
std::string hash_of(const std::filesystem::path& file);

}  // namespace convgauge::run
