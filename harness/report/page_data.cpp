#include "report/page_data.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "core/problem_text.hpp"
#include "core/spec.hpp"
#include "report/counts.hpp"
#include "report/notes.hpp"
#include "report/page_template.hpp"
#include "report/regret.hpp"
#include "report/report.hpp"
#include "report/text_width.hpp"

namespace convgauge {
namespace {

using Json = nlohmann::ordered_json;

/// Ratios are computed for every choice of baseline where that stays below this many; 12 bytes each in the page.
constexpr std::size_t kMostRatios = 60'000;
/// Samples travel as whole ten-thousandths of their median: a dot of the chart is wider than that.
constexpr double kSampleSteps = 1e4;

/// Six digits: more than any pixel or reader resolves. Null where there is no number.
Json brief(double value) {
  return std::isfinite(value) ? Json(std::strtod(fmt::format("{:.6g}", value).c_str(), nullptr)) : Json();
}
Json brief(const std::optional<double>& value) {
  return value ? brief(*value) : Json();
}

/// Texts that repeat (reasons, algorithms), each stored once.
class Strings {
 public:
  std::size_t index(const std::string& text) {
    const auto [it, fresh] = places_.try_emplace(text, list_.size());
    if (fresh) list_.push_back(clean(text));
    return it->second;
  }
  Json take() { return std::move(list_); }

