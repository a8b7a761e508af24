#include "record/libraries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/layers.hpp"
#include "record/record.hpp"

namespace convgauge::record {
namespace {

using ByName = std::map<std::string, std::map<std::string, std::string>>;  // name -> id -> path

ByName by_name(const Libraries& libraries) {
  ByName all;
  for (const auto& l : libraries) all[l.name].emplace(l.id, l.path);
  return all;
}

/// The first digits of an id, as git shows them, or all where the other side begins alike.
constexpr std::size_t kShownDigits = 12;

std::string id_text(const std::string& id, bool whole) {
  const auto digits = id.find(' ') == std::string::npos ? 0 : id.find(' ') + 1;
  return whole ? id : id.substr(0, digits + kShownDigits);
}

std::string side_text(const ByName& side, const std::string& name, bool whole) {
  const auto found = side.find(name);
  if (found == side.end()) return "not loaded";
  std::string text;
  for (const auto& [id, path] : found->second)
    text += fmt::format("{}{} ({})", text.empty() ? "" : " and ", id_text(id, whole), path);
  return text;
}

bool same_ids(const ByName& a, const ByName& b, const std::string& name) {
  const auto x = a.find(name), y = b.find(name);
  return x != a.end() && y != b.end() &&
         std::equal(x->second.begin(), x->second.end(), y->second.begin(), y->second.end(),
                    [](const auto& one, const auto& other) { return one.first == other.first; });
}

}  // namespace

bool contains(const Libraries& list, const LoadedLibrary& library) {
  return std::any_of(list.begin(), list.end(), [&](const LoadedLibrary& l) {
    return l.name == library.name && l.id == library.id;
  });
}

void add_libraries(Libraries& to, const Libraries& more) {
  for (const auto& l : more)
    if (!contains(to, l)) to.push_back(l);
}

LibrariesByLabel loaded_libraries(const Results& results) {
  LibrariesByLabel all;
  for (const auto& library : results.header.libraries)
    for (const auto& label : library.labels)
      add_libraries(all[label], {{library.name, library.path, library.id}});
  for (const auto& c : results.cases) {
    if (c.libraries.empty()) continue;
    const auto* plugin = plugin_of(results.header, c.label);
    add_libraries(all[plugin ? plugin->label : c.label], c.libraries);
  }
  return all;
}

std::vector<LibraryChange> library_changes(const Libraries& then, const Libraries& now) {
  std::vector<LibraryChange> changes;
  if (then.empty() || now.empty()) return changes;
  const auto a = by_name(then), b = by_name(now);
  std::set<std::string> names;
  for (const auto* side : {&a, &b})
    for (const auto& [name, ids] : *side) names.insert(name);
  for (const auto& name : names) {
    if (same_ids(a, b, name)) continue;
    const bool alike = side_text(a, name, false) == side_text(b, name, false);
    changes.push_back({name, side_text(a, name, alike), side_text(b, name, alike)});
  }
  return changes;
}

std::string change_text(const LibraryChange& change) {
  return fmt::format("{}: {} → {}", change.name, change.then, change.now);
}

}  // namespace convgauge::record
