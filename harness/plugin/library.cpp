#include "plugin/library.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/dll/shared_library.hpp>
#include <cstdio>
#include <fstream>
#include <set>

namespace convgauge {
namespace {

void log_line(const char* line) {
  std::fprintf(stderr, "%s\n", line ? line : "");
}

const cvg_host& host() {
  static constexpr cvg_host table{sizeof(cvg_host), "0.1.0", &log_line, nullptr};
  return table;
}

/// Every function that the host calls without asking whether it is there.
bool complete(const cvg_backend& b) {
  return b.struct_size >= offsetof(cvg_backend, memory_alloc) && b.device_count && b.device_info &&
         b.options && b.query && b.algorithms && b.plan_create && b.plan_destroy &&
         b.plan_algorithm && b.requirements && b.bind && b.prepare_weights && b.upload &&
         b.execute && b.wait && b.fetch;
}

Expected<void> check_tables(const cvg_plugin& plugin, const std::string& file) {
  if (plugin.abi_version != CVG_ABI_VERSION)
    return error(
        Rule::R1,
        fmt::format("{}: R1: the plugin's table says ABI version {}, this convgauge speaks {}",
                    file, plugin.abi_version, CVG_ABI_VERSION));
  if (plugin.struct_size < offsetof(cvg_plugin, extension))
    return error(
        fmt::format("{}: the plugin's table is {} bytes, too short", file, plugin.struct_size));
  if (!plugin.name || !*plugin.name)
    return error(Rule::R2, fmt::format("{}: R2: the plugin has no name", file));
  if (plugin.backend_count < 1 || !plugin.backends)
    return error(fmt::format("{}: the plugin offers no backend", file));
  std::set<std::string> names;
  for (std::int32_t i = 0; i < plugin.backend_count; ++i) {
    const auto* b = plugin.backends[i];
    if (!b) return error(fmt::format("{}: backend {} is null", file, i));
    if (!is_plugin_name(b->name))
      return error(Rule::R2,
                   fmt::format("{}: R2: backend {} is named '{}', which does not match [a-z0-9_]+",
                               file, i, b->name ? b->name : ""));
    if (!names.insert(b->name).second)
      return error(Rule::R2, fmt::format("{}: R2: two backends are named '{}'", file, b->name));
    if (!complete(*b))
      return error(fmt::format("{}: backend '{}' lacks a function of its table", file, b->name));
  }
  return {};
}

/// The library, open for the life of the process: see the class comment.
Expected<cvg_plugin_entry_function> entry_of(const std::filesystem::path& file) {
  namespace dll = boost::dll;
  if (!std::filesystem::exists(file)) return error(fmt::format("{}: no such file", file.string()));
  // The loader's own sentence names a missing dependency; Boost's error_code does not, its
  // exception does.
  try {
    dll::shared_library library(std::filesystem::absolute(file).string(),
                                dll::load_mode::rtld_now | dll::load_mode::rtld_local);
    if (!library.has("cvg_plugin_entry"))
      return error(
          Rule::R1,
          fmt::format("{}: R1: it exports no symbol cvg_plugin_entry, so it is no convgauge plugin",
                      file.string()));
    const cvg_plugin_entry_function entry =
        &library.get<const cvg_plugin*(std::uint32_t, const cvg_host*, std::uint32_t*)>(
            "cvg_plugin_entry");
    new dll::shared_library(std::move(library));
    return entry;
  } catch (const std::exception& e) {
    return error(fmt::format("{}: cannot be loaded: {}", file.string(), e.what()));
  }
}

}  // namespace

Expected<Library> Library::from_entry(cvg_plugin_entry_function entry, const std::string& file) {
  std::uint32_t speaks = CVG_ABI_VERSION;
  const cvg_plugin* plugin = entry(CVG_ABI_VERSION, &host(), &speaks);
  if (!plugin && speaks != CVG_ABI_VERSION)
    return error(Rule::R1,
                 fmt::format("{}: R1: the plugin speaks ABI version {}, this convgauge speaks {}",
                             file, speaks, CVG_ABI_VERSION));
  if (!plugin) return error(fmt::format("{}: cvg_plugin_entry returned no table", file));
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

Expected<Library> Library::open(const std::filesystem::path& file) {
  const auto entry = entry_of(file);
  if (!entry) return tl::unexpected(entry.error());
  return from_entry(*entry, file.string());
}

Expected<void> Library::refuses_other_versions(const std::filesystem::path& file) {
  constexpr std::uint32_t kNobodys = 0x7fffffff;
  const auto entry = entry_of(file);
  if (!entry) return tl::unexpected(entry.error());
  std::uint32_t speaks = kNobodys;
  if ((*entry)(kNobodys, &host(), &speaks))
    return error(Rule::R1,
                 fmt::format("{}: R1: asked for ABI version {}, it gives a table all the same",
                             file.string(), kNobodys));
  if (speaks == kNobodys)
    return error(
        Rule::R1,
        fmt::format(
            "{}: R1: asked for ABI version {}, it does not say which version it speaks instead",
            file.string(), kNobodys));
  return {};
}

Expected<Library> Library::built_in(cvg_plugin_entry_function entry, std::string name) {
  return from_entry(entry, name);
}

}  // namespace convgauge
