#include "report/history/history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/layers.hpp"
#include "report/case_key.hpp"
#include "report/model.hpp"
#include "report/words.hpp"

namespace convgauge::report {
namespace {

std::vector<HistoryRun> runs_of(const std::vector<Results>& all,
                                const std::vector<std::string>& names) {
  std::vector<HistoryRun> runs;
  for (std::size_t i = 0; i < all.size(); ++i)
    runs.push_back({&all[i], i < names.size() ? names[i] : fmt::format("run {}", i + 1), {}, {}});
  std::stable_sort(runs.begin(), runs.end(), [](const HistoryRun& a, const HistoryRun& b) {
    return a.results->header.started < b.results->header.started;
  });
  for (std::size_t i = 1; i < runs.size(); ++i)
    runs[i].differences = differences({runs[i - 1].name, {runs[i - 1].results}},
                                      {runs[i].name, {runs[i].results}}, {});
  return runs;
}

/// Of two records of a case in one run the later one counts, unless the earlier one is a defect.
void place(HistoryPoint& point, const CaseRecord& record) {
  if (point.record && is_defect(point.record->verdict)) return;
  const auto* measured = ranked(&record);
  point = {&record, measured ? std::optional(median_interval(measured->samples_ns)) : std::nullopt};
}

std::vector<CaseHistory> cases_of(const std::vector<HistoryRun>& runs) {
  std::vector<CaseHistory> cases;
  std::map<std::string, std::size_t> places;
  for (std::size_t run = 0; run < runs.size(); ++run)
    for (const auto& record : runs[run].results->cases) {
      const auto [it, fresh] = places.try_emplace(case_key(record, true), cases.size());
      if (fresh) cases.push_back({nullptr, std::vector<HistoryPoint>(runs.size()), {}, {}});
      auto& c = cases[it->second];
      place(c.points[run], record);
      c.last = c.points[run].record;
    }
  return cases;
}

bool agrees(const CaseRecord& record) {
  return std::holds_alternative<Agrees>(record.verdict);
}

std::vector<Fate> fates_of(const CaseHistory& c) {
  std::vector<Fate> fates;
  const CaseRecord* before = nullptr;
  for (std::size_t run = 0; run < c.points.size(); ++run) {
    const auto* now = c.points[run].record;
    if (!now) continue;
    const auto word = [](const CaseRecord& r) {
      return agrees(r) ? std::string("agrees") : short_word({&r, {}, {}, false, false});
    };
    if (before && kind_of(before->verdict) != kind_of(now->verdict))
      fates.push_back({static_cast<int>(run), !agrees(*now),
                       fmt::format("{}, was {}", word(*now), word(*before))});
    before = now;
  }
  return fates;
}

struct RunAndLibraries {
  const HistoryRun& run;
  LibrariesByLabel libraries;
};

const Libraries& of_label(const RunAndLibraries& run, const std::string& label) {
  static const Libraries kNone;
  const auto found = run.libraries.find(label);
  return found == run.libraries.end() ? kNone : found->second;
}

/// Whether nothing that the results record was changed for this case between two runs.
bool is_control(const RunAndLibraries& before, const RunAndLibraries& after, const HistoryPoint& a,
                const HistoryPoint& b) {
  if (!a.record || !b.record || a.record->options != b.record->options) return false;
  const auto *then = plugin_of(before.run.results->header, a.record->label),
             *now = plugin_of(after.run.results->header, b.record->label);
  if (!then || !now) return !then && !now;
  return then->hash == now->hash && then->version == now->version &&
         then->library_path == now->library_path &&
         library_changes(of_label(before, then->label), of_label(after, now->label)).empty();
}

StepSeries series_of(const std::vector<RunAndLibraries>& runs, const CaseHistory& c) {
  StepSeries series;
  for (std::size_t run = 0; run < runs.size(); ++run) {
    const auto& t = c.points[run].time_ns;
    // A time without an interval is not used.
    series.runs.push_back(
        t && t->low && t->high
            ? std::optional(LogTime{std::log(t->median), std::log(*t->low), std::log(*t->high)})
            : std::nullopt);
    if (run > 0)
      series.control.push_back(
          is_control(runs[run - 1], runs[run], c.points[run - 1], c.points[run]));
  }
  return series;
}

void tell_steps(History& h) {
  std::vector<StepSeries> series;
  std::vector<double> floors;
  std::vector<RunAndLibraries> runs;
  for (const auto& run : h.runs) runs.push_back({run, loaded_libraries(*run.results)});
  for (const auto& c : h.cases) series.push_back(series_of(runs, c));
  for (const auto& run : h.runs) floors.push_back(run.results->header.machine.noise_floor);
  auto steps = find_steps(series, floors);
  for (std::size_t i = 0; i < h.cases.size(); ++i) h.cases[i].steps = std::move(steps.of_series[i]);
  for (std::size_t run = 1; run < h.runs.size(); ++run)
    h.runs[run].before = steps.boundaries[run - 1];
}

bool in_several_runs(const CaseHistory& c) {
  return std::count_if(c.points.begin(), c.points.end(),
                       [](const HistoryPoint& p) { return p.record; }) > 1;
}

}  // namespace

Expected<History> history(const std::vector<Results>& all, const std::vector<std::string>& names) {
  History h{runs_of(all, names), {}, false, {}};
  h.cases = cases_of(h.runs);
  if (std::none_of(h.cases.begin(), h.cases.end(), in_several_runs))
    return error("no case is part of two of these runs, so there is no history");
  for (auto& c : h.cases) {
    c.fates = fates_of(c);
    const auto& settings = c.last->settings;
    if (std::find(h.settings.begin(), h.settings.end(), settings) == h.settings.end())
      h.settings.push_back(settings);
    h.several_suites =
        h.several_suites || c.last->problem.suite != h.cases.front().last->problem.suite;
  }
  tell_steps(h);
  return h;
}

}  // namespace convgauge::report
