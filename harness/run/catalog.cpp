#include "run/catalog.hpp"

#include <fmt/format.h>
#include <sys/auxv.h>

#include <algorithm>
#include <cstdlib>
#include <future>
#include <set>
#include <sstream>
#include <system_error>
#include <tuple>
#include <variant>

#include "core/layers.hpp"
#include "run/version.hpp"
#include "worker/machine_trouble.hpp"

namespace convgauge::run {
namespace {

namespace fs = std::filesystem;
constexpr const char* kSelf = "/proc/self/exe";

// The first start of a device runtime takes seconds. A file that nobody named must not delay every
// command for long.
constexpr std::chrono::milliseconds kNamedLimit{30'000}, kFoundLimit{10'000};

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

/// The error of a plugin that did not describe itself.
LoadError load_error(const std::string& file, bool named, const Verdict& verdict) {
  const auto because = [&](const std::string& why) {
    LoadError error{file, fmt::format("{}: {}", file, why), named};
    error.unjudged = std::holds_alternative<Unjudged>(verdict);
    return error;
  };
  if (auto failed = std::get_if<Failed>(&verdict)) {
    auto told = *failed;
    told.file = file;
    return {file, sentence(told), named, failed->rule};
  }
  const auto* refused = std::get_if<Refused>(&verdict);
  if (is_denied(verdict)) throw MachineTrouble(refused->why);
  if (refused) return because(refused->why);
  auto error =
      because(fmt::format("{} when asked what it is: {}", kind(verdict), sentence(verdict)));
  if (const auto* late = std::get_if<TimedOut>(&verdict)) error.waited = late->limit;
  return error;
}

/// A file to be described.
struct Entry {
  std::string file;
  fs::path library_path;
  bool named = false;
  std::size_t folder = 0;
};
using Described = std::variant<CatalogPlugin, LoadError>;

/// Throws MachineTrouble.
Described describe_plugin(const SearchPath& path, const Entry& entry) {
  const auto& file = entry.file;
  const bool built_in = file == kReferencePlugin;
  const auto identity = built_in ? FileIdentity{kVersion} : identity_of(file);
  auto worker = Worker::spawn(
      {path.executable, file, entry.library_path, {}, 1, true, false, path.tolerated});
  if (!worker) throw MachineTrouble(std::get<Refused>(worker.error()).why);
  auto description = (*worker)->call(Describe{}, entry.named ? kNamedLimit : kFoundLimit);
  if (!description) return load_error(file, entry.named, description.error());
  if (!built_in && has_changed(file, identity))
    return LoadError{file, file + ": was replaced while it was loaded; try again", entry.named};
  return CatalogPlugin{file,        identity,    entry.library_path, std::move(*description),
                       entry.named, entry.folder};
}

std::string absolute_text(const fs::path& file) {
  return fs::absolute(file).lexically_normal().string();
}

/// "onednn" for libconvgauge_onednn.so, libonednn.so and onednn.so.
bool named_after(const fs::path& file, const std::string& backend) {
  auto stem = file.stem().string();
  for (const std::string_view prefix : {"lib", "convgauge_"})
    if (stem.starts_with(prefix) && stem != backend) stem.erase(0, prefix.size());
  return stem == backend;
}

/// Where the machine denies a thread, the work is done when it is asked for.
template <class Work>
std::future<Described> started(std::launch how, Work work) {
  try {
    return std::async(how, work);
  } catch (const std::system_error&) {
    return std::async(std::launch::deferred, work);
  }
}

/// Fills a catalog; each file once.
class Discovery {
 public:
  Discovery(Catalog& catalog, const SearchPath& path) : catalog_(catalog), path_(path) {}

  void load(std::vector<Entry> entries) {
    std::erase_if(entries, [&](const Entry& e) {
      return e.file != kReferencePlugin && !seen_.insert(absolute_text(e.file)).second;
    });
    // One that hangs then costs its own limit only. A worker is killed when the thread that made it
    // ends: each is done with in its thread.
    std::vector<std::future<Described>> pending;
    for (const auto& entry : entries) {
      const auto how =
          entry.named || entries.size() == 1 ? std::launch::deferred : std::launch::async;
      pending.push_back(started(how, [&] { return describe_plugin(path_, entry); }));
    }
    for (std::size_t i = 0; i < entries.size(); ++i) {
      catalog_.searched.emplace_back(entries[i].file);
      add(pending[i].get());
    }
  }

