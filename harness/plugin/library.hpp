// A loaded plugin file: versions negotiated, tables checked; every error is a sentence.
#pragma once
#include <convgauge/plugin.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/layers.hpp"
#include "plugin/answers.hpp"

namespace convgauge::plugin {

/// Keeps the library loaded. It is never unloaded: OpenMP and device runtimes do not survive that.
class Library {
 public:
  /// Loads the file (dlopen, RTLD_NOW and RTLD_LOCAL), finds the entry symbol, and checks the
  /// version and the tables. The error names the file and what is wrong.
  static Answer<Library> open(const std::filesystem::path& file);
  /// The same for an entry function that is part of this program.
  static Answer<Library> built_in(cvg_plugin_entry_function entry, std::string name);
  /// Checks R1: a host of another version gets no table, but is told the version that the library
  /// speaks. Must be the first and only call of the library in its process. The error names the
  /// rule.
  static Answer<void> refuses_other_versions(const std::filesystem::path& file);

  const std::string& name() const { return name_; }
  const std::string& version() const { return version_; }
  const std::vector<const cvg_backend*>& backends() const { return backends_; }

 private:
  static Answer<Library> from_entry(cvg_plugin_entry_function entry, const std::string& file);
  std::string name_, version_;
  std::vector<const cvg_backend*> backends_;
};

/// Matches [a-z0-9_]+: the names of backends and options (R2).
bool is_plugin_name(const char* text);

}  // namespace convgauge::plugin
