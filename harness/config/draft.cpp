#include "config/draft.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "config/described_reader.hpp"
#include "config/values.hpp"
#include "core/layers.hpp"
#include "core/text.hpp"

namespace convgauge::config {
namespace {

enum class Form { integer, pair, short_pair, padding, boolean, mode };

struct ProblemKey {
  std::string_view name;
  Form form;
  bool required = false;
};

/// short_pair: also accepts a list of one element, as torch's F.conv2d does; for kernel_size the
/// module does not.
constexpr ProblemKey kKeys[] = {{"batch", Form::integer},
                                {"in_channels", Form::integer, true},
                                {"out_channels", Form::integer, true},
                                {"height", Form::integer, true},
                                {"width", Form::integer, true},
                                {"kernel_size", Form::pair, true},
                                {"stride", Form::short_pair},
                                {"padding", Form::padding},
                                {"dilation", Form::short_pair},
                                {"groups", Form::integer},
                                {"bias", Form::boolean},
                                {"padding_mode", Form::mode}};

const ProblemKey* find_key(std::string_view name) {
  const auto found = std::find_if(std::begin(kKeys), std::end(kKeys),
                                  [&](const ProblemKey& k) { return k.name == name; });
  return found == std::end(kKeys) ? nullptr : found;
}

/// An integer, or a list whose length is one of `lengths`. `rule` says what is accepted.
Expected<void> check_numbers(const Json& value, const Place& place,
                             std::initializer_list<std::size_t> lengths, std::string_view rule) {
  if (value.is_number_integer()) return read_integer(value, place).map([](auto) {});
  if (!value.is_array()) return fault(place, fmt::format("{} is not {}", shown(value), rule));
  if (std::find(lengths.begin(), lengths.end(), value.size()) == lengths.end())
    return fault(place, fmt::format("{} has {}, is not {}", shown(value),
                                    counted(value.size(), "element"), rule));
  for (std::size_t i = 0; i < value.size(); ++i)
    if (const auto number = read_integer(value[i], place.child(i)); !number)
      return tl::unexpected(number.error());
  return {};
}

Expected<void> check_padding(const Json& value, const Place& place) {
  if (value == "same" || value == "valid") return {};
  return check_numbers(
      value, place, {1, 2, 4},
      "an integer, a pair [height, width], four numbers [top, bottom, left, right], \"same\" or "
      "\"valid\"");
}

/// The integers of a value that passed check_form().
std::vector<std::int64_t> numbers(const Json& value) {
  return value.is_array() ? value.get<std::vector<std::int64_t>>()
                          : std::vector{value.get<std::int64_t>()};
}

const Json* find(const Draft& draft, std::string_view key) {
  const auto found = draft.entries.find(key);
  return found == draft.entries.end() ? nullptr : &found->second.value;
}

std::int64_t integer(const Draft& draft, std::string_view key, std::int64_t otherwise) {
  const auto* value = find(draft, key);
  return value ? value->get<std::int64_t>() : otherwise;
}

void set_pair(const Draft& draft, std::string_view key, std::int64_t& h, std::int64_t& w) {
  if (const auto* value = find(draft, key)) {
    const auto given = numbers(*value);
    h = given.front();
    w = given.back();
  }
}

/// The total is d (k - 1); if it is odd, the larger half goes after the input (bottom, right).
/// Values that flaw() refuses are left for it to report.
void pad_same(Axis& a) {
  std::int64_t total = 0;
  if (a.kernel < 1 || a.dilation < 1 || __builtin_mul_overflow(a.dilation, a.kernel - 1, &total))
    return;
  a.pad_before = total / 2;
  a.pad_after = total - a.pad_before;
}

void set_padding(const Json& value, Geometry& g) {
  if (value == "valid") return;
  if (value == "same") {
    pad_same(g.h);
    pad_same(g.w);
    return;
  }
  const auto given = numbers(value);
  const auto at = [&](std::size_t i) {
    return given.size() == 4 ? given[i] : i < 2 ? given.front() : given.back();
  };
  g.h.pad_before = at(0);
  g.h.pad_after = at(1);
  g.w.pad_before = at(2);
  g.w.pad_after = at(3);
}

/// The values of the draft as a geometry, without any check that it is legal.
Geometry assemble(const Draft& draft) {
  Geometry g;
  g.batch = integer(draft, "batch", 1);
  g.in_channels = integer(draft, "in_channels", 1);
  g.out_channels = integer(draft, "out_channels", 1);
  g.groups = integer(draft, "groups", 1);
  g.h.input = integer(draft, "height", 1);
  g.w.input = integer(draft, "width", 1);
  set_pair(draft, "kernel_size", g.h.kernel, g.w.kernel);
  set_pair(draft, "stride", g.h.stride, g.w.stride);
  set_pair(draft, "dilation", g.h.dilation, g.w.dilation);
  if (const auto* bias = find(draft, "bias")) g.bias = bias->get<bool>();
  if (const auto* mode = find(draft, "padding_mode"))
    g.padding_mode = *parse_word<PaddingMode>(mode->get_ref<const std::string&>());
  if (const auto* padding = find(draft, "padding")) set_padding(*padding, g);
  return g;
}

/// "with batch=8, groups=3": the values that axes chose; also names the problem where the message
/// points to another place.
std::string circumstances(const Draft& draft, const Place& named) {
  if (draft.choices.empty()) return "";
  std::string all;
  for (const auto& [key, text] : draft.choices) all += (all.empty() ? "" : ", ") + key + "=" + text;
  const bool inside =
      named.file == draft.place.file && named.pointer.starts_with(draft.place.pointer);
  return inside ? fmt::format(" (with {})", all)
                : fmt::format(" (in {} with {})", draft.place.text(), all);
}

tl::unexpected<Error> broken(const Draft& draft, std::string_view field, std::string rule) {
  const auto entry = draft.entries.find(field);
  const bool present = entry != draft.entries.end();
  const auto& place = present ? entry->second.place : draft.place;
  if (!present) rule = fmt::format("{}: {}", field, rule);
  if (present && field == "padding" && entry->second.value.is_string())
    rule += fmt::format(" (padding is {})", shown(entry->second.value));
  return fault(place, rule + circumstances(draft, place));
}

/// Rules about how a value is written, which flaw() cannot see: torch checks them when the module
/// is constructed.
Expected<void> check_writing(const Draft& draft, const Geometry& g) {
  if (g.padding_mode != PaddingMode::zeros)
    for (const auto* key : {"stride", "padding", "dilation"})
      if (const auto* value = find(draft, key); value && value->is_array() && value->size() == 1)
        return broken(
            draft, key,
            fmt::format("{} has one element, which is for padding_mode=zeros only, not {}",
                        shown(*value), word(g.padding_mode)));
  const auto* padding = find(draft, "padding");
  if (padding && *padding == "same" && (g.h.stride != 1 || g.w.stride != 1))
    return broken(draft, "padding",
                  fmt::format("needs stride 1, not {}", shown(*find(draft, "stride"))));
  return {};
}

Expected<void> check_complete(const Draft& draft) {
  std::string missing;
  for (const auto& key : kKeys)
    if (key.required && !find(draft, key.name))
      missing += fmt::format("{}'{}'", missing.empty() ? "" : ", ", key.name);
  if (missing.empty()) return {};
  return fault(draft.place, "missing " + missing + circumstances(draft, draft.place));
}

/// The keys of OwnSettings.
std::vector<std::string> own_keys() {
  detail::ListKeys keys;
  const OwnSettings own;
  describe(keys, own);
  return keys.known;
}

Expected<void> read_own(const std::string& key, const Json& value, const Place& place,
                        OwnSettings& own) {
  if (value.is_array())
    return fault(place,
                 fmt::format("{} is a list: a problem has one {}; a list in 'settings' makes "
                             "a case of each",
                             shown(value), key));
  detail::ReadKey read{key, value, place};
  describe(read, own);
  return read.done;
}

/// Reads the keys that do not belong to the geometry: "name", "count", "$comment" and those of
/// OwnSettings. False if `key` is none of them.
Expected<bool> read_label(const std::string& key, const Json& value, const Place& place,
                          Draft& draft) {
  Expected<void> done;
  if (key == "name")
    done = put(draft.name, read_text(value, place));
  else if (key == "count")
    done =
        put(draft.count, read_integer(value, place, 1, std::numeric_limits<std::int64_t>::max()));
  else if (const auto own = own_keys(); std::find(own.begin(), own.end(), key) != own.end())
    done = read_own(key, value, place, draft.own);
  else
    return key == "$comment";
  return done.map([] { return true; });
}

std::vector<std::string> problem_keys() {
  auto keys = geometry_keys();
  keys.insert(keys.end(), {"name", "count"});
  for (auto& key : own_keys()) keys.push_back(std::move(key));
  return keys;
}

}  // namespace

const std::vector<std::string>& geometry_keys() {
  static const auto keys = [] {
    std::vector<std::string> all;
    for (const auto& key : kKeys) all.emplace_back(key.name);
    return all;
  }();
  return keys;
}

Expected<void> check_form(std::string_view key, const Json& value, const Place& place) {
  switch (find_key(key)->form) {
    case Form::integer:
      return read_integer(value, place).map([](auto) {});
    case Form::pair:
      return check_numbers(value, place, {2}, "an integer or a pair [height, width]");
    case Form::short_pair:
      return check_numbers(value, place, {1, 2}, "an integer or a pair [height, width]");
    case Form::padding:
      return check_padding(value, place);
    case Form::boolean:
      return read_boolean(value, place).map([](auto) {});
    case Form::mode:
      return read_word<PaddingMode>(value, place).map([](auto) {});
  }
  return {};
}

Expected<Draft> read_draft(const Json& object, const Place& place) {
  if (!object.is_object())
    return fault(
        place, fmt::format("{} is not an object with the keys of torch.nn.Conv2d", shown(object)));
  Draft draft;
  draft.place = place;
  for (const auto& [key, value] : object.items()) {
    const auto here = place.child(key);
    const auto label = read_label(key, value, here, draft);
    if (!label) return tl::unexpected(label.error());
    if (*label) continue;
    if (!find_key(key)) return unknown_key(place, key, problem_keys());
    if (const auto good = check_form(key, value, here); !good) return tl::unexpected(good.error());
    draft.entries[key] = {value, here};
  }
  return draft;
}

Expected<Geometry> geometry_of(const Draft& draft) {
  if (const auto done = check_complete(draft); !done) return tl::unexpected(done.error());
  const auto g = assemble(draft);
  if (const auto done = check_writing(draft, g); !done) return tl::unexpected(done.error());
  if (const auto bad = flaw(g)) return broken(draft, bad->field, bad->rule);
  return g;
}

}  // namespace convgauge::config
