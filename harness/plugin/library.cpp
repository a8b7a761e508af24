#include "plugin/library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/dll/shared_library.hpp>
#include <cstdio>
#include <fstream>
#include <set>
#include <utility>

#include "core/layers.hpp"

namespace convgauge::plugin {
namespace {

void log_line(const char* line) {
  std::fprintf(stderr, "%s\n", line ? line : "");
}

const cvg_host& host() {
  static constexpr cvg_host table{sizeof(cvg_host), "0.1.0", &log_line, nullptr};
  return table;
}

/// What the backend's table lacks of all that the host calls without a check for null; empty where
/// it has everything.
std::string missing(const cvg_backend& b) {
  constexpr auto kLeast = offsetof(cvg_backend, memory_alloc);
  if (b.struct_size < kLeast)
    return fmt::format(
        "struct_size is {}, but the functions that every backend needs take {} bytes (set it to "
        "sizeof(cvg_backend), {} here)",
        b.struct_size, kLeast, sizeof(cvg_backend));
  const std::pair<const char*, bool> functions[] = {
      {"device_count", b.device_count},
      {"device_info", b.device_info},
      {"options", b.options},
      {"query", b.query},
      {"algorithms", b.algorithms},
      {"plan_create", b.plan_create},
      {"plan_destroy", b.plan_destroy},
      {"plan_algorithm", b.plan_algorithm},
      {"requirements", b.requirements},
      {"bind", b.bind},
      {"prepare_weights", b.prepare_weights},
      {"upload", b.upload},
      {"execute", b.execute},
      {"wait", b.wait},
      {"fetch", b.fetch},
  };
  std::string names;
  for (const auto& [name, present] : functions)
    if (!present) names += (names.empty() ? "" : ", ") + std::string(name);
  return names.empty() ? names : "null where a function must be: " + names;
}

tl::unexpected<Trouble> unusable(const std::string& file, std::string why) {
  Failed failed{std::move(why)};
  failed.file = file;
  return tl::unexpected<Trouble>(std::move(failed));
}

tl::unexpected<Trouble> unusable(const std::string& file, Rule rule, std::string why) {
  auto failed = broken(rule, std::move(why));
  failed.file = file;
  return tl::unexpected<Trouble>(std::move(failed));
}

/// How a plugin of another version of the interface is met, and what helps.
std::string other_version(std::uint32_t theirs) {
  const auto help = theirs < CVG_ABI_VERSION
                        ? std::string("build it again with the headers of this convgauge")
                        : fmt::format(
                              "use a convgauge that speaks version {}, or build it again with the "
                              "headers of this one",
                              theirs);
  return fmt::format(
      "the plugin speaks version {} of the plugin interface, this convgauge speaks version {}: {}",
      theirs, CVG_ABI_VERSION, help);
}

Answer<void> check_tables(const cvg_plugin& plugin, const std::string& file) {
  if (plugin.abi_version != CVG_ABI_VERSION)
    return unusable(file, Rule::R1, other_version(plugin.abi_version));
  if (plugin.struct_size < offsetof(cvg_plugin, extension))
    return unusable(
        file, fmt::format("the plugin's table: struct_size is {}, but its members take "
                          "{} bytes (set it to sizeof(cvg_plugin), {} here)",
                          plugin.struct_size, offsetof(cvg_plugin, extension), sizeof(cvg_plugin)));
  if (!plugin.name || !*plugin.name) return unusable(file, Rule::R2, "the plugin has no name");
  if (plugin.backend_count < 1 || !plugin.backends)
    return unusable(file, "the plugin offers no backend");
  std::set<std::string> names;
  for (std::int32_t i = 0; i < plugin.backend_count; ++i) {
    const auto* b = plugin.backends[i];
    if (!b) return unusable(file, fmt::format("backend {} is null", i));
    if (!is_plugin_name(b->name))
      return unusable(file, Rule::R2,
                      fmt::format("backend {} is named '{}', which does not match [a-z0-9_]+", i,
                                  b->name ? b->name : ""));
    if (!names.insert(b->name).second)
      return unusable(file, Rule::R2, fmt::format("two backends are named '{}'", b->name));
    if (const auto lacks = missing(*b); !lacks.empty())
      return unusable(file, fmt::format("the table of backend '{}': {}", b->name, lacks));
  }
  return {};
}

/// The entry of the library, which stays open for the life of the process: see class Library.
Answer<cvg_plugin_entry_function> entry_of(const std::filesystem::path& file) {
  namespace dll = boost::dll;
  if (!std::filesystem::exists(file)) return unusable(file.string(), "no such file");
  dll::shared_library library;
  boost::dll::fs::error_code failed;
  library.load(std::filesystem::absolute(file).string(), failed,
               dll::load_mode::rtld_now | dll::load_mode::rtld_local);
  // The dynamic loader's message names a missing dependency; Boost's error code does not.
  if (!library.is_loaded()) {
    const char* const said = ::dlerror();
    return unusable(file.string(),
                    fmt::format("cannot be loaded: {}", said ? said : failed.message()));
  }
  if (!library.has("cvg_plugin_entry"))
    return unusable(file.string(), Rule::R1,
                    "it exports no symbol cvg_plugin_entry, so it is no convgauge plugin");
  const cvg_plugin_entry_function entry =
      &library.get<const cvg_plugin*(std::uint32_t, const cvg_host*, std::uint32_t*)>(
          "cvg_plugin_entry");
  new dll::shared_library(std::move(library));
  return entry;
}

}  // namespace

Answer<Library> Library::from_entry(cvg_plugin_entry_function entry, const std::string& file) {
  std::uint32_t speaks = CVG_ABI_VERSION;
  const cvg_plugin* plugin = entry(CVG_ABI_VERSION, &host(), &speaks);
  if (!plugin && speaks != CVG_ABI_VERSION) return unusable(file, Rule::R1, other_version(speaks));
  if (!plugin) return unusable(file, "cvg_plugin_entry returned no table");
  if (auto ok = check_tables(*plugin, file); !ok) return tl::unexpected(ok.error());
  Library library;
  library.name_ = plugin->name;
  library.version_ = plugin->version ? plugin->version : "";
  library.backends_.assign(plugin->backends, plugin->backends + plugin->backend_count);
  return library;
}

bool is_plugin_name(const char* text) {
  if (!text || !*text) return false;
  return std::all_of(text, text + std::char_traits<char>::length(text), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

Answer<Library> Library::open(const std::filesystem::path& file) {
  const auto entry = entry_of(file);
  if (!entry) return tl::unexpected(entry.error());
  return from_entry(*entry, file.string());
}

Answer<void> Library::refuses_other_versions(const std::filesystem::path& file) {
  constexpr std::uint32_t kUnusedVersion = 0x7fffffff;
  const auto entry = entry_of(file);
  if (!entry) return tl::unexpected(entry.error());
  std::uint32_t speaks = kUnusedVersion;
  if ((*entry)(kUnusedVersion, &host(), &speaks))
    return unusable(
        file.string(), Rule::R1,
        fmt::format("asked for ABI version {}, it gives a table all the same", kUnusedVersion));
  if (speaks == kUnusedVersion)
    return unusable(
        file.string(), Rule::R1,
        fmt::format("asked for ABI version {}, it does not say which version it speaks instead",
                    kUnusedVersion));
  return {};
}

Answer<Library> Library::built_in(cvg_plugin_entry_function entry, std::string name) {
  return from_entry(entry, name);
}

}  // namespace convgauge::plugin
