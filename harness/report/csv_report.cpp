// RFC 4180: a header row, one row per case, CRLF. Units are part of the names; a missing number is
// an empty field.
#include <fmt/format.h>

#include <cmath>

#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "report/escape.hpp"
#include "report/regret.hpp"
#include "report/report.hpp"
#include "report/words.hpp"

namespace convgauge::report {
namespace {

struct CsvColumn {
  const char* name;
  std::string (*value)(const CaseRecord&);
};

std::string number_text(double value) {
  return fmt::format("{}", value);
}
std::string optional_text(const std::optional<double>& value) {
  return value ? number_text(*value) : "";
}

std::optional<Summary> summary(const CaseRecord& r) {
  const auto* m = ranked(&r);
  return m ? std::optional(summarize(m->samples_ns)) : std::nullopt;
}
const Measured* measured(const CaseRecord& r) {
  return std::get_if<Measured>(&r.measurement);
}
const Agrees* agrees(const CaseRecord& r) {
  return std::get_if<Agrees>(&r.verdict);
}

template <class Get>
std::string from_summary(const CaseRecord& r, Get get) {
  const auto s = summary(r);
  return s ? optional_text(get(*s)) : "";
}
template <class Get>
std::string from_measured(const CaseRecord& r, Get get) {
  const auto* m = measured(r);
  return m ? fmt::format("{}", get(*m)) : "";
}

using R = const CaseRecord&;
constexpr CsvColumn kAsked[] = {
    {"suite", [](R r) { return r.problem.suite; }},
    {"name", [](R r) { return r.problem.name; }},
    {"problem", [](R r) { return short_text(r.problem.geometry); }},
    {"batch", [](R r) { return fmt::format("{}", r.problem.geometry.batch); }},
    {"in_channels", [](R r) { return fmt::format("{}", r.problem.geometry.in_channels); }},
    {"out_channels", [](R r) { return fmt::format("{}", r.problem.geometry.out_channels); }},
    {"height", [](R r) { return fmt::format("{}", r.problem.geometry.h.input); }},
    {"width", [](R r) { return fmt::format("{}", r.problem.geometry.w.input); }},
    {"kernel_h", [](R r) { return fmt::format("{}", r.problem.geometry.h.kernel); }},
    {"kernel_w", [](R r) { return fmt::format("{}", r.problem.geometry.w.kernel); }},
    {"stride_h", [](R r) { return fmt::format("{}", r.problem.geometry.h.stride); }},
    {"stride_w", [](R r) { return fmt::format("{}", r.problem.geometry.w.stride); }},
    {"pad_top", [](R r) { return fmt::format("{}", r.problem.geometry.h.pad_before); }},
    {"pad_bottom", [](R r) { return fmt::format("{}", r.problem.geometry.h.pad_after); }},
    {"pad_left", [](R r) { return fmt::format("{}", r.problem.geometry.w.pad_before); }},
    {"pad_right", [](R r) { return fmt::format("{}", r.problem.geometry.w.pad_after); }},
    {"dilation_h", [](R r) { return fmt::format("{}", r.problem.geometry.h.dilation); }},
    {"dilation_w", [](R r) { return fmt::format("{}", r.problem.geometry.w.dilation); }},
    {"groups", [](R r) { return fmt::format("{}", r.problem.geometry.groups); }},
    {"bias", [](R r) { return fmt::format("{}", r.problem.geometry.bias); }},
    {"padding_mode",
     [](R r) { return std::string(convgauge::word(r.problem.geometry.padding_mode)); }},
    {"count", [](R r) { return fmt::format("{}", r.problem.count); }},
    {"label", [](R r) { return r.label; }},
    {"backend", [](R r) { return r.backend; }},
    {"requested_algorithm", [](R r) { return r.requested_algorithm; }},
    {"algorithm", [](R r) { return r.algorithm ? r.algorithm->name : ""; }},
    {"algorithm_class",
     [](R r) {
       return r.algorithm ? std::string(convgauge::word(r.algorithm->algorithm_class)) : "";
     }},
    {"device", [](R r) { return r.device; }},
};

/// The columns after kAsked and one column for each setting.
constexpr CsvColumn kResult[] = {
    {"verdict", [](R r) { return std::string(kind(r.verdict)); }},
    {"measurement", [](R r) { return std::string(kind(r.measurement)); }},
    {"reason", [](R r) { return reason(r); }},
    {"known", [](R r) { return r.known.value_or(""); }},
    {"worst", [](R r) { return agrees(r) ? number_text(agrees(r)->worst) : ""; }},
    {"rel_l2", [](R r) { return agrees(r) ? number_text(agrees(r)->rel_l2) : ""; }},
    {"median_ns",
     [](R r) {
       return from_summary(r, [](const Summary& s) { return std::optional(s.interval.median); });
     }},
    {"low_ns",
     [](R r) { return from_summary(r, [](const Summary& s) { return s.interval.low; }); }},
    {"high_ns",
     [](R r) { return from_summary(r, [](const Summary& s) { return s.interval.high; }); }},
    {"confidence",
     [](R r) {
       return from_summary(r,
                           [](const Summary& s) { return std::optional(s.interval.confidence); });
     }},
    {"min_ns",
     [](R r) { return from_summary(r, [](const Summary& s) { return std::optional(s.min); }); }},
    {"mad_ns",
     [](R r) { return from_summary(r, [](const Summary& s) { return std::optional(s.mad); }); }},
    {"samples",
     [](R r) { return from_measured(r, [](const Measured& m) { return m.samples_ns.size(); }); }},
    {"executions_per_sample",
     [](R r) {
       return from_measured(r, [](const Measured& m) { return m.executions_per_sample; });
     }},
    {"slots", [](R r) { return from_measured(r, [](const Measured& m) { return m.slots; }); }},
};

/// The columns after kResult and the times of kTimes.
constexpr CsvColumn kRates[] = {
    {"flops", [](R r) { return fmt::format("{}", r.problem.geometry.flops()); }},
    {"gflops", [](R r) { return ranked(&r) ? number_text(gflops(r)) : ""; }},
    {"roof_gflops", [](R r) { return r.roof ? number_text(r.roof->flops / 1e9) : ""; }},
    {"roof_level", [](R r) { return r.roof ? r.roof->level : ""; }},
    {"share_of_roof", [](R r) { return ranked(&r) ? optional_text(share_of_roof(r)) : ""; }},
    {"bytes", [](R r) { return fmt::format("{}", r.bytes); }},
    {"workspace_bytes", [](R r) { return fmt::format("{}", r.workspace_bytes); }},
    {"packed_weight_bytes", [](R r) { return fmt::format("{}", r.packed_weight_bytes); }},
    {"replay", [](R r) { return r.replay; }},
    {"finished", [](R r) { return r.finished; }},
};

/// "accuracy=high;tile=4": what the backend was given.
std::string options_text(const CaseRecord& r) {
  std::string text;
  for (const auto& [key, value] : r.options)
    text += fmt::format("{}{}={}", text.empty() ? "" : ";", key, value);
  return text;
}

/// What a case has from its run: when and where it was measured, and with which files.
struct CsvRunColumn {
  const char* name;
  std::string (*value)(const HeaderRecord&, const CaseRecord&);
};
using H = const HeaderRecord&;
constexpr CsvRunColumn kRun[] = {
    {"options", [](H, R r) { return options_text(r); }},
    {"backend_version",
     [](H h, R r) { return plugin_of(h, r.label) ? plugin_of(h, r.label)->version : ""; }},
    {"plugin_hash",
     [](H h, R r) { return plugin_of(h, r.label) ? plugin_of(h, r.label)->hash : ""; }},
    {"started", [](H h, R) { return h.started; }},
    {"processor", [](H h, R) { return h.machine.processor; }},
    {"instruction_sets", [](H h, R) { return h.machine.instruction_sets; }},
    {"system", [](H h, R) { return h.machine.system; }},
    {"hostname_hash", [](H h, R) { return h.machine.hostname_hash; }},
    {"cores", [](H h, R) { return fmt::format("{}", h.machine.cores); }},
    {"physical_cores", [](H h, R) { return fmt::format("{}", h.machine.physical_cores); }},
    {"noise_floor", [](H h, R) { return number_text(h.machine.noise_floor); }},
    {"convgauge_version", [](H h, R) { return h.convgauge_version; }},
    {"git_revision", [](H h, R) { return h.git_revision; }},
    {"config_digest", [](H h, R) { return h.config_digest; }},
};

/// The last columns: how much slower a backend's own choice of algorithm is than its best one.
constexpr const char* kRegretColumns[] = {"regret", "regret_low", "regret_high", "best_algorithm"};

std::vector<std::string> regret_fields(const RowRegret* regret) {
  if (!regret) return std::vector<std::string>(std::size(kRegretColumns));
  const auto& ratio = regret->ratio;
  const auto& best = regret->best->algorithm;
  return {number_text(ratio.median), optional_text(ratio.low), optional_text(ratio.high),
          best ? best->name : ""};
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const auto& column : kAsked) all.emplace_back(column.name);
  for (const auto& setting : setting_texts({})) all.emplace_back(setting.key.name);
  for (const auto& column : kResult) all.emplace_back(column.name);
  for (const auto& [name, time] : kTimes) all.emplace_back(name);
  for (const auto& column : kRates) all.emplace_back(column.name);
  for (const auto& column : kRun) all.emplace_back(column.name);
  all.insert(all.end(), std::begin(kRegretColumns), std::end(kRegretColumns));
  return all;
}

std::vector<std::string> fields_of(const HeaderRecord& header, const CaseRecord& record,
                                   const RowRegret* regret) {
  std::vector<std::string> all;
  for (const auto& column : kAsked) all.push_back(column.value(record));
  for (const auto& setting : setting_texts(record.settings)) all.push_back(setting.value);
  for (const auto& column : kResult) all.push_back(column.value(record));
  for (const auto& [name, time] : kTimes)
    all.push_back(from_measured(record, [at = time](const Measured& m) { return m.*at; }));
  for (const auto& column : kRates) all.push_back(column.value(record));
  for (const auto& column : kRun) all.push_back(column.value(header, record));
  const auto last = regret_fields(regret);
  all.insert(all.end(), last.begin(), last.end());
  return all;
}

std::string line_of(const std::vector<std::string>& fields) {
  std::string line;
  for (const auto& field : fields) line += escape_csv(field) + ",";
  line.pop_back();
  return line + "\r\n";
}

}  // namespace

std::string csv_report(const Results& results) {
  std::string out = line_of(names());
  const auto regrets = regrets_by_case(results);
  for (const auto& record : results.cases) {
    const auto regret = regrets.find(&record);
    out += line_of(
        fields_of(results.header, record, regret == regrets.end() ? nullptr : &regret->second));
  }
  return out;
}

}  // namespace convgauge::report
