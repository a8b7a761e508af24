#include "config/sweep.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "config/values.hpp"
#include "core/layers.hpp"
#include "core/problem_text.hpp"

namespace convgauge::config {
namespace {

/// "8", "3x5", "same": a value in names and messages.
std::string value_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return value.dump();
  std::string all;
  for (const auto& one : value) all += (all.empty() ? "" : "x") + one.dump();
  return all;
}

Expected<SweepAxis> read_axis(const std::string& key, const Json& list, const Place& place) {
  SweepAxis axis{key, {}};
  const auto add = [&](const Json& value, const Place& here) -> Expected<void> {
    if (auto good = check_form(key, value, here); !good) return good;
    for (const auto& other : axis.values)
      if (other.value == value)
        return fault(here, fmt::format("{} stands twice in the list", shown(value)));
    axis.values.push_back({value, here});
    return {};
  };
  if (const auto done = read_list(list, place, "values", add); !done)
    return tl::unexpected(done.error());
  return axis;
}

/// Drafts of every combination, in the order of nested loops.
std::vector<Draft> combinations(const SweptDraft& problem) {
  std::vector<Draft> all{problem.draft};
  for (const auto& axis : problem.axes) {
    std::vector<Draft> next;
    for (const auto& draft : all)
      for (const auto& value : axis.values) {
        next.push_back(draft);
        next.back().entries[axis.key] = value;
        next.back().choices.push_back({axis.key, value_text(value.value)});
      }
    all = std::move(next);
  }
  return all;
}

/// A million problems of 10 ms take three hours: more is surely a mistake, and would run out of
/// memory.
constexpr std::size_t kMostProblems = 1'000'000;

/// The number of combinations; kMostProblems + 1 if there are more than kMostProblems.
std::size_t count_of(const SweptDraft& problem) {
  std::size_t count = 1;
  for (const auto& axis : problem.axes)
    count = std::min(count * axis.values.size(), kMostProblems + 1);
  return count;
}

/// The given name, with the values that distinguish the combinations. A problem without a name is
/// called by its text form, which contains every number.
std::string name_of(const Draft& draft, const Geometry& geometry,
                    const std::vector<SweepAxis>& axes) {
  if (draft.name.empty()) {
    auto text = short_text(geometry);
    for (const auto& setting : own_texts(draft.own)) text += " " + setting.value;
    return text;
  }
  auto name = draft.name;
  for (std::size_t i = 0; i < axes.size(); ++i)
    if (axes[i].values.size() > 1)
      name += fmt::format(" {}={}", draft.choices[i].key, draft.choices[i].text);
  return name;
}

/// Where a name was first used, and for which geometry.
struct Taken {
  Place place;
  Geometry geometry;
  bool operator==(const Taken&) const = default;
};
using Names = std::map<std::pair<std::string, std::string>, Taken>;

Expected<void> add(const SweptDraft& from, const Draft& draft, Names& names,
                   std::vector<Problem>& into) {
  const auto geometry = geometry_of(draft);
  if (!geometry) return tl::unexpected(geometry.error());
  const auto name = name_of(draft, *geometry, from.axes);
  const auto [first, fresh] = names.try_emplace({from.suite, name}, Taken{draft.place, *geometry});
  if (fresh) {
    into.push_back({from.suite, name, *geometry, draft.count, draft.own});
    return {};
  }
  if (first->second == Taken{draft.place, *geometry}) return {};
  return fault(draft.place, fmt::format("name '{}' stands twice in suite '{}', first at {}", name,
                                        from.suite, first->second.place.text()));
}

}  // namespace

Expected<std::vector<SweepAxis>> read_axes(const Json& object, const Place& place) {
  if (!object.is_object())
    return fault(place, fmt::format("{} is not an object of lists, such as {{\"batch\": [1, 8]}}",
                                    shown(object)));
  std::vector<SweepAxis> axes;
  const auto& keys = geometry_keys();
  for (const auto& [key, list] : object.items()) {
    if (key == "$comment") continue;
    if (std::find(keys.begin(), keys.end(), key) == keys.end())
      return unknown_key(place, key, keys);
    auto axis = read_axis(key, list, place.child(key));
    if (!axis) return tl::unexpected(axis.error());
    axes.push_back(std::move(*axis));
  }
  return axes;
}

void apply_axes(const std::vector<SweepAxis>& axes, std::vector<SweptDraft>& problems) {
  for (auto& problem : problems)
    for (const auto& axis : axes) {
      std::erase_if(problem.axes, [&](const SweepAxis& own) { return own.key == axis.key; });
      problem.axes.push_back(axis);
    }
}

Expected<std::vector<Problem>> expand(const std::vector<SweptDraft>& problems) {
  std::vector<Problem> all;
  Names names;
  std::size_t count = 0;
  for (const auto& problem : problems) {
    count += count_of(problem);
    if (count > kMostProblems)
      return fault(problem.draft.place,
                   fmt::format("the axes make more than {} problems of the suite", kMostProblems));
    for (const auto& draft : combinations(problem))
      if (const auto done = add(problem, draft, names, all); !done)
        return tl::unexpected(done.error());
  }
  return all;
}

}  // namespace convgauge::config
