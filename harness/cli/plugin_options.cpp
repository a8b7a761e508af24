#include "cli/plugin_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "config/nearest.hpp"
#include "core/layers.hpp"

namespace convgauge::cli {
namespace {

bool has(const Catalog& catalog, const PluginOption& option, const std::string& backend) {
  return catalog.find(backend, option.file.string()).plugin != nullptr;
}

BackendChoice choice_of(const std::string& backend, const PluginOption& option) {
  BackendChoice choice;
  choice.name = backend;
  choice.label = option.label.empty() ? backend : option.label;
  choice.plugin = option.file;
  return choice;
}

std::vector<BackendChoice> all_of(const PluginOption& option, const Catalog& catalog) {
  std::vector<BackendChoice> all;
  for (const auto& plugin : catalog.plugins)
    if (same_path(plugin.file, option.file))
      for (const auto& backend : plugin.description.backends)
        all.push_back(choice_of(backend.name, option));
  return all;
}

}  // namespace

Expected<std::vector<PluginOption>> plugin_options(const po::variables_map& values) {
  std::vector<PluginOption> options;
  if (!values.count("plugin")) return options;
  std::set<std::string> labels;
  for (const auto& text : values["plugin"].as<Texts>()) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || text.find('/') < equals) {
      options.push_back({{}, text});
      continue;
    }
    const auto label = text.substr(0, equals), file = text.substr(equals + 1);
    if (label.empty() || file.empty())
      return error(
          fmt::format("--plugin {}: not LABEL=FILE; a file whose name has a '=' is written "
                      "./{}",
                      text, text));
    if (label.find_first_of(",: ") != std::string::npos)
      return error(
          fmt::format("--plugin {}: the label '{}' has a comma, a colon or a space", text, label));
    if (!labels.insert(label).second)
      return error(fmt::format("--plugin {}: the label '{}' stands twice", text, label));
    options.push_back({label, file});
  }
  return options;
}

Expected<void> check_unambiguous(const std::string& name, const std::vector<PluginOption>& options,
                                 const Catalog& catalog) {
  const PluginOption* first = nullptr;
  for (const auto& option : options) {
    if (!option.label.empty() || !has(catalog, option, name)) continue;
    if (first && !same_path(first->file, option.file))
      return error(fmt::format(
          "--plugin {}: its backend '{}' is in {} too; give each a label to run both: --plugin "
          "a={} --plugin b={}",
          option.file.string(), name, first->file.string(), first->file.string(),
          option.file.string()));
    first = &option;
  }
  return {};
}

Expected<std::vector<BackendChoice>> choices_of(const std::string& name,
                                                const std::vector<PluginOption>& options,
                                                const Catalog& catalog) {
  if (auto ok = check_unambiguous(name, options, catalog); !ok) return tl::unexpected(ok.error());
  std::vector<BackendChoice> choices;
  for (const auto& option : options)
    if (!option.label.empty() && option.label == name) return all_of(option, catalog);
  for (const auto& option : options)
    if (has(catalog, option, name) && (!option.label.empty() || choices.empty()))
      choices.push_back(choice_of(name, option));
  if (!choices.empty()) return choices;
  if (catalog.find(name).plugin) {
    auto& choice = choices.emplace_back();
    choice.name = choice.label = name;
    return choices;
  }
  Texts known;
  for (const auto& option : options)
    if (!option.label.empty()) known.push_back(option.label);
  for (const auto& plugin : catalog.plugins)
    for (const auto& backend : plugin.description.backends) known.push_back(backend.name);
  return error(fmt::format("--backend {}: no plugin with such a backend was found{}", name,
                           suggestion(name, known)));
}

void tell_shadowed(const std::vector<BackendChoice>& backends, const Catalog& catalog) {
  std::set<std::string> names;
  for (const auto& choice : backends)
    if (choice.label == choice.name) names.insert(choice.name);
  if (backends.empty())
    for (const auto& plugin : catalog.plugins)
      for (const auto& backend : plugin.description.backends) names.insert(backend.name);
  for (const auto& name : names) {
    const auto found = catalog.all(name);
    for (std::size_t i = 1; i < found.size(); ++i)
      if (found[i].plugin->identity.hash != found[0].plugin->identity.hash)
        note(fmt::format("backend '{}': {} is used, and not {}", name, found[0].plugin->file,
                         found[i].plugin->file));
  }
}

void tell_silent(const Catalog& catalog) {
  for (const auto& e : catalog.errors)
    if (e.waited && !e.named)
      note(
          fmt::format("{}: did not say within {} s what it is, and is left out; to save that "
                      "time, move it out of the search path, or ask for backends by name",
                      e.file, e.waited->count() / 1000));
}

}  // namespace convgauge::cli
