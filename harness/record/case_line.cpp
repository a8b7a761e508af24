// CaseRecord ↔ its line. What follows from other fields (rates, intervals, the text form) is
// written for other programs and never read back.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "config/problem_json.hpp"
#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "record/described_json.hpp"
#include "record/evidence_json.hpp"
#include "record/lines.hpp"

namespace convgauge::record {
namespace {

Json bound(const std::optional<double>& value) {
  return value ? number(*value) : Json();
}

Json time_json(const Measured& measured) {
  Json j{{"median", nullptr}, {"low", nullptr}, {"high", nullptr}, {"confidence", 0.0}};
  if (!measured.samples_ns.empty()) {
    const Summary summary = summarize(measured.samples_ns);
    j["median"] = number(summary.interval.median);
    j["low"] = bound(summary.interval.low);
    j["high"] = bound(summary.interval.high);
    j["confidence"] = number(summary.interval.confidence);
    j["min"] = number(summary.min);
    j["mad"] = number(summary.mad);
    j["autocorrelation"] = number(summary.autocorrelation);
    j["drift"] = summary.drift;
  }
  j["samples"] = numbers(measured.samples_ns);
  j["executions_per_sample"] = measured.executions_per_sample;
  return j;
}

/// All times are null where nothing was measured.
void write_times(Json& j, const Measured* m) {
  j["time_ns"] = m ? time_json(*m) : Json();
  for (const auto& [name, time] : kTimes) j[name] = m ? number(m->*time) : Json();
}

/// 31 years: what is longer is no time that was measured, and sums of such times overflow.
constexpr double kLongestNs = 1e18;

/// A time that could not be taken is written as "nan" or "inf", and is not ranked.
void check_time(Fields& fields, const char* key, double ns) {
  if (std::isfinite(ns) && (ns < 0 || ns > kLongestNs))
    fields.fail(key,
                fmt::format("expected nanoseconds from 0 to {:g}, found {:g}", kLongestNs, ns));
}

void read_times(Fields fields, Measured& m) {
  auto time = fields.child("time_ns");
  time.get("samples", m.samples_ns);
  time.get("executions_per_sample", m.executions_per_sample);
  for (const double ns : m.samples_ns) check_time(time, "samples", ns);
  if (m.executions_per_sample < 1)
    time.fail("executions_per_sample",
              fmt::format("expected 1 or more, found {}", m.executions_per_sample));
  for (const auto& [name, member] : kTimes) {
    fields.get(name, m.*member);
    check_time(fields, name, m.*member);
  }
  const auto& parts = m.samples_per_process;
  const bool negative =
      std::any_of(parts.begin(), parts.end(), [](std::int64_t n) { return n < 0; });
  const auto sum = negative ? -1 : std::accumulate(parts.begin(), parts.end(), std::int64_t{0});
  if (!parts.empty() && sum != static_cast<std::int64_t>(m.samples_ns.size()))
    fields.fail("time_ns", "its samples are not as many as measurement/samples_per_process has");
}

void write_algorithm(Json& j, const std::optional<Algorithm>& algorithm) {
  j["algorithm"] = nullptr;
  if (!algorithm) return;
  j["algorithm"] = algorithm->name;
  j["algorithm_class"] = word(algorithm->algorithm_class);
  j["algorithm_detail"] = detail_json(*algorithm);
}

void read_algorithm(Fields fields, std::optional<Algorithm>& algorithm) {
  if (!fields.find("algorithm")) return;
  auto& a = algorithm.emplace();
  fields.get("algorithm", a.name);
  fields.get("algorithm_class", a.algorithm_class);
  read_detail(fields.child("algorithm_detail"), a);
}

/// Adds the JSON object in `text`, which a plugin wrote. Text that is not an object is left out, so
/// that the line stays valid JSON.
void embed(Json& j, const char* key, const std::string& text) {
  constexpr int kDeepest = 32;  // less than for a whole line
  auto object = parse_nested(text, kDeepest);
  if (object && object->is_object()) j[key] = std::move(*object);
}

/// Writes the members of a case, or of its smallest failing case; some are followed by derived
/// fields for other programs, which are never read back.
class WriteCase {
 public:
  WriteCase(Json& j, const CaseRecord* record) : json_(j), record_(record) {}

