// Which plugins there are, what they offer, and why the others offer nothing.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "core/expected.hpp"
#include "core/hash.hpp"
#include "core/layers.hpp"
#include "worker/messages.hpp"
#include "worker/worker.hpp"

namespace convgauge::run {

/// The plugin that is part of convgauge itself.
inline constexpr const char* kReferencePlugin = "builtin:reference";

/// Where plugins are looked for.
struct SearchPath {
  /// What is started again as worker: /proc/self/exe, which stays this program when its file is
  /// replaced.
  Program executable;
  std::vector<std::filesystem::path> files;  // --plugin
  /// $CONVGAUGE_PLUGIN_PATH, then the plugin folder of the build or install tree.
  std::vector<std::filesystem::path> folders;
  std::filesystem::path library_path{};  // that `files` are loaded with; may be empty
  std::vector<Tolerable> tolerated{};    // rules that may be broken while a plugin is loaded
};

/// The file of this program, also where /proc is not mounted.
std::filesystem::path program_file();

/// Made from the --plugin files of the command line, the environment, and the executable's folder.
SearchPath default_search_path(const std::vector<std::filesystem::path>& plugin_files);

/// One plugin that could be loaded.
struct CatalogPlugin {
  std::string file;
  FileIdentity identity;  // of the file that described itself; hash of builtin:reference: a version
  std::filesystem::path library_path;  // with which it described itself
  Description description;
  /// By --plugin or by a config: it then precedes other plugins that have a backend of that name.
  bool named = false;
  std::size_t folder = 0;  // of the search path; counts from 0
};

struct LoadError {
  std::string file, why;  // why: begins with the file
  bool named = false;
  std::optional<Rule> rule{};  // the one that the plugin broke
  /// How long it was waited for, where it did not answer.
  std::optional<std::chrono::milliseconds> waited{};
  bool unjudged = false;  // the machine did not let it answer: not the plugin's fault
};

struct Catalog {
  std::vector<CatalogPlugin> plugins;
  std::vector<LoadError> errors;
  std::vector<std::filesystem::path> searched;  // every file that was tried, in order

  struct Found {
    const CatalogPlugin* plugin = nullptr;
    const BackendInfo* backend = nullptr;
  };
  /// The backend of that name (in that file, if one is given): named plugins come first, then the
  /// folders in their order, and in a folder the file that is named after the backend.
  Found find(const std::string& backend, const std::string& file = {}) const;
  /// All of them, best first.
  std::vector<Found> all(const std::string& backend, const std::string& file = {}) const;
};

/// A plugin file that a config names, and the library path it is to be loaded with.
struct NamedPlugin {
  std::filesystem::path file, library_path;
};
/// Loads plugins, each in a process of its own, and asks them to describe themselves: the named
/// ones (`path.files`, `more`), one after the other; then those of the folders, side by side.
/// `wanted`: names of backends; then a folder's files named after them ("libconvgauge_NAME.so",
/// "libNAME.so", "NAME.so") are loaded first, and others only while a name was not found. Empty:
/// all are loaded. Throws MachineTrouble where the machine denies a worker what it needs: nothing
/// is then known of any plugin.
Catalog discover(const SearchPath& path, const std::vector<NamedPlugin>& more = {},
                 const std::vector<std::string>& wanted = {});

/// Whether two spellings mean one path: "a.so", "./a.so".
bool same_path(const std::filesystem::path& a, const std::filesystem::path& b);

}  // namespace convgauge::run
