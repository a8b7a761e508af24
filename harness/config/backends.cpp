#include "config/backends.hpp"

#include <algorithm>

#include "config/values.hpp"

namespace convgauge {
namespace {

/// plugin.h, rule R2: names of backends and of options match [a-z0-9_]+.
bool is_name(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

Expected<std::string> read_name(const Json& value, const Place& place) {
  if (!value.is_string())
    return fault(place, fmt::format("{} is not a backend's name", shown(value)));
  if (!is_name(value.get_ref<const std::string&>()))
    return fault(place, fmt::format("{} is not a backend's name: small letters, digits and _",
                                    shown(value)));
  return value.get<std::string>();
}

Expected<std::string> read_option(const Json& value, const Place& place) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean() || value.is_number()) return value.dump();
  return fault(place, fmt::format("{} is not a string, a number, true or false", shown(value)));
}

Expected<void> read_options(const Json& value, const Place& place,
                            std::map<std::string, std::string>& into) {
  if (!value.is_object())
    return fault(place, fmt::format("{} is not an object of options", shown(value)));
  for (const auto& [key, option] : value.items()) {
    const auto here = place.child(key);
    if (!is_name(key))
      return fault(here,
                   fmt::format("'{}' is not an option's name: small letters, digits and _", key));
    if (auto done = put(into[key], read_option(option, here)); !done) return done;
  }
  return {};
}

using Choice = BackendChoice;
constexpr Member<Choice> kBackend[] = {
    {"name", [](const Json& j, const Place& p, Choice& b) { return put(b.name, read_name(j, p)); },
     true},
    {"label",
     [](const Json& j, const Place& p, Choice& b) { return put(b.label, read_text(j, p)); }},
    {"algorithm",
     [](const Json& j, const Place& p, Choice& b) { return put(b.algorithm, read_text(j, p)); }},
    {"plugin",
     [](const Json& j, const Place& p, Choice& b) { return put(b.plugin, read_text(j, p)); }},
    {"library_path",
     [](const Json& j, const Place& p, Choice& b) { return put(b.library_path, read_text(j, p)); }},
    {"options",
     [](const Json& j, const Place& p, Choice& b) { return read_options(j, p, b.options); }},
    {"device",
     [](const Json& j, const Place& p, Choice& b) { return put(b.device, read_text(j, p)); }},
    {"required",
     [](const Json& j, const Place& p, Choice& b) { return put(b.required, read_boolean(j, p)); }},
};

Expected<Choice> read_backend(const Json& value, const Place& place,
                              const std::filesystem::path& folder) {
  Choice choice;
  if (!value.is_object())
    return read_name(value, place).map([&](const std::string& name) {
      choice.name = name;
      return choice;
    });
  if (const auto done = read_members(value, place, kBackend, choice); !done)
    return tl::unexpected(done.error());
  // An absolute path stays as it is: that is how operator/ joins.
  if (!choice.plugin.empty()) choice.plugin = (folder / choice.plugin).lexically_normal();
  if (!choice.library_path.empty())
    choice.library_path = (folder / choice.library_path).lexically_normal();
  return choice;
}

/// The name; where that stands more than once, with the algorithm that sets it apart.
void complete_labels(std::vector<Choice>& all) {
  for (auto& choice : all) {
    if (!choice.label.empty()) continue;
    const auto same = std::count_if(all.begin(), all.end(),
                                    [&](const Choice& c) { return c.name == choice.name; });
    choice.label = same > 1 && choice.algorithm != "default" ? choice.name + ":" + choice.algorithm
                                                             : choice.name;
  }
}

Expected<void> check_labels(const std::vector<Choice>& all, const Json& list, const Place& place) {
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (all[i].label == all[j].label) {
        const bool written = list[i].is_object() && list[i].contains("label");
        return fault(
            written ? place.child(i).child("label") : place.child(i),
            fmt::format("label '{}' stands twice, first at {}; give each a \"label\" of its own",
                        all[i].label, place.child(j).pointer));
      }
  return {};
}

Expected<VerdictKind> read_verdict(const Json& value, const Place& place) {
  std::vector<std::string> words;
  for (const auto text : Words<VerdictKind>::words)
    // What agrees is no failure to be expected.
    if (text != word(VerdictKind::agrees)) words.emplace_back(text);
  const auto kind = value.is_string() ? parse_word<VerdictKind>(value.get<std::string>())
                                      : std::optional<VerdictKind>();
  if (kind && *kind != VerdictKind::agrees) return *kind;
  return fault(place, fmt::format("{} is not {}", shown(value), either(words)));
}

constexpr Member<Known> kKnown[] = {
    {"match", [](const Json& j, const Place& p, Known& k) { return put(k.match, read_text(j, p)); },
     true},
    {"verdict",
     [](const Json& j, const Place& p, Known& k) { return put(k.verdict, read_verdict(j, p)); },
     true},
    {"issue", [](const Json& j, const Place& p, Known& k) { return put(k.issue, read_text(j, p)); },
     true},
};

}  // namespace

Expected<std::vector<Choice>> read_backends(const Json& list, const Place& place,
                                            const std::filesystem::path& folder) {
  std::vector<Choice> all;
  const auto add = [&](const Json& value, const Place& here) {
    return read_backend(value, here, folder).map([&](const Choice& choice) {
      all.push_back(choice);
    });
  };
  if (const auto done = read_list(list, place, "backends", add); !done)
    return tl::unexpected(done.error());
  complete_labels(all);
  if (const auto done = check_labels(all, list, place); !done) return tl::unexpected(done.error());
  return all;
}

Expected<std::vector<Known>> read_known(const Json& list, const Place& place) {
  std::vector<Known> all;
  if (!list.is_array())
    return fault(place, fmt::format("{} is not a list of known failures", shown(list)));
  for (std::size_t i = 0; i < list.size(); ++i)
    if (const auto done = read_members(list[i], place.child(i), kKnown, all.emplace_back()); !done)
      return tl::unexpected(done.error());
  return all;
}

Expected<void> check_baseline(const std::string& label, const Place& place,
                              const std::vector<Choice>& backends) {
  std::vector<std::string> labels;
  for (const auto& choice : backends) labels.push_back(choice.label);
  if (labels.empty() || std::find(labels.begin(), labels.end(), label) != labels.end()) return {};
  return fault(place,
               fmt::format("'{}' is no label of \"backends\"{}", label, suggestion(label, labels)));
}

}  // namespace convgauge
