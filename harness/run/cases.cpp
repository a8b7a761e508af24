#include "run/cases.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include "core/layers.hpp"

namespace convgauge::run {
namespace {

std::string device_text(const std::vector<DeviceInfo>& devices, std::size_t index) {
  return fmt::format("{}:{}", word(devices[index].kind), index);
}

/// "cpu:0, gpu:1".
std::string devices_text(const std::vector<DeviceInfo>& devices) {
  std::string text;
  for (std::size_t i = 0; i < devices.size(); ++i)
    text += (i > 0 ? ", " : "") + device_text(devices, i);
  return text;
}

/// `asked`: "1", "gpu:1", or "gpu" (the first one); without it, the first that is not a software
/// device. Empty where there is none.
std::optional<std::size_t> pick_device(const std::vector<DeviceInfo>& devices,
                                       const std::optional<std::string>& asked) {
  for (std::size_t i = 0; i < devices.size(); ++i) {
    if (!asked && devices[i].kind != DeviceKind::software) return i;
    if (asked && (*asked == device_text(devices, i) || *asked == fmt::format("{}", i) ||
                  *asked == word(devices[i].kind)))
      return i;
  }
  return std::nullopt;
}

struct Pick {
  std::optional<Competitor> competitor;
  std::string why_not;
  bool misnamed = false;  // a device was named that the backend does not have
};

Pick resolve(const BackendChoice& choice, const Catalog& catalog) {
  const auto [plugin, backend] = catalog.find(choice.name, choice.plugin.string());
  if (!plugin) {
    for (const auto& error : catalog.errors)
      if (!choice.plugin.empty() && same_path(error.file, choice.plugin)) return {{}, error.why};
    return {{}, fmt::format("no plugin with a backend '{}' was found", choice.name)};
  }
  if (backend->devices.empty()) return {{}, backend->why_no_device};
  const auto device = pick_device(backend->devices, choice.device);
  if (!device && choice.device)
    return {{},
            fmt::format("it has no device '{}', but {}", *choice.device,
                        devices_text(backend->devices)),
            true};
  if (!device)
    return {{},
            fmt::format("only a software device ({}); name it to use it",
                        backend->devices.front().name)};
  Competitor c;
  c.choice = choice;
  if (c.choice.label.empty()) c.choice.label = choice.name;
  c.plugin_file = plugin->file;
  c.plugin_identity = plugin->identity;
  // With another library path it loads other libraries: then the first case tells them.
  if (choice.library_path == plugin->library_path)
    c.libraries = without_plugin(plugin->description.libraries, plugin->file);
  c.version = backend->version;
  c.device = static_cast<int>(*device);
  c.device_text = device_text(backend->devices, *device);
  c.plugin_named = plugin->named;
  c.on_cpu = backend->devices[*device].kind == DeviceKind::cpu;
  c.last_level_cache_bytes = backend->devices[*device].last_level_cache_bytes;
  return {std::move(c), {}};
}

/// Every backend of the catalog once, named plugins first, without the reference.
std::vector<BackendChoice> all_present(const Catalog& catalog) {
  std::vector<BackendChoice> choices;
  for (const bool named : {true, false})
    for (const auto& plugin : catalog.plugins) {
      if (plugin.named != named || plugin.file == kReferencePlugin) continue;
      for (const auto& backend : plugin.description.backends) {
        const auto same = [&](const BackendChoice& c) { return c.name == backend.name; };
        if (std::any_of(choices.begin(), choices.end(), same)) continue;
        auto& choice = choices.emplace_back();
        choice.name = choice.label = backend.name;
      }
    }
  return choices;
}

}  // namespace

Expected<ResolvedBackends> resolve_backends(const Suite& suite, const Catalog& catalog) {
  const bool asked = !suite.backends.empty();
  for (const auto& failure : catalog.errors)
    if (failure.named) return error(failure.why);
  ResolvedBackends resolved;
  for (const auto& choice : asked ? suite.backends : all_present(catalog)) {
    auto pick = resolve(choice, catalog);
    if (pick.competitor) {
      resolved.competitors.push_back(std::move(*pick.competitor));
      continue;
    }
    const auto label = choice.label.empty() ? choice.name : choice.label;
    if (pick.misnamed) return error(fmt::format("backend '{}': {}", label, pick.why_not));
    if (choice.required)
      return error(fmt::format("backend '{}' is required, but {}", label, pick.why_not));
    resolved.absent.push_back({label, pick.why_not});
  }
  return resolved;
}

Expected<void> plugin_unchanged(const Competitor& c) {
  const auto& then = c.plugin_identity;
  if (then.hash.empty() || c.plugin_file == kReferencePlugin || !has_changed(c.plugin_file, then))
    return {};
  const auto now = hash_of(c.plugin_file);
  return error(fmt::format("{}: the plugin file of '{}' has changed during the run: hash {} → {}",
                           c.plugin_file, c.choice.label, then.hash,
                           now.empty() ? "none, for it cannot be read" : now));
}

Expected<void> plugin_not_replaced(const Competitor& c) {
  std::error_code failed;
  return std::filesystem::exists(c.plugin_file, failed) ? plugin_unchanged(c) : Expected<void>();
}

Libraries without_plugin(Libraries libraries, const std::string& file) {
  std::error_code failed;
  const auto own = std::filesystem::canonical(file, failed);
  std::erase_if(libraries, [&](const LoadedLibrary& l) { return l.path == own.string(); });
  return libraries;
}

std::vector<CaseSettings> settings_of(const Suite& suite, const Problem& problem) {
  return combinations(with_own(suite.settings, problem.own));
}

Spec spec_of(const Geometry& geometry, const CaseSettings& settings) {
  auto spec = Spec::of(geometry, settings.dtype, settings.layout);
  spec.direction = settings.direction;
  spec.math = settings.math;
  spec.deterministic = settings.deterministic;
  return spec;
}

}  // namespace convgauge::run