 private:
  std::unordered_map<std::string, std::size_t> places_;
  Json list_ = Json::array();
};

Json samples_json(const Cell& cell) {
  if (!cell.time_ns) return 0;
  Json list = Json::array();
  for (const double ns : ranked(cell.record)->samples_ns)
    list.push_back(std::llround((ns / cell.time_ns->median - 1) * kSampleSteps));
  return list;
}

/// What a cell shows beside its time, one array per name.
void add_cell(Json& columns, const Cell& cell, Strings& strings) {
  const auto* r = cell.record;
  const auto* m = r ? std::get_if<Measured>(&r->measurement) : nullptr;
  const auto* agrees = r ? std::get_if<Agrees>(&r->verdict) : nullptr;
  columns["outcome"].push_back(static_cast<int>(outcome(cell)));
  columns["word"].push_back(strings.index(cell.time_ns ? "" : short_word(cell)));
  columns["reason"].push_back(strings.index(r ? reason(*r) : "not part of this run"));
  columns["flags"].push_back((cell.fastest ? 1 : 0) | (cell.tied ? 2 : 0));
  columns["median"].push_back(cell.time_ns ? brief(cell.time_ns->median) : Json());
  columns["low"].push_back(cell.time_ns ? brief(cell.time_ns->low) : Json());
  columns["high"].push_back(cell.time_ns ? brief(cell.time_ns->high) : Json());
  columns["samples"].push_back(samples_json(cell));
  columns["gflops"].push_back(cell.time_ns ? brief(gflops(*r)) : Json());
  columns["rel_l2"].push_back(agrees ? brief(agrees->rel_l2) : Json());
  columns["worst"].push_back(agrees ? brief(agrees->worst) : Json());
  columns["prepare"].push_back(m ? brief(m->prepare_ns) : Json());
  columns["first"].push_back(m ? brief(m->first_execution_ns) : Json());
  columns["workspace"].push_back(r ? Json(r->workspace_bytes) : Json());
  columns["packed"].push_back(r ? Json(r->packed_weight_bytes) : Json());
  columns["algorithm"].push_back(strings.index(r && r->algorithm ? r->algorithm->name : ""));
  columns["replay"].push_back(strings.index(r ? r->replay : ""));
}

/// Speed-ups of every cell over the cell of column `base` in its row: medians, lows, highs; null where there is none.
Json speedups(const Group& group, std::size_t base) {
  Json median = Json::array(), low = Json::array(), high = Json::array();
  for (const auto& row : group.rows)
    for (const auto& cell : row.cells) {
      MedianInterval speedup{std::nan(""), {}, {}, 0};
      if (cell.time_ns && row.cells[base].time_ns) speedup = speedup_over(row.cells[base], cell);
      median.push_back(brief(speedup.median));
      low.push_back(brief(speedup.low));
      high.push_back(brief(speedup.high));
    }
  return {{"median", median}, {"low", low}, {"high", high}};
}

Json speedups_json(const Group& group) {
  Json all = Json::object();
  const bool every = group.rows.size() * group.columns.size() * group.columns.size() <= kMostRatios;
  for (std::size_t c = 0; c < group.columns.size(); ++c)
    if (every || static_cast<int>(c) == group.baseline) all[std::to_string(c)] = speedups(group, c);
  return all;
}

Json rows_json(const Group& group) {
  Json names = Json::array(), problems = Json::array(), counts = Json::array(), flops = Json::array(),
       bytes = Json::array();
  for (const auto& row : group.rows) {
    const auto& geometry = row.problem->geometry;
    names.push_back(clean(row_name(*row.problem)));
    problems.push_back(short_text(geometry));
    counts.push_back(row.problem->count);
    flops.push_back(geometry.flops());
    bytes.push_back(Spec::of(geometry, group.settings.dtype, group.settings.layout).total_bytes());
  }
  return {{"name", names}, {"problem", problems}, {"count", counts}, {"flops", flops}, {"bytes", bytes}};
}

Json mix_json(const Mix& mix) {
  const bool whole = mix.total.missing == 0 && mix.total.layers > 0;
  Json j{{"columns", mix.columns}, {"missing", mix.total.missing}, {"total", whole ? brief(mix.total.ns) : Json()}};
  if (mix.speedup) j["speedup"] = {brief(mix.speedup->median), brief(mix.speedup->low), brief(mix.speedup->high)};
  return j;
}

Json totals_json(const Group& group) {
  Json list = Json::array();
  for (const auto& total : group.totals)
    list.push_back({{"ns", total.missing == 0 ? brief(total.ns) : Json()},
                    {"missing", total.missing},
                    {"filled", filled_text(total)}});
  return list;
}

Json notes_json(const Group& group) {
  Json list = Json::array();
  for (const auto& note : notes(group))
    list.push_back({{"defect", is_defect(note.record->verdict)},
                    {"word", clean(note.word)},
                    {"column", clean(note.column)},
                    {"rows", clean(names_text(note.rows, 6))},
                    {"reason", clean(note.reason)},
                    {"smallest", clean(smallest_text(*note.record))},
                    {"smallest_replay", clean(note.record->smallest ? note.record->smallest->replay : "")},
                    {"replay", clean(note.record->replay)}});
  return list;
}

Json regrets_json(const Group& group) {
  Json list = Json::array();
  for (const auto& r : regrets(group))
    list.push_back({{"label", clean(r.label)},
                    {"layers", r.layers},
                    {"mean", brief(r.mean)},
                    {"worst", brief(r.worst)},
                    {"row", clean(r.worst_row)},
                    {"better", clean(r.better)}});
  return list;
}

double at_threads(const std::map<int, double>& values, int threads) {
  const auto it = values.find(threads);
  return it == values.end() ? 0 : it->second;
}

Json group_json(const Group& group, std::size_t run, Strings& strings) {
  Json columns = Json::array(), cells = Json::object();
  for (const auto& column : group.columns) columns.push_back(clean(column.name));
  for (const auto& row : group.rows)
    for (const auto& cell : row.cells) add_cell(cells, cell, strings);
  const auto& machine = group.results->header.machine;
  return {{"run", run},
          {"suite", clean(group.suite)},
          {"settings", settings_text(group.settings)},
          {"columns", columns},
          {"answer", clean(answer(group))},
          {"baseline", group.baseline},
          {"peak_gflops", brief(at_threads(machine.fma_flops, group.settings.threads) / 1e9)},
          {"peak_gbytes", brief(at_threads(machine.bytes_per_second, group.settings.threads) / 1e9)},
          {"rows", rows_json(group)},
          {"cells", cells},
          {"speedups", speedups_json(group)},
          {"totals", totals_json(group)},
          {"mix", mix_json(group.mix)},
          {"notes", notes_json(group)},
          {"regrets", regrets_json(group)}};
}

/// "2: 227 GFLOP/s" for every thread count that was measured.
std::string by_threads(const std::map<int, double>& values, const char* unit) {
  std::string text;
  for (const auto& [threads, value] : values)
    text += fmt::format("{}{:.3g} {} with {} thread{}", text.empty() ? "" : ", ", value / 1e9, unit, threads,
                        threads == 1 ? "" : "s");
  return text.empty() ? "not measured" : text;
}

Json environment_json(const HeaderRecord& h) {
  const auto& m = h.machine;
  Json list = Json::array();
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) list.push_back({name, clean(value)});
  };
  add("processor",
      fmt::format("{}, {} cores ({} physical), {}", m.processor, m.cores, m.physical_cores, m.instruction_sets));
  add("caches and memory",
      fmt::format("L1 {}, L2 {}, L3 {}, memory {}", bytes_text(static_cast<double>(m.l1_bytes)),
                  bytes_text(static_cast<double>(m.l2_bytes)), bytes_text(static_cast<double>(m.l3_bytes)),
                  bytes_text(static_cast<double>(m.memory_bytes))));
  add("system", m.system);
  add("measured peak", by_threads(m.fma_flops, "GFLOP/s"));
  add("measured bandwidth", by_threads(m.bytes_per_second, "GB/s"));
  const auto floor = m.noise_floor > 0 ? fmt::format("A/A noise floor {:.2g}%, ", m.noise_floor * 100) : std::string();
  add("noise",
      fmt::format("{}load average {:.2g}, a clock read takes {:.3g} ns", floor, m.load_average, m.clock_read_ns));
  add("convgauge", fmt::format("{} {}, {}", h.convgauge_version, h.git_revision, h.compiler));
  add("started", h.started);
  add("rounds", fmt::format("{} mirrored rounds, seed {}", h.rounds, h.seed));
  add("config", h.config_file + " " + h.config_digest);
  add("command", h.command);
  for (const auto& p : h.plugins)
    add("plugin", fmt::format("{}: {}, {} ({}) on {}", p.label, p.version, p.file, p.hash, p.device));
  for (const auto& absent : h.absent) add("absent", absent.name + ": " + absent.why);
  return list;
}

Json run_json(const Results& results) {
  Json strip = Json::array();
  for (const auto& count : counts(results))
    strip.push_back({{"word", count.word}, {"cases", count.cases}, {"defect", count.defect}});
  const auto& h = results.header;
  return {{"suite", clean(h.suite)},
          {"meta", clean(fmt::format("{} · {} · convgauge {} {}", h.machine.processor, h.started, h.convgauge_version,
                                     h.git_revision))},
          {"defects", clean(defects_text(results))},
          {"incomplete", incomplete_text(results)},
          {"strip", strip},
          {"problems", h.problems},
          {"environment", environment_json(h)}};
}

}  // namespace

std::string page_data(const std::vector<Results>& all) {
  Strings strings;
  Json runs = Json::array(), groups = Json::array();
  for (std::size_t run = 0; run < all.size(); ++run) {
    runs.push_back(run_json(all[run]));
    for (const auto& group : arrange(all[run])) groups.push_back(group_json(group, run, strings));
  }
  const Json data{{"runs", std::move(runs)}, {"groups", std::move(groups)}, {"strings", strings.take()}};
  return script_safe(data.dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace convgauge
