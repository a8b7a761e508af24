#include "record/evidence_json.hpp"

#include <charconv>

namespace convgauge {
namespace {

/// Calls `f` with a default-constructed value of every alternative, in order, until it returns
/// true.
template <class... Alternatives, class F>
bool any_alternative(const std::variant<Alternatives...>*, F f) {
  return (f(Alternatives{}) || ...);
}

Json to_json(const Mismatch& m) {
  return {{"at", m.at},
          {"got", number(m.got)},
          {"want", number(m.want)},
          {"allowed", number(m.allowed)}};
}

Mismatch read_mismatch(Fields fields) {
  Mismatch m;
  std::vector<std::int64_t> at;
  fields.get("at", at);
  if (!at.empty() && at.size() != 4) fields.fail("at", "expected the four indices n, c, h, w");
  if (at.size() == 4) std::copy(at.begin(), at.end(), m.at.begin());
  fields.get("got", m.got);
  fields.get("want", m.want);
  fields.get("allowed", m.allowed);
  return m;
}

void write(Json& j, const Agrees& v) {
  j["worst"] = number(v.worst);
  j["rel_l2"] = number(v.rel_l2);
  j["elements"] = v.elements;
  if (!v.notes.empty()) j["notes"] = v.notes;
}
void read(Fields& f, Agrees& v) {
  f.get("worst", v.worst);
  f.get("rel_l2", v.rel_l2);
  f.get("elements", v.elements);
  f.get("notes", v.notes);
}

void write(Json& j, const Differs& v) {
  j["count"] = v.count;
  j["of"] = v.of;
  j["first"] = to_json(v.first);
  j["worst"] = to_json(v.worst);
  j["oracle"] = v.oracle;
  j["where"] = v.where;
  j["diagnosis"] = v.diagnosis;
}
void read(Fields& f, Differs& v) {
  f.get("count", v.count);
  f.get("of", v.of);
  v.first = read_mismatch(f.child("first"));
  v.worst = read_mismatch(f.child("worst"));
  f.get("oracle", v.oracle);
  f.get("where", v.where);
  f.get("diagnosis", v.diagnosis);
}

void write(Json& j, const Refused& v) {
  j["reason"] = v.reason;
  j["why"] = v.why;
}
void read(Fields& f, Refused& v) {
  f.get("reason", v.reason);
  f.get("why", v.why);
}

void write(Json& j, const Trespass& v) {
  j["rule"] = v.rule;
  j["where"] = v.where;
}
void read(Fields& f, Trespass& v) {
  f.get("rule", v.rule);
  f.get("where", v.where);
}

void write(Json& j, const Died& v) {
  j["signal"] = v.signal;
  j["status"] = v.status;
  j["where"] = v.where;
  j["last_words"] = v.last_words;
}
void read(Fields& f, Died& v) {
  f.get("signal", v.signal);
  f.get("status", v.status);
  f.get("where", v.where);
  f.get("last_words", v.last_words);
}

void write(Json& j, const TimedOut& v) {
  j["limit_ms"] = v.limit.count();
  j["during"] = v.during;
}
void read(Fields& f, TimedOut& v) {
  std::int64_t limit_ms = 0;
  f.get("limit_ms", limit_ms);
  v.limit = std::chrono::milliseconds(limit_ms);
  f.get("during", v.during);
}

void write(Json& j, const Failed& v) {
  j["why"] = v.why;
}
void read(Fields& f, Failed& v) {
  f.get("why", v.why);
}

/// A list for each, as long as the samples.
constexpr std::pair<const char*, double SampleLoad::*> kLoadFields[] = {
    {"waited_share", &SampleLoad::waited_share},
    {"others_ns", &SampleLoad::others_ns},
    {"steal_ns", &SampleLoad::steal_ns},
    {"load_average", &SampleLoad::load_average}};

void write(Json& j, const Measured& m) {
  if (m.budget_cut) j["budget_cut"] = true;
  if (!m.note.empty()) j["note"] = m.note;
  if (!m.device_ns.empty()) j["device_ns"] = numbers(m.device_ns);
  if (m.discarded > 0) j["discarded"] = m.discarded;
  if (!m.samples_per_process.empty()) j["samples_per_process"] = m.samples_per_process;
  if (m.slots != 1) j["slots"] = m.slots;
  if (m.slot_bytes > 0) j["slot_bytes"] = m.slot_bytes;
  if (!m.counts.instructions.empty()) j["instructions"] = numbers(m.counts.instructions);
  if (!m.counts.cycles.empty()) j["cycles"] = numbers(m.counts.cycles);
  if (!m.counts.cache_misses.empty()) j["cache_misses"] = numbers(m.counts.cache_misses);
  if (!m.counts.refused.empty()) j["counters_refused"] = m.counts.refused;
  for (const auto& [name, field] : kLoadFields) {
    std::vector<double> values;
    for (const auto& load : m.loads) values.push_back(load.*field);
    if (!values.empty()) j[name] = numbers(values);
  }
}
void read(Fields& f, Measured& m) {
  f.get("budget_cut", m.budget_cut);
  f.get("note", m.note);
  f.get("device_ns", m.device_ns);
  f.get("discarded", m.discarded);
  f.get("samples_per_process", m.samples_per_process);
  f.get("slots", m.slots);
  f.get("slot_bytes", m.slot_bytes);
  f.get("instructions", m.counts.instructions);
  f.get("cycles", m.counts.cycles);
  f.get("cache_misses", m.counts.cache_misses);
  f.get("counters_refused", m.counts.refused);
  for (const auto& [name, field] : kLoadFields) {
    std::vector<double> values;
    f.get(name, values);
    if (m.loads.size() < values.size()) m.loads.resize(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) m.loads[i].*field = values[i];
  }
}

void write(Json& j, const Skipped& m) {
  j["why"] = m.why;
}
void read(Fields& f, Skipped& m) {
  f.get("why", m.why);
}

void write(Json& j, const Inconclusive& m) {
  j["why"] = m.why;
  if (m.evidence.samples_ns.empty()) return;
  Json& evidence = j["evidence"];
  evidence["samples_ns"] = numbers(m.evidence.samples_ns);
  evidence["executions_per_sample"] = m.evidence.executions_per_sample;
  write(evidence, m.evidence);
}
void read(Fields& f, Inconclusive& m) {
  f.get("why", m.why);
  auto evidence = f.child("evidence");
  evidence.get("samples_ns", m.evidence.samples_ns);
  evidence.get("executions_per_sample", m.evidence.executions_per_sample);
  read(evidence, m.evidence);
}

template <class Variant>
Json tagged_json(const Variant& value) {
  Json j{{"kind", kind(value)}};
  std::visit([&](const auto& alternative) { write(j, alternative); }, value);
  return j;
}

template <class Variant>
void read_tagged(Fields fields, Variant& value) {
  std::string word, known;
  fields.need("kind", word);
  if (!fields.error().empty()) return;
  const bool found = any_alternative(&value, [&](auto alternative) {
    known += (known.empty() ? "" : ", ") + std::string(kind(Variant(alternative)));
    if (kind(Variant(alternative)) != word) return false;
    read(fields, alternative);
    value = alternative;
    return true;
  });
  if (!found) fields.fail("kind", "expected one of " + known + ", found \"" + word + "\"");
}

std::string text(const Rational& r) {
  return std::to_string(r.numerator) +
         (r.denominator == 1 ? "" : "/" + std::to_string(r.denominator));
}

bool parse(const std::string& text, Rational& r) {
  const char* const end = text.data() + text.size();
  const auto above = std::from_chars(text.data(), end, r.numerator);
  if (above.ec != std::errc{} || above.ptr == end) return above.ec == std::errc{};
  const auto below = std::from_chars(above.ptr + 1, end, r.denominator);
  return *above.ptr == '/' && below.ec == std::errc{} && below.ptr == end && r.denominator != 0;
}

}  // namespace

Json to_json(const Verdict& verdict) {
  return tagged_json(verdict);
}
void read_verdict(Fields fields, Verdict& verdict) {
  read_tagged(fields, verdict);
}

Json to_json(const Measurement& measurement) {
  return tagged_json(measurement);
}
void read_measurement(Fields fields, Measurement& measurement) {
  read_tagged(fields, measurement);
}

Json detail_json(const Algorithm& algorithm) {
  Json j{{"deterministic", algorithm.deterministic},
         {"flushes_subnormals", algorithm.flushes_subnormals}};
  if (algorithm.winograd != Algorithm{}.winograd || !algorithm.points_known) {
    j["points_known"] = algorithm.points_known;
    for (const auto& axis : algorithm.winograd) {
      Json points = Json::array();
      for (const auto& point : axis.points) points.push_back(text(point));
      j["winograd"].push_back({{"m", axis.m}, {"r", axis.r}, {"points", points}});
    }
  }
  if (algorithm.fft_tile != Algorithm{}.fft_tile) j["fft_tile"] = algorithm.fft_tile;
  return j;
}

void read_detail(Fields fields, Algorithm& algorithm) {
  fields.get("deterministic", algorithm.deterministic);
  fields.get("flushes_subnormals", algorithm.flushes_subnormals);
  fields.get("points_known", algorithm.points_known);
  std::size_t axis = 0;
  for_each(fields, "winograd", [&](Fields f) {
    if (axis == 2) return f.fail("m", "there are two axes, h and w");
    auto& a = algorithm.winograd[axis++];
    std::vector<std::string> points;
    f.get("m", a.m);
    f.get("r", a.r);
    f.get("points", points);
    for (const auto& point : points)
      if (!parse(point, a.points.emplace_back()))
        f.fail("points", "expected rationals such as 1/2, found " + point);
  });
  std::vector<int> tile;
  fields.get("fft_tile", tile);
  if (tile.size() == 2) algorithm.fft_tile = {tile[0], tile[1]};
}

}  // namespace convgauge
