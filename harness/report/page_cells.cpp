// The cells of the heat map, and their speed-ups over every baseline that may be chosen.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "report/page_parts.hpp"
#include "report/text_width.hpp"
#include "report/words.hpp"

namespace convgauge::report {
namespace {

/// Most ratios in a page. For most runs every column can be chosen as the baseline; with 10,000
/// cells, the run's own baseline and nine others.
constexpr std::size_t kMostRatios = 100'000;
/// Samples and ends of intervals are written as their deviation from the median, in whole 1/10000
/// of it, less than a dot of the chart is wide. Ends of a ratio's interval, shown with two digits
/// after the point, in 1/1000.
constexpr double kSampleSteps = 1e4, kRatioSteps = 1e3;

PageJson stepped(const std::optional<double>& end, double median, double steps) {
  return end && median > 0 && std::isfinite(*end)
             ? PageJson(std::llround((*end / median - 1) * steps))
             : PageJson();
}

PageJson samples_json(const Cell& cell) {
  if (!cell.time_ns) return 0;
  PageJson list = PageJson::array();
  for (const double ns : ranked(cell.record)->samples_ns)
    list.push_back(std::llround((ns / cell.time_ns->median - 1) * kSampleSteps));
  return list;
}

/// The replay line with a mark in place of the problem, which its row has. Most cases then share a
/// few lines, each stored once.
std::string replay_pattern(const CaseRecord& r) {
  auto text = r.replay;
  const auto full = full_text(r.problem.geometry);
  if (const auto at = text.find(full); at != text.npos) text.replace(at, full.size(), "\x01");
  return text;
}

double at_threads(const std::map<int, double>& values, int threads) {
  const auto it = values.find(threads);
  return it == values.end() ? 0 : it->second;
}

/// The rate over the roof: the roof of the case's record or, in older results without one, a roof
/// from the peaks in the header.
std::optional<double> share_of_the_roof(const Group& group, const Cell& cell) {
  if (!cell.time_ns) return {};
  if (const auto share = share_of_roof(*cell.record)) return share;
  const auto& machine = group.results->header.machine;
  const double peak = at_threads(machine.fma_flops, group.settings.threads),
               bandwidth = at_threads(machine.bytes_per_second, group.settings.threads);
  const auto bytes = static_cast<double>(cell.record->bytes);
  if (!on_cpu(*cell.record) || !(peak > 0 && bandwidth > 0 && bytes > 0) ||
      cell.record->settings.dtype != Dtype::f32)
    return {};
  const double intensity = static_cast<double>(cell.record->problem.geometry.flops()) / bytes;
  return gflops(*cell.record) * 1e9 / std::min(peak, intensity * bandwidth);
}

void add_times(PageJson& columns, const Group& group, const Cell& cell) {
  const auto* r = cell.record;
  const auto* m = cell.time_ns ? ranked(r) : nullptr;
  const double median = cell.time_ns ? cell.time_ns->median : 0;
  columns["median"].push_back(m ? brief(median) : PageJson());
  columns["low"].push_back(m ? stepped(cell.time_ns->low, median, kSampleSteps) : PageJson());
  columns["high"].push_back(m ? stepped(cell.time_ns->high, median, kSampleSteps) : PageJson());
  columns["samples"].push_back(samples_json(cell));
  columns["executions"].push_back(m ? m->executions_per_sample : 0);
  columns["discarded"].push_back(m ? m->discarded : 0);
  columns["gflops"].push_back(m ? short_number(gflops(*r)) : PageJson());
  const auto share = share_of_the_roof(group, cell);
  columns["of_roof"].push_back(share ? short_number(*share) : PageJson());
  const bool drifts = m && summarize(m->samples_ns).drift;
  columns["flags"].push_back((cell.fastest ? 1 : 0) | (cell.tied ? 2 : 0) | (drifts ? 4 : 0));
}

/// Everything that a cell shows.
void add_cell(PageJson& columns, const Group& group, const Cell& cell, Strings& strings) {
  const auto* r = cell.record;
  const auto* m = r ? std::get_if<Measured>(&r->measurement) : nullptr;
  const auto* agrees = r ? std::get_if<Agrees>(&r->verdict) : nullptr;
  columns["outcome"].push_back(static_cast<int>(row_of(outcome(cell)).page));
  columns["word"].push_back(strings.index(cell.time_ns ? "" : short_word(cell)));
  columns["reason"].push_back(strings.index(r ? reason(*r) : "not part of this run"));
  add_times(columns, group, cell);
  columns["rel_l2"].push_back(agrees ? short_number(agrees->rel_l2) : PageJson());
  columns["worst"].push_back(agrees ? short_number(agrees->worst) : PageJson());
  columns["prepare"].push_back(m ? short_number(m->prepare_ns) : PageJson());
  columns["first"].push_back(m ? short_number(m->first_execution_ns) : PageJson());
  columns["workspace"].push_back(r ? PageJson(r->workspace_bytes) : PageJson());
  columns["packed"].push_back(r ? PageJson(r->packed_weight_bytes) : PageJson());
  columns["algorithm"].push_back(strings.index(r && r->algorithm ? r->algorithm->name : ""));
  columns["replay"].push_back(strings.index(r ? replay_pattern(*r) : ""));
}

/// Speed-ups of every cell over the cell of column `base` in its row: medians, lows, highs; null
/// where there is none.
PageJson speedups(const Group& group, std::size_t base) {
  PageJson median = PageJson::array(), low = PageJson::array(), high = PageJson::array();
  for (const auto& row : group.rows)
    for (const auto& cell : row.cells) {
      MedianInterval speedup{std::nan(""), {}, {}, 0};
      if (cell.time_ns && row.cells[base].time_ns) speedup = speedup_over(row.cells[base], cell);
      median.push_back(brief(speedup.median));
      low.push_back(stepped(speedup.low, speedup.median, kRatioSteps));
      high.push_back(stepped(speedup.high, speedup.median, kRatioSteps));
    }
  return {{"median", median}, {"low", low}, {"high", high}};
}

/// Rates and their names.
using Lines = std::vector<std::pair<double, std::string>>;

PageJson lines_json(Lines lines) {
  std::sort(lines.begin(), lines.end(), std::greater<>());
  PageJson list = PageJson::array();
  for (const auto& [value, name] : lines) list.push_back({{"name", name}, {"value", brief(value)}});
  return list;
}

}  // namespace

PageJson brief(double value) {
  return std::isfinite(value) ? PageJson(std::strtod(fmt::format("{:.6g}", value).c_str(), nullptr))
                              : PageJson();
}
PageJson brief(const std::optional<double>& value) {
  return value ? brief(*value) : PageJson();
}
PageJson short_number(double value) {
  return std::isfinite(value) ? PageJson(std::strtod(fmt::format("{:.4g}", value).c_str(), nullptr))
                              : PageJson();
}

std::size_t Strings::index(const std::string& text) {
  const auto [it, fresh] = places_.try_emplace(text, list_.size());
  if (fresh) {
    // The mark for the problem in a replay line is the one control character to keep.
    const auto mark = text.find('\x01');
    auto shown = clean(text.substr(0, mark));
    if (mark != text.npos) shown += '\x01' + clean(text.substr(mark + 1));
    list_.push_back(shown);
  }
  return it->second;
}

PageJson cells_json(const Group& group, Strings& strings) {
  PageJson columns = PageJson::object();
  for (const auto& row : group.rows)
    for (const auto& cell : row.cells) add_cell(columns, group, cell, strings);
  return columns;
}

PageJson speedups_json(const Group& group) {
  PageJson all = PageJson::object();
  const auto cells = std::max<std::size_t>(1, group.rows.size() * group.columns.size());
  auto room = std::max<std::size_t>(1, kMostRatios / cells);
  const auto add = [&](std::size_t c) {
    if (room == 0) return;
    all[std::to_string(c)] = speedups(group, c);
    --room;
  };
  // The run's own baseline is always there.
  if (group.baseline >= 0) add(static_cast<std::size_t>(group.baseline));
  for (std::size_t c = 0; c < group.columns.size(); ++c)
    if (static_cast<int>(c) != group.baseline) add(c);
  return all;
}

PageJson roofs_json(const Group& group) {
  const auto& machine = group.results->header.machine;
  const int threads = group.settings.threads;
  Lines flops, bytes;
  for (const auto& peak : machine.fma_peaks)
    if (peak.threads == threads) flops.emplace_back(peak.flops / 1e9, clean(peak.instruction_set));
  for (const auto& peak : machine.read_peaks)
    if (peak.threads == threads) bytes.emplace_back(peak.bytes_per_second / 1e9, clean(peak.level));
  // Older versions of convgauge measured only the highest peak and the memory.
  if (const double peak = at_threads(machine.fma_flops, threads); flops.empty() && peak > 0)
    flops.emplace_back(peak / 1e9, "multiply-add");
  if (const double rate = at_threads(machine.bytes_per_second, threads); bytes.empty() && rate > 0)
    bytes.emplace_back(rate / 1e9, "memory");
  return {{"flops", lines_json(std::move(flops))}, {"bytes", lines_json(std::move(bytes))}};
}

}  // namespace convgauge::report