  template <class T>
  void operator()(const Key& key, const T& value) {
    if (!key.is_left_out_default || value != T{}) json_[name(key)] = written(value);
  }
  void operator()(const Key& key, const Geometry& geometry) {
    json_[name(key)] = problem_json(geometry);
    json_["problem_text"] = short_text(geometry);
  }
  void operator()(const Key&, const std::optional<Algorithm>& algorithm) {
    write_algorithm(json_, algorithm);
  }
  void operator()(const Key& key, const Verdict& verdict) { json_[name(key)] = to_json(verdict); }
  void operator()(const Key& key, const Measurement& measurement) {
    json_[name(key)] = to_json(measurement);
    const auto* measured = std::get_if<Measured>(&measurement);
    write_times(json_, measured);
    json_["flops"] = record_->problem.geometry.flops();
    json_["gflops"] = measured ? number(gflops(*record_)) : Json();
  }
  void operator()(const Key& key, const std::optional<Roof>& roof) {
    if (!roof) return;
    auto& j = json_[name(key)] = written(*roof);
    j["share"] = bound(share_of_roof(*record_));
  }
  void operator()(const Key& key, const std::optional<SmallestCase>& smallest) {
    if (!smallest) return;
    Json j = Json::object();
    WriteCase walk(j, nullptr);
    describe(walk, *smallest);
    json_[name(key)] = std::move(j);
  }
  void operator()(const Key& key, const std::string& text) {
    if (key.is_embedded) return embed(json_, key.name.data(), text);
    if (!key.is_left_out_default || !text.empty()) json_[name(key)] = text;
  }

 private:
  static std::string name(const Key& key) { return std::string(key.name); }
  Json& json_;
  const CaseRecord* record_;
};

Json to_json(const CaseRecord& r) {
  Json j{{"record", "case"}};
  WriteCase walk(j, &r);
  describe(walk, r);
  return j;
}

class ReadCase {
 public:
  explicit ReadCase(Fields& fields) : fields_(fields), usual_{fields} {}

  template <class T>
  void operator()(const Key& key, T& value) {
    usual_(key, value);
  }
  void operator()(const Key& key, Geometry& to) {
    const Json* json = fields_.find(key.name.data());
    if (!json) return fields_.fail(key.name.data(), "is missing");
    const auto geometry = problem_from_json(*json, fields_.place().child(key.name));
    if (!geometry) return void(fields_.error() = geometry.error().message);
    to = *geometry;
  }
  void operator()(const Key&, std::optional<Algorithm>& to) { read_algorithm(fields_, to); }
  void operator()(const Key& key, Verdict& to) { read_verdict(fields_.child(key.name.data()), to); }
  void operator()(const Key& key, Measurement& to) {
    read_measurement(fields_.child(key.name.data()), to);
    if (auto* measured = std::get_if<Measured>(&to)) read_times(fields_, *measured);
  }
  void operator()(const Key& key, std::optional<SmallestCase>& to) {
    if (!fields_.find(key.name.data())) return;
    auto child = fields_.child(key.name.data());
    ReadCase walk(child);
    describe(walk, to.emplace());
  }
  void operator()(const Key& key, std::string& to) {
    if (!key.is_embedded) return usual_(key, to);
    const Json* object = fields_.find(key.name.data());
    if (object && object->is_object()) to = dump(*object);
  }

 private:
  Fields& fields_;
  detail::Reading usual_;
};

}  // namespace

std::string to_line(const CaseRecord& record) {
  return dump(to_json(record));
}

std::string to_pretty_json(const std::vector<CaseRecord>& records) {
  Json list = Json::array();
  for (const auto& record : records) list.push_back(to_json(record));
  return dump(list, 2);
}

CaseRecord case_from_json(const Json& json, const Place& place, std::string& error) {
  CaseRecord r;
  Fields fields(json, place, error);
  // Defaults of absent fields follow from fields that are present.
  fields.get("backend", r.label);
  fields.get("requested_algorithm", r.requested_algorithm);
  r.own_choice = r.requested_algorithm == "default";
  ReadCase walk(fields);
  describe(walk, r);
  if (r.problem.count < 1)
    fields.fail("count", fmt::format("expected 1 or more, found {}", r.problem.count));
  return r;
}

}  // namespace convgauge::record
