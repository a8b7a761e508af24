#include "run/plugin_files.hpp"

#include <algorithm>

#include "core/hash.hpp"
#include "core/layers.hpp"
#include "run/catalog.hpp"

namespace convgauge::run {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> shared_libraries(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code failed;
  for (fs::recursive_directory_iterator it(folder, failed), end; !failed && it != end;
       it.increment(failed))
    if (it->path().extension() == ".so") files.push_back(it->path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

fs::path PluginFiles::find(const PluginRecord& plugin, const fs::path& run_folder) {
  if (plugin.file == kReferencePlugin) return plugin.file;
  for (const auto& file : named_)
    if (hash(file) == plugin.hash) return fs::absolute(file);
  for (const auto& folder : {run_folder, fs::path("results/baselines")})
    for (const auto& file : shared_libraries(folder))
      if (hash(file) == plugin.hash) return fs::absolute(file);
  return hash(plugin.file) == plugin.hash ? fs::absolute(plugin.file) : fs::path();
}

const std::string& PluginFiles::hash(const fs::path& file) {
  const auto [it, fresh] = hashes_.try_emplace(file.string());
  if (fresh) it->second = hash_of(file);
  return it->second;
}

}  // namespace convgauge::run
