// Finds plugin files by their hash, since the file that a run was made with may have moved.
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/layers.hpp"
#include "record/record.hpp"

namespace convgauge::run {

/// Hashes every file once. [one thread]
class PluginFiles {
 public:
  /// `named`: files to try first.
  explicit PluginFiles(std::vector<std::filesystem::path> named) : named_(std::move(named)) {}

  /// The file with this plugin's hash. Tried are, in this order: the named files, those in the
  /// run's folder and in results/baselines, and the path that the run recorded. An absolute path;
  /// empty where no file has the hash.
  std::filesystem::path find(const PluginRecord& plugin, const std::filesystem::path& run_folder);

 private:
  const std::string& hash(const std::filesystem::path& file);
  std::vector<std::filesystem::path> named_;
  std::map<std::string, std::string> hashes_;
};

}  // namespace convgauge::run
