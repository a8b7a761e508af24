#include "config/backends.hpp"

#include <algorithm>

#include "config/described_reader.hpp"
#include "core/layers.hpp"

namespace convgauge::config {
/// `agrees` and `unjudged` are no failures that could be expected.
static bool may_be_known(VerdictKind kind) {
  return kind != VerdictKind::agrees && kind != VerdictKind::unjudged;
}
static Expected<void> read_member(const Json& value, const Place& place, const Key&,
                                  VerdictKind& into) {
  std::vector<std::string> words;
  for (const auto text : Words<VerdictKind>::words)
    if (may_be_known(*parse_word<VerdictKind>(text))) words.emplace_back(text);
  const auto kind = value.is_string() ? parse_word<VerdictKind>(value.get<std::string>())
                                      : std::optional<VerdictKind>();
  if (!kind || !may_be_known(*kind))
    return fault(place, fmt::format("{} is not {}", shown(value), either(words)));
  into = *kind;
  return {};
}

namespace {

using Choice = BackendChoice;

Expected<Choice> read_backend(const Json& value, const Place& place,
                              const std::filesystem::path& folder) {
  Choice choice;
  if (!value.is_object())
    return read_identifier(value, place, "backend").map([&](const std::string& name) {
      choice.name = name;
      return choice;
    });
  if (const auto done = read_described(value, place, choice); !done)
    return tl::unexpected(done.error());
  // An absolute path stays as it is, as operator/ defines.
  if (!choice.plugin.empty()) choice.plugin = (folder / choice.plugin).lexically_normal();
  if (!choice.library_path.empty())
    choice.library_path = (folder / choice.library_path).lexically_normal();
  return choice;
}

/// Gives every choice without a label its name as the label. Where several choices have the same
/// name, it is NAME:ALGORITHM.
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
  for (std::size_t i = 0; i < list.size(); ++i) {
    auto& known = all.emplace_back();
    if (const auto done = read_described(list[i], place.child(i), known); !done)
      return tl::unexpected(done.error());
    if (known.fill && known.verdict != VerdictKind::differs)
      return fault(place.child(i).child("fill"),
                   fmt::format("'{}' goes with the verdict differs only, not with {}",
                               word(*known.fill), word(known.verdict)));
  }
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

}  // namespace convgauge::config
