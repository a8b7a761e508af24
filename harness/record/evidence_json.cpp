// Verdict, measurement and algorithm ↔ JSON.
#include "record/evidence_json.hpp"

#include <charconv>
#include <cstdlib>

#include "core/layers.hpp"
#include "record/described_json.hpp"

namespace convgauge::record {
namespace {

/// Calls `f` with a default-constructed value of every alternative, in order, until it returns
/// true.
template <class... Alternatives, class F>
bool any_alternative(const std::variant<Alternatives...>*, F f) {
  return (f(Alternatives{}) || ...);
}

/// Splits "A<mark>B" at the first mark; empty where the mark is not in the text.
std::optional<std::pair<std::string, std::string>> split(const std::string& text,
                                                         std::string_view mark) {
  const auto at = text.find(mark);
  if (at == std::string::npos) return std::nullopt;
  return std::pair(text.substr(0, at), text.substr(at + mark.size()));
}

}  // namespace

// ---- Types that a results file holds as text. Reading parses that text; where another version
// wrote it in another form, the whole text is kept. -----------------------------------------------

static Complaint read_text(const Json& json, Oracle& oracle) {
  std::string whole;
  if (auto complaint = read(json, whole)) return complaint;
  oracle = {whole};
  const auto run = split(whole, " (");
  const auto behind = run ? split(run->second, ")") : std::nullopt;
  const auto rule = behind ? parse_word<Rule>(behind->first) : std::nullopt;
  if (!rule) return std::nullopt;
  if (behind->second.empty()) oracle = {run->first, rule};
  if (behind->second.starts_with(", ")) oracle = {run->first, rule, behind->second.substr(2)};
  return std::nullopt;
}

/// "with single pixels lit, 24 of 30 wrong outputs lose tap (kh 0, kw 2)"
static std::optional<TapMistake> tap_mistake(const std::string& whole) {
  const auto lit = split(whole, ", ");
  const auto outputs = lit ? split(lit->second, " of ") : std::nullopt;
  const auto wrong = outputs ? split(outputs->second, " wrong outputs ") : std::nullopt;
  if (!wrong) return std::nullopt;
  const TapMistake taps{wrong->second, std::atoi(outputs->first.c_str()),
                        std::atoi(wrong->first.c_str())};
  return text(taps) == whole ? std::optional(taps) : std::nullopt;
}

/// "matches the reference with A, or with B, where it is wrong"
static std::optional<Diagnosis> misreadings(std::string rest) {
  constexpr std::string_view kMatches = "matches the reference with ",
                             kPartly = ", where it is wrong";
  if (!rest.starts_with(kMatches) || rest.size() == kMatches.size()) return std::nullopt;
  Diagnosis diagnosis;
  rest.erase(0, kMatches.size());
  diagnosis.partly = rest.ends_with(kPartly);
  if (diagnosis.partly) rest.erase(rest.size() - kPartly.size());
  while (const auto parts = split(rest, ", or with ")) {
    diagnosis.misreadings.push_back({parts->first});
    rest = parts->second;
  }
  diagnosis.misreadings.push_back({rest});
  return diagnosis;
}

static Complaint read_text(const Json& json, Diagnosis& diagnosis) {
  std::string whole;
  if (auto complaint = read(json, whole)) return complaint;
  diagnosis = {};
  if (const auto found = misreadings(whole))
    diagnosis = *found;
  else if (const auto taps = tap_mistake(whole))
    diagnosis.taps = *taps;
  else
    diagnosis.other = whole;
  return std::nullopt;
}

}  // namespace convgauge::record

// The walks of described_json.hpp find what is written and read as text beside the type itself.
namespace convgauge {

template <class E>
config::Json written(const OpenWord<E>& value) {
  return value.text();
}
template <class E>
record::Complaint read(const config::Json& json, OpenWord<E>& value) {
  std::string text;
  if (auto complaint = record::read(json, text)) return complaint;
  value = OpenWord<E>::of(text);
  return std::nullopt;
}

}  // namespace convgauge

namespace convgauge::verify {

static Json written(const Oracle& oracle) {
  return text(oracle);
}
static Json written(const Diagnosis& diagnosis) {
  return text(diagnosis);
}
static record::Complaint read(const Json& json, Oracle& oracle) {
  return record::read_text(json, oracle);
}
static record::Complaint read(const Json& json, Diagnosis& diagnosis) {
  return record::read_text(json, diagnosis);
}

}  // namespace convgauge::verify

namespace convgauge::record {
namespace {

/// "R6: requirements changed": a rule that was broken, and how.
void take_apart(const std::string& text, Failed& v) {
  v.why = text;
  const auto parts = split(text, ": ");
  if (!parts) return;
  if (const auto rule = parse_word<Rule>(parts->first)) v = broken(*rule, parts->second);
}

/// "over budget: one execution takes 12 s"
void take_apart(const std::string& text, Skipped& v) {
  const auto parts = split(text, ": ");
  const auto reason = parse_word<SkipReason>(parts ? parts->first : text);
  v = {SkipReason::other, text};
  if (!reason || *reason == SkipReason::other || (parts && parts->second.empty())) return;
  v = {*reason, parts ? parts->second : ""};
}

template <Described V>
void write(Json& j, const V& v) {
  write_members(j, v);
}
template <Described V>
void read(Fields& f, V& v) {
  read_members(f, v);
}

/// Failed and Skipped are written as one text, "why".
template <class V>
void write_why(Json& j, const V& v) {
  j["why"] = sentence(v);
}
template <class V>
void read_why(Fields& f, V& v) {
  std::string why;
  f.get("why", why);
  take_apart(why, v);
}
void write(Json& j, const Failed& v) {
  write_why(j, v);
}
void read(Fields& f, Failed& v) {
  read_why(f, v);
}
void write(Json& j, const Skipped& v) {
  write_why(j, v);
}
void read(Fields& f, Skipped& v) {
  read_why(f, v);
}

/// Fields that hold a list with one value for each sample.
constexpr std::pair<const char*, double SampleLoad::*> kLoadFields[] = {
    {"waited_share", &SampleLoad::waited_share},
    {"others_ns", &SampleLoad::others_ns},
    {"steal_ns", &SampleLoad::steal_ns},
    {"load_average", &SampleLoad::load_average}};

void write(Json& j, const Measured& m) {
  if (m.budget_cut) j["budget_cut"] = true;
  if (!m.note.empty()) j["note"] = m.note;
  if (!m.doubt.empty()) j["doubt"] = m.doubt;
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
  f.get("doubt", m.doubt);
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
  if (algorithm.ignores_nan) j["ignores_nan"] = true;
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
  fields.get("ignores_nan", algorithm.ignores_nan);
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

}  // namespace convgauge::record
