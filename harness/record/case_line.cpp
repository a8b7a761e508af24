// CaseRecord ↔ its line. What can be computed from the rest (rates, intervals, the text form) is
// written for other readers, and computed again, never read.
#include <algorithm>
#include <numeric>

#include "config/problem_json.hpp"
#include "core/problem_text.hpp"
#include "record/evidence_json.hpp"
#include "record/lines.hpp"

namespace convgauge {
namespace {

Json to_json(const CaseSettings& s) {
  return {{"threads", s.threads},
          {"dtype", word(s.dtype)},
          {"layout", word(s.layout)},
          {"direction", word(s.direction)},
          {"math", word(s.math)},
          {"cold", s.cold},
          {"deterministic", s.deterministic},
          {"mode", word(s.mode)}};
}

CaseSettings read_settings(Fields fields) {
  CaseSettings s;
  fields.get("threads", s.threads);
  fields.get("dtype", s.dtype);
  fields.get("layout", s.layout);
  fields.get("direction", s.direction);
  fields.get("math", s.math);
  fields.get("cold", s.cold);
  fields.get("deterministic", s.deterministic);
  fields.get("mode", s.mode);
  return s;
}

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

/// Every time is null where nothing was measured.
void write_times(Json& j, const Measured* m) {
  j["time_ns"] = m ? time_json(*m) : Json();
  j["plan_ns"] = m ? number(m->plan_ns) : Json();
  j["bind_ns"] = m ? number(m->bind_ns) : Json();
  j["prepare_ns"] = m ? number(m->prepare_ns) : Json();
  j["upload_ns"] = m ? number(m->upload_ns) : Json();
  j["fetch_ns"] = m ? number(m->fetch_ns) : Json();
  j["first_execution_ns"] = m ? number(m->first_execution_ns) : Json();
}

void read_times(Fields fields, Measured& m) {
  auto time = fields.child("time_ns");
  time.get("samples", m.samples_ns);
  time.get("executions_per_sample", m.executions_per_sample);
  fields.get("plan_ns", m.plan_ns);
  fields.get("bind_ns", m.bind_ns);
  fields.get("prepare_ns", m.prepare_ns);
  fields.get("upload_ns", m.upload_ns);
  fields.get("fetch_ns", m.fetch_ns);
  fields.get("first_execution_ns", m.first_execution_ns);
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

Json to_json(const SmallestCase& s) {
  Json fills = Json::array();
  for (const auto fill : s.fills) fills.push_back(word(fill));
  return {{"problem", problem_json(s.geometry)},
          {"problem_text", short_text(s.geometry)},
          {"settings", to_json(s.settings)},
          {"requested_algorithm", s.requested_algorithm},
          {"fills", fills},
          {"verdict", to_json(s.verdict)},
          {"away", s.away},
          {"trials", s.trials},
          {"complete", s.complete},
          {"replay", s.replay}};
}

/// A text that should be a JSON object; what is none is left out, for a line must stay a line.
void embed(Json& j, const char* key, const std::string& text) {
  auto object = text.empty() ? Json() : Json::parse(text, nullptr, false);
  if (object.is_object()) j[key] = std::move(object);
}
void extract(Fields& fields, const char* key, std::string& text) {
  if (const Json* object = fields.find(key); object && object->is_object()) text = dump(*object);
}

Json to_json(const Roof& roof, std::optional<double> share) {
  return {{"flops", number(roof.flops)},
          {"level", roof.level},
          {"by_compute", roof.by_compute},
          {"share", bound(share)}};
}

void read_roof(Fields fields, Roof& roof) {
  fields.get("flops", roof.flops);
  fields.get("level", roof.level);
  fields.get("by_compute", roof.by_compute);
}

Json to_json(const CaseRecord& r) {
  Json j{
      {"record", "case"},
      {"problem", problem_json(r.problem.geometry)},
      {"problem_text", short_text(r.problem.geometry)},
      {"suite", r.problem.suite},
      {"name", r.problem.name},
      {"count", r.problem.count},
      {"position",
       {{"problem", r.position.problem}, {"index", r.position.index}, {"cases", r.position.cases}}},
      {"backend", r.backend},
      {"label", r.label}};
  write_algorithm(j, r.algorithm);
  j["requested_algorithm"] = r.requested_algorithm;
  j["own_choice"] = r.own_choice;
  j["device"] = r.device;
  j["options"] = r.options;
  j["settings"] = to_json(r.settings);
  j["verdict"] = to_json(r.verdict);
  j["measurement"] = to_json(r.measurement);
  const auto* measured = std::get_if<Measured>(&r.measurement);
  write_times(j, measured);
  j["flops"] = r.problem.geometry.flops();
  j["gflops"] = measured ? number(gflops(r)) : Json();
  if (r.roof) j["roof"] = to_json(*r.roof, share_of_roof(r));
  j["bytes"] = r.bytes;
  j["workspace_bytes"] = r.workspace_bytes;
  j["packed_weight_bytes"] = r.packed_weight_bytes;
  embed(j, "details", r.details);
  embed(j, "device_before", r.device_before);
  embed(j, "device_after", r.device_after);
  if (r.known) j["known"] = *r.known;
  j["replay"] = r.replay;
  if (r.smallest) j["smallest"] = to_json(*r.smallest);
  if (!r.shrink_note.empty()) j["shrink_note"] = r.shrink_note;
  return j;
}

void read_geometry(Fields& fields, Geometry& to) {
  const Json* json = fields.find("problem");
  if (!json) return fields.fail("problem", "is missing");
  const auto geometry = problem_from_json(*json, fields.place().child("problem"));
  if (!geometry) return void(fields.error() = geometry.error().message);
  to = *geometry;
}

void read_problem(Fields& fields, Problem& problem) {
  read_geometry(fields, problem.geometry);
  fields.get("suite", problem.suite);
  fields.get("name", problem.name);
  fields.get("count", problem.count);
}

void read_smallest(Fields fields, SmallestCase& s) {
  read_geometry(fields, s.geometry);
  s.settings = read_settings(fields.child("settings"));
  fields.get("requested_algorithm", s.requested_algorithm);
  fields.get("fills", s.fills);
  read_verdict(fields.child("verdict"), s.verdict);
  fields.get("away", s.away);
  fields.get("trials", s.trials);
  fields.get("complete", s.complete);
  fields.get("replay", s.replay);
}

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
  read_problem(fields, r.problem);
  auto position = fields.child("position");
  position.get("problem", r.position.problem);
  position.get("index", r.position.index);
  position.get("cases", r.position.cases);
  fields.need("backend", r.backend);
  r.label = r.backend;
  fields.get("label", r.label);
  read_algorithm(fields, r.algorithm);
  fields.get("requested_algorithm", r.requested_algorithm);
  r.own_choice = r.requested_algorithm == "default";
  fields.get("own_choice", r.own_choice);
  fields.get("device", r.device);
  fields.get("options", r.options);
  r.settings = read_settings(fields.child("settings"));
  read_verdict(fields.child("verdict"), r.verdict);
  read_measurement(fields.child("measurement"), r.measurement);
  if (auto* measured = std::get_if<Measured>(&r.measurement)) read_times(fields, *measured);
  if (fields.find("roof")) read_roof(fields.child("roof"), r.roof.emplace());
  fields.get("bytes", r.bytes);
  fields.get("workspace_bytes", r.workspace_bytes);
  fields.get("packed_weight_bytes", r.packed_weight_bytes);
  extract(fields, "details", r.details);
  extract(fields, "device_before", r.device_before);
  extract(fields, "device_after", r.device_after);
  fields.get("known", r.known);
  fields.get("replay", r.replay);
  if (fields.find("smallest")) read_smallest(fields.child("smallest"), r.smallest.emplace());
  fields.get("shrink_note", r.shrink_note);
  return r;
}

}  // namespace convgauge
