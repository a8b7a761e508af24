#include "run/catalog.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "core/layers.hpp"
#include "run/version.hpp"

namespace convgauge::run {
namespace {

namespace fs = std::filesystem;

// The first start of a device runtime takes seconds.
constexpr std::chrono::milliseconds kDescribeLimit{30'000};

std::vector<fs::path> plugins_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored))
    if (entry.path().extension() == ".so") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<fs::path> from_environment() {
  const char* text = std::getenv("CONVGAUGE_PLUGIN_PATH");
  std::vector<fs::path> folders;
  std::stringstream parts(text ? text : "");
  for (std::string part; std::getline(parts, part, ':');)
    if (!part.empty()) folders.emplace_back(part);
  return folders;
}

/// The error text `why`, with the file's name put before it where it lacks it.
std::string naming(const std::string& file, const std::string& why) {
  return why.find(file) == std::string::npos ? fmt::format("{}: {}", file, why) : why;
}

/// The error of a plugin that did not describe itself.
LoadError load_error(const std::string& file, bool named, const Verdict& verdict) {
  const auto because = [&](const std::string& why, std::optional<Rule> rule = {}) {
    return LoadError{file, naming(file, why), named, rule};
  };
  if (const auto* failed = std::get_if<Failed>(&verdict))
    return because(sentence(*failed), failed->rule);
  if (const auto* refused = std::get_if<Refused>(&verdict)) return because(refused->why);
  return because(fmt::format("{} when asked what it is: {}", kind(verdict), sentence(verdict)));
}

void load(Catalog& catalog, const SearchPath& path, const std::string& file,
          const fs::path& library_path, bool named) {
  catalog.searched.emplace_back(file);
  auto worker = Worker::spawn({path.executable, file, library_path, {}, 1});
  if (!worker) {
    catalog.errors.push_back({file, worker.error().message, named});
    return;
  }
  auto description = (*worker)->call(Describe{}, kDescribeLimit);
  if (description)
    catalog.plugins.push_back({file, file == kReferencePlugin ? kVersion : hash_of(file),
                               std::move(*description), named});
  else
    catalog.errors.push_back(load_error(file, named, description.error()));
}

}  // namespace

std::string hash_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return {};
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  const auto hash = XXH3_128bits(bytes.data(), bytes.size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

SearchPath default_search_path(const std::vector<fs::path>& plugin_files) {
  SearchPath path;
  std::error_code failed;
  path.executable = fs::read_symlink("/proc/self/exe", failed);
  path.files = plugin_files;
  path.folders = from_environment();
  const auto here = path.executable.parent_path();
  for (const auto* relative : {kBuildPlugins, kInstalledPlugins})
    if (const auto folder = (here / relative).lexically_normal(); fs::is_directory(folder, failed))
      path.folders.push_back(folder);
  return path;
}

Catalog::Found Catalog::find(const std::string& backend, const std::string& file) const {
  for (const bool named : {true, false})
    for (const auto& plugin : plugins) {
      if (plugin.named != named || (!file.empty() && plugin.file != file)) continue;
      for (const auto& info : plugin.description.backends)
        if (info.name == backend) return {&plugin, &info};
    }
  return {};
}

Catalog discover(const SearchPath& path, const std::vector<NamedPlugin>& more) {
  Catalog catalog;
  std::set<std::string> seen;
  const auto once = [&](const fs::path& file, const fs::path& library_path, bool named) {
    if (seen.insert(fs::absolute(file).lexically_normal().string()).second)
      load(catalog, path, file.string(), library_path, named);
  };
  for (const auto& file : path.files) once(file, {}, true);
  for (const auto& plugin : more) once(plugin.file, plugin.library_path, true);
  for (const auto& folder : path.folders)
    for (const auto& file : plugins_in(folder)) once(file, {}, false);
  load(catalog, path, kReferencePlugin, {}, false);
  return catalog;
}

}  // namespace convgauge::run
