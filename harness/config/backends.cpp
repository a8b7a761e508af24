#include "config/backends.hpp"

#include <algorithm>

#include "config/described_reader.hpp"

namespace convgauge {
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

/// Words of verdicts but "agrees": that is no failure to be expected.
Expected<void> check_verdict(const Known& known, const Place& place) {
  const std::vector<std::string> words{"differs", "refused",   "trespass",
                                       "died",    "timed_out", "failed"};
  if (std::find(words.begin(), words.end(), known.verdict) != words.end()) return {};
  return fault(place.child("verdict"),
               fmt::format("{} is not {}", shown(known.verdict), either(words)));
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
    const auto here = place.child(i);
    if (const auto done = read_described(list[i], here, known); !done)
      return tl::unexpected(done.error());
    if (const auto done = check_verdict(known, here); !done) return tl::unexpected(done.error());
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

}  // namespace convgauge
