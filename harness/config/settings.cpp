#include "config/settings.hpp"

#include <algorithm>
#include <cmath>

#include "config/values.hpp"
#include "core/processors.hpp"

namespace convgauge {
namespace {

/// A value, or a list of different ones: a sweep axis.
template <class T, class Read>
Expected<void> read_axis(const Json& value, const Place& place, std::vector<T>& into, Read read) {
  std::vector<T> values;
  const auto add = [&](const Json& element, const Place& here) -> Expected<void> {
    const Expected<T> one = read(element, here);
    if (!one) return tl::unexpected(one.error());
    if (std::find(values.begin(), values.end(), *one) != values.end())
      return fault(here, fmt::format("{} stands twice in the list", shown(element)));
    values.push_back(*one);
    return {};
  };
  const auto done = value.is_array() ? read_list(value, place, "values", add) : add(value, place);
  if (done) into = std::move(values);
  return done;
}

template <class E>
Expected<void> read_words(const Json& value, const Place& place, std::vector<E>& into) {
  return read_axis(value, place, into, read_word<E>);
}

Expected<Dtype> read_dtype(const Json& value, const Place& place) {
  if (value.is_string())
    if (const auto found = parse_dtype(value.get_ref<const std::string&>())) return *found;
  return fault(place, fmt::format("{} is not {}", shown(value), choices<Dtype>()));
}

/// Seconds, fractions too. The clock counts nanoseconds in int64, so about 292 years is where it
/// ends.
Expected<std::chrono::milliseconds> read_seconds(const Json& value, const Place& place) {
  constexpr double kMost = 9e9;
  const auto seconds = read_number(value, place);
  if (!seconds) return tl::unexpected(seconds.error());
  if (!(*seconds > 0)) return fault(place, fmt::format("{} s is not more than 0", shown(value)));
  if (*seconds < 0.001)
    return fault(place, fmt::format("{} s is less than a millisecond", shown(value)));
  if (*seconds > kMost)
    return fault(place, fmt::format("{} s is more than {:.0f} s", shown(value), kMost));
  return std::chrono::milliseconds(std::llround(*seconds * 1000));
}

/// Seeds use all 64 bits.
Expected<std::uint64_t> read_seed(const Json& value, const Place& place) {
  if (value.is_number_unsigned()) return value.get<std::uint64_t>();
  if (value.is_number_integer() && value.get<std::int64_t>() >= 0)
    return static_cast<std::uint64_t>(value.get<std::int64_t>());
  return fault(place, fmt::format("{} is not an integer from 0 to 2^64 - 1", shown(value)));
}

constexpr Member<VerifySettings> kVerify[] = {
    {"fills",
     [](const Json& j, const Place& p, VerifySettings& v) { return read_words(j, p, v.fills); }},
    {"reference",
     [](const Json& j, const Place& p, VerifySettings& v) {
       return put(v.reference, read_word<ReferenceKind>(j, p));
     }},
    {"seed",
     [](const Json& j, const Place& p, VerifySettings& v) { return put(v.seed, read_seed(j, p)); }},
    {"timeout_s", [](const Json& j, const Place& p,
                     VerifySettings& v) { return put(v.timeout, read_seconds(j, p)); }},
};

constexpr Member<MeasureSettings> kMeasure[] = {
    {"rounds", [](const Json& j, const Place& p,
                  MeasureSettings& m) { return put(m.rounds, read_count(j, p)); }},
    {"budget_s", [](const Json& j, const Place& p,
                    MeasureSettings& m) { return put(m.budget, read_seconds(j, p)); }},
    {"cold", [](const Json& j, const Place& p,
                MeasureSettings& m) { return read_axis(j, p, m.cold, read_boolean); }},
    {"processes", [](const Json& j, const Place& p,
                     MeasureSettings& m) { return put(m.processes, read_count(j, p)); }},
    {"mode",
     [](const Json& j, const Place& p, MeasureSettings& m) { return read_words(j, p, m.mode); }},
    {"counters", [](const Json& j, const Place& p,
                    MeasureSettings& m) { return put(m.counters, read_boolean(j, p)); }},
};

constexpr Member<Settings> kSettings[] = {
    {"threads", [](const Json& j, const Place& p,
                   Settings& s) { return read_axis(j, p, s.threads, read_count); }},
    {"dtype", [](const Json& j, const Place& p,
                 Settings& s) { return read_axis(j, p, s.dtype, read_dtype); }},
    {"layout",
     [](const Json& j, const Place& p, Settings& s) { return read_words(j, p, s.layout); }},
    {"direction",
     [](const Json& j, const Place& p, Settings& s) { return read_words(j, p, s.direction); }},
    {"math", [](const Json& j, const Place& p, Settings& s) { return read_words(j, p, s.math); }},
    {"deterministic", [](const Json& j, const Place& p,
                         Settings& s) { return put(s.deterministic, read_boolean(j, p)); }},
    {"verify", [](const Json& j, const Place& p,
                  Settings& s) { return read_members(j, p, kVerify, s.verify); }},
    {"measure", [](const Json& j, const Place& p,
                   Settings& s) { return read_members(j, p, kMeasure, s.measure); }},
};

}  // namespace

Expected<Settings> read_settings(const Json& object, const Place& place) {
  auto settings = default_settings();
  if (const auto done = read_members(object, place, kSettings, settings); !done)
    return tl::unexpected(done.error());
  return settings;
}

Settings default_settings() {
  Settings settings;
  settings.threads = {physical_cores()};
  return settings;
}

}  // namespace convgauge
