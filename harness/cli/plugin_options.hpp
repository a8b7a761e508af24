// `--plugin FILE` and `--plugin LABEL=FILE`: which files are loaded, and which backends of them
// run.
#pragma once
#include <string>
#include <vector>

#include "cli/options.hpp"
#include "config/suite.hpp"
#include "core/expected.hpp"
#include "core/layers.hpp"
#include "run/catalog.hpp"

namespace convgauge::cli {

/// One --plugin. What precedes the first `=` is a label unless it contains a slash.
struct PluginOption {
  std::string label;  // empty: none was given
  std::filesystem::path file;
};

/// Errors: an empty label or file; a label that stands twice.
Expected<std::vector<PluginOption>> plugin_options(const po::variables_map& values);

/// The choices that --backend's `name` stands for: every backend of the plugin with that label; or
/// that backend, once for each labelled plugin that has it; or the one that the catalog finds.
/// Errors: no plugin has it; two files without labels have it.
Expected<std::vector<BackendChoice>> choices_of(const std::string& name,
                                                const std::vector<PluginOption>& options,
                                                const Catalog& catalog);

/// An error if two of the files without labels have a backend of this name.
Expected<void> check_unambiguous(const std::string& name, const std::vector<PluginOption>& options,
                                 const Catalog& catalog);

/// Says on standard error which of several different files with a backend of that name is used, and
/// which file of the search path did not answer.
void tell_shadowed(const std::vector<BackendChoice>& backends, const Catalog& catalog);
void tell_silent(const Catalog& catalog);

}  // namespace convgauge::cli
