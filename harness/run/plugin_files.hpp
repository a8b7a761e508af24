// Plugin files found by their hash: the one that a run was made with may have moved.
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "record/record.hpp"

namespace convgauge {

/// Hashes every file once. [one thread]
class PluginFiles {
 public:
  /// `named`: files that are looked at first.
  explicit PluginFiles(std::vector<std::filesystem::path> named) : named_(std::move(named)) {}

  /// The file with this plugin's hash among those named, those kept in the run's folder or in
  /// results/baselines, and the place where the run found it. An absolute path; empty where no file
  /// here is the one.
  std::filesystem::path find(const PluginRecord& plugin, const std::filesystem::path& run_folder);

 private:
  const std::string& hash(const std::filesystem::path& file);
  std::vector<std::filesystem::path> named_;
  std::map<std::string, std::string> hashes_;
};

}  // namespace convgauge
