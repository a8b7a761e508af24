#include "config/layer_list.hpp"

#include <limits>

#include "config/draft.hpp"
#include "config/json_text.hpp"
#include "config/values.hpp"
#include "core/layers.hpp"

namespace convgauge::config {
namespace {

/// Any string, as the model has it: also an empty one.
Expected<std::string> read_any_text(const Json& value, const Place& place) {
  if (!value.is_string()) return fault(place, fmt::format("{} is not a string", shown(value)));
  return value.get<std::string>();
}

constexpr Member<Problem> kLayer[] = {
    {"name",
     [](const Json& j, const Place& p, Problem& l) { return put(l.name, read_any_text(j, p)); }},
    {"problem",
     [](const Json& j, const Place& p, Problem& l) {
       return put(l.geometry,
                  read_draft(j, p).and_then([](const Draft& draft) { return geometry_of(draft); }));
     }},
    {"direction", [](const Json& j, const Place& p,
                     Problem& l) { return put(l.own.direction, read_word<Direction>(j, p)); }},
    {"dtype", [](const Json& j, const Place& p,
                 Problem& l) { return put(l.own.dtype, read_word<Dtype>(j, p)); }},
};

constexpr Member<Skipped> kSkipped[] = {
    {"what",
     [](const Json& j, const Place& p, Skipped& s) { return put(s.what, read_any_text(j, p)); }},
    {"why",
     [](const Json& j, const Place& p, Skipped& s) { return put(s.why, read_any_text(j, p)); }},
    {"count",
     [](const Json& j, const Place& p, Skipped& s) {
       return put(s.count, read_integer(j, p, 1, std::numeric_limits<std::int64_t>::max()));
     }},
};

/// A list of objects, which may be empty.
template <class T, std::size_t N>
Expected<void> read_objects(const Json& list, const Place& place, const Member<T> (&members)[N],
                            std::vector<T>& into) {
  if (!list.is_array()) return fault(place, fmt::format("{} is not a list", shown(list)));
  for (std::size_t i = 0; i < list.size(); ++i)
    if (auto done = read_members(list[i], place.child(i), members, into.emplace_back()); !done)
      return done;
  return {};
}

Expected<void> read_layers(const Json& list, const Place& place, LayerList& into) {
  if (auto done = read_objects(list, place, kLayer, into.layers); !done) return done;
  for (std::size_t i = 0; i < into.layers.size(); ++i)
    for (const char* key : {"problem", "direction", "dtype"})
      if (!list[i].contains(key)) return fault(place.child(i), fmt::format("missing '{}'", key));
  return {};
}

constexpr Member<LayerList> kList[] = {
    {"source", [](const Json& j, const Place& p,
                  LayerList& l) { return put(l.source, read_any_text(j, p)); }},
    {"layers", read_layers},
    {"skipped", [](const Json& j, const Place& p,
                   LayerList& l) { return read_objects(j, p, kSkipped, l.skipped); }},
};

}  // namespace

Expected<LayerList> read_layer_list(std::string_view text, const std::string& name) {
  const auto json = parse_json(text, name);
  if (!json) return tl::unexpected(json.error());
  LayerList list;
  if (auto done = read_members(*json, {name, ""}, kList, list); !done)
    return tl::unexpected(done.error());
  return list;
}

}  // namespace convgauge::config