  void search(std::vector<std::string> wanted) {
    const bool all = wanted.empty();
    for (std::size_t folder = 0; folder < path_.folders.size(); ++folder) {
      std::vector<Entry> first, rest;
      for (const auto& file : plugins_in(path_.folders[folder])) {
        const auto fits = [&](const std::string& name) { return named_after(file, name); };
        const bool hinted = std::any_of(wanted.begin(), wanted.end(), fits);
        (hinted ? first : rest).push_back({file.string(), {}, false, folder});
      }
      load(std::move(first));
      const auto found = [&](const std::string& name) { return catalog_.find(name).plugin; };
      if (all || !std::all_of(wanted.begin(), wanted.end(), found)) load(std::move(rest));
    }
  }

 private:
  void add(Described described) {
    if (auto* plugin = std::get_if<CatalogPlugin>(&described))
      catalog_.plugins.push_back(std::move(*plugin));
    else
      catalog_.errors.push_back(std::get<LoadError>(std::move(described)));
  }

  Catalog& catalog_;
  const SearchPath& path_;
  std::set<std::string> seen_;
};

}  // namespace

fs::path program_file() {
  std::error_code no_proc;
  const auto file = fs::read_symlink(kSelf, no_proc);
  if (!no_proc) return file;
  const auto* name = reinterpret_cast<const char*>(::getauxval(AT_EXECFN));
  return fs::absolute(name ? name : "");
}

SearchPath default_search_path(const std::vector<fs::path>& plugin_files) {
  SearchPath path;
  std::error_code failed;
  const auto program = program_file();
  // The file may have been replaced since this process was started; its memory was not.
  path.executable = fs::exists(kSelf, failed) ? fs::path(kSelf) : program;
  path.files = plugin_files;
  path.folders = from_environment();
  const auto here = program.parent_path();
  for (const auto* relative : {kBuildPlugins, kInstalledPlugins})
    if (const auto folder = (here / relative).lexically_normal(); fs::is_directory(folder, failed))
      path.folders.push_back(folder);
  return path;
}

std::vector<Catalog::Found> Catalog::all(const std::string& backend,
                                         const std::string& file) const {
  std::vector<Found> found;
  for (const auto& plugin : plugins) {
    if (!file.empty() && !same_path(plugin.file, file)) continue;
    for (const auto& info : plugin.description.backends)
      if (info.name == backend) found.push_back({&plugin, &info});
  }
  std::stable_sort(found.begin(), found.end(), [&](const Found& a, const Found& b) {
    const auto rank = [&](const Found& f) {
      return std::tuple(!f.plugin->named, f.plugin->folder, !named_after(f.plugin->file, backend));
    };
    return rank(a) < rank(b);
  });
  return found;
}

Catalog::Found Catalog::find(const std::string& backend, const std::string& file) const {
  const auto found = all(backend, file);
  return found.empty() ? Found{} : found.front();
}

Catalog discover(const SearchPath& path, const std::vector<NamedPlugin>& more,
                 const std::vector<std::string>& wanted) {
  Catalog catalog;
  Discovery discovery(catalog, path);
  std::vector<Entry> named;
  for (const auto& file : path.files) named.push_back({file.string(), path.library_path, true});
  for (const auto& plugin : more)
    named.push_back({plugin.file.string(), plugin.library_path, true});
  discovery.load(std::move(named));
  auto searched = wanted;
  std::erase(searched, "reference");
  if (wanted.empty() || !searched.empty()) discovery.search(searched);
  discovery.load({{kReferencePlugin, {}, false, path.folders.size()}});
  return catalog;
}

bool same_path(const fs::path& a, const fs::path& b) {
  return absolute_text(a) == absolute_text(b);
}

}  // namespace convgauge::run
