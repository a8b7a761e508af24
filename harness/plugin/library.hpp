// A plugin file, loaded: versions negotiated, tables checked, every complaint a sentence.
#pragma once
#include <convgauge/plugin.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "plugin/answers.hpp"

namespace convgauge {

/// Holds the library open. A library is never unloaded: OpenMP and device runtimes do not survive
/// it.
class Library {
 public:
  /// dlopen (now, local), the entry symbol, the version, the tables. The error names the file and
  /// what is wrong.
  static Answer<Library> open(const std::filesystem::path& file);
  /// A table that is part of this program.
  static Answer<Library> built_in(cvg_plugin_entry_function entry, std::string name);
  /// R1: a host of another version gets no table, and the version that the library speaks. The
  /// first and only call of a library in its process. The error names the rule.
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

}  // namespace convgauge
