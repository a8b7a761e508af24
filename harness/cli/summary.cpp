#include "cli/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/problem_text.hpp"
#include "core/text.hpp"
#include "measure/statistics.hpp"
#include "report/model.hpp"
#include "report/text_width.hpp"
#include "report/words.hpp"

namespace convgauge::cli {
namespace {

constexpr int kDigits = 4;  // of a time: the ends of an interval are close to each other

std::string at_text(const std::array<std::int64_t, 4>& at) {
  return fmt::format("n={} c={} h={} w={}", at[0], at[1], at[2], at[3]);
}

/// "off by 0.5; 0.1 is allowed"
std::string error_text(const Mismatch& m) {
  const auto room = m.allowed > 0 ? fmt::format("{:.3g} is allowed", m.allowed)
                                  : "the data are integers: results must match exactly";
  if (std::isnan(m.got)) return "output is NaN";
  const double error = m.got - m.want;
  return std::isfinite(error) ? fmt::format("off by {:.3g}; {}", error, room) : room;
}

std::string mismatch(const char* which, const Mismatch& m) {
  return fmt::format("    {:<5} at {}: got {:.9g}, want {:.9g} ({})\n", which, at_text(m.at), m.got,
                     m.want, error_text(m));
}

std::string evidence(const Verdict& verdict) {
  if (const auto* d = std::get_if<Differs>(&verdict)) {
    auto lines = fmt::format("    {} of {} outputs are wrong ({}): {}\n", d->count, d->of,
                             text(d->oracle), d->where);
    if (!d->diagnosis.empty()) lines += fmt::format("    it {}\n", text(d->diagnosis));
    lines += mismatch("first", d->first);
    return d->worst == d->first ? lines : lines + mismatch("worst", d->worst);
  }
  auto text = fmt::format("    {}\n", sentence(verdict));
  if (const auto* d = std::get_if<Died>(&verdict); d && !d->last_words.empty())
    text += fmt::format("    last words: {}\n",
                        d->last_words.substr(0, d->last_words.find_last_not_of('\n') + 1));
  return text;
}

/// " (resnet50.conv1)"; empty where the name is the problem's own text.
std::string name_text(const Problem& p) {
  return p.name.empty() || p.name == short_text(p.geometry)
             ? ""
             : fmt::format(" ({}.{})", p.suite, p.name);
}

/// "2 parameters from the trivial problem (groups=2, kernel_size=3)"
std::string distance_text(const SmallestCase& s) {
  if (s.away.empty()) return "the trivial problem itself";
  std::string names;
  for (const auto& name : s.away) names += (names.empty() ? "" : ", ") + name;
  return fmt::format("{} from the trivial problem ({})", counted(s.away.size(), "parameter"),
                     names);
}

/// Whether two failures look like one bug. `a` has a smallest case.
bool looks_alike(const CaseRecord& a, const CaseRecord& b) {
  if (a.label != b.label || a.verdict.index() != b.verdict.index()) return false;
  if (!b.smallest) return diagnosis_of(a.verdict) == diagnosis_of(b.verdict);
  return a.smallest->geometry == b.smallest->geometry &&
         a.smallest->settings == b.smallest->settings;
}

std::string share_text(double rate, const Machine& machine, int threads) {
  const auto peak = machine.fma_flops.find(threads);
  if (peak == machine.fma_flops.end() || peak->second <= 0 || rate <= 0) return "";
  return fmt::format("{:.0f}%", 100 * rate * 1e9 / peak->second);
}

/// "62% l2": the share of the roof, and what limits it: a level of the memory hierarchy, or the FMA
/// peak.
std::string roof_text(const CaseRecord& r) {
  const auto share = share_of_roof(r);
  return share ? fmt::format("{:.0f}% {}", 100 * *share, r.roof->by_compute ? "fma" : r.roof->level)
               : "";
}

// As in the table of a report.
constexpr const char *kBestStyle = "\x1b[1;34m", *kBadStyle = "\x1b[1;31m",
                     *kPlainStyle = "\x1b[0m";

/// The cells of a row of bench; empty where there is nothing to show.
struct BenchRow {
  std::string label, time, speed, interval, rate, of_peak, of_roof, rel_l2, of_bound, algorithm;
  const char* style = "";  // an ANSI sequence
};

struct BenchColumn {
  const char* title;
  std::string BenchRow::*text;
  int dropped = 0;    // the largest goes first where the width is too small; 0: never
  bool left = false;  // aligned to the left
};
constexpr BenchColumn kBenchColumns[] = {{"backend", &BenchRow::label, 0, true},
                                         {"time", &BenchRow::time},
                                         {"×", &BenchRow::speed},
                                         {"99% interval", &BenchRow::interval, 1},
                                         {"GFLOP/s", &BenchRow::rate, 3},
                                         {"of peak", &BenchRow::of_peak, 7},
                                         {"of roof", &BenchRow::of_roof, 5},
                                         {"rel-L2", &BenchRow::rel_l2, 4},
                                         {"of bound", &BenchRow::of_bound, 6},
                                         {"algorithm", &BenchRow::algorithm, 2, true}};

/// Where each case stands in the arranged results: its speed-up, and whether it is the fastest.
std::map<const CaseRecord*, Cell> cells_of(const Results& results,
                                           const std::vector<Group>& groups) {
  std::map<const CaseRecord*, Cell> cells;
  for (const auto& r : results.cases) cells[&r].record = &r;
  for (const auto& group : groups)
    for (const auto& row : group.rows)
      for (const auto& cell : row.cells)
        if (cell.record) cells[cell.record] = cell;
  return cells;
}

BenchRow bench_row(const CaseRecord& r, const Cell& cell, const Machine& machine,
                   const std::vector<CaseSettings>& all) {
  BenchRow row;
  row.label = for_terminal(r.label);
  if (const auto settings = phrases(varying(r.settings, all)); !settings.empty())
    row.label += fmt::format(" ({})", settings);
  row.algorithm = for_terminal(r.algorithm ? r.algorithm->name : "");
  row.style = cell.fastest ? kBestStyle : is_defect(r.verdict) ? kBadStyle : "";
  if (const auto* agrees = std::get_if<Agrees>(&r.verdict)) {
    row.rel_l2 = fmt::format("{:.1e}", agrees->rel_l2);
    row.of_bound = fmt::format("{:.0f}%", 100 * agrees->worst);
  }
  const auto* m = std::get_if<Measured>(&r.measurement);
  if (!m || !cell.time_ns) {
    row.time = short_word(cell);
    return row;
  }
  const auto interval = median_interval(m->samples_ns);
  row.time = time_text(interval.median, kDigits);
  if (cell.speedup) row.speed = ratio_text(cell.speedup->median);
  row.speed += cell.fastest ? " *" : cell.tied ? " ~" : "  ";
  row.interval = interval.low ? fmt::format("{} … {}", time_text(*interval.low, kDigits),
                                            time_text(*interval.high, kDigits))
                              : fmt::format("{} samples", m->samples_ns.size());
  row.rate = fmt::format("{:.1f}", gflops(r));
  row.of_peak = share_text(gflops(r), machine, r.settings.threads);
  row.of_roof = roof_text(r);
  return row;
}

int width_of(const std::vector<BenchRow>& rows, const BenchColumn& column) {
  int width = 0;
  for (const auto& row : rows) width = std::max(width, display_width(row.*column.text));
  return width == 0 ? 0 : std::max(width, display_width(column.title));
}

/// The columns that have something to show and fit together; the most needed ones stay.
std::vector<BenchColumn> fitting(const std::vector<BenchRow>& rows, int width) {
  std::vector<BenchColumn> all(std::begin(kBenchColumns), std::end(kBenchColumns));
  std::erase_if(all, [&](const BenchColumn& c) { return width_of(rows, c) == 0; });
  const auto total = [&] {
    int sum = -2;
    for (const auto& column : all) sum += width_of(rows, column) + 2;
    return sum;
  };
  while (total() > width) {
    const auto least = std::max_element(
        all.begin(), all.end(), [](const auto& a, const auto& b) { return a.dropped < b.dropped; });
    if (least->dropped == 0) break;
    all.erase(least);
  }
  return all;
}

std::string bench_lines(std::vector<BenchRow> rows, int width, bool colour) {
  // What is longer leaves no room for the times.
  for (auto& row : rows) row.label = fit_middle(row.label, std::max(16, width - 34));
  const auto columns = fitting(rows, width);
  const auto line_of = [&](auto cell) {
    std::string line;
    for (const auto& column : columns) {
      const auto text = cell(column);
      const int room = width_of(rows, column);
      line +=
          (line.empty() ? "" : "  ") + (column.left ? pad_right(text, room) : pad_left(text, room));
    }
    return line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  };
  auto text = line_of([](const BenchColumn& c) { return std::string(c.title); });
  for (const auto& row : rows) {
    const auto line = line_of([&](const BenchColumn& c) { return row.*c.text; });
    const bool styled = colour && *row.style;
    text += styled ? row.style + line.substr(0, line.size() - 1) + kPlainStyle + "\n" : line;
  }
  return text;
}

/// "refused: fft, winograd (2 threads): ..." of each cause once; of noise that of the first case.
/// Failures were told when they came.
std::string causes_text(const Results& results, const std::map<const CaseRecord*, Cell>& cells,
                        const std::vector<BenchRow>& rows, int width) {
  struct Cause {
    std::string word, told, labels;
  };
  std::vector<Cause> causes;
  for (std::size_t i = 0; i < results.cases.size(); ++i) {
    const auto& r = results.cases[i];
    const auto told = shortened(reason(r));
    if (told.empty() || (is_defect(r.verdict) && !r.known)) continue;
    const auto word = short_word(cells.at(&r));
    // What disturbed a measurement differs from case to case in its numbers only.
    const bool alike = outcome(cells.at(&r)) == Outcome::noisy;
    const auto same = std::find_if(causes.begin(), causes.end(), [&](const Cause& c) {
      return c.word == word && (alike || c.told == told);
    });
    if (same != causes.end())
      same->labels += ", " + rows[i].label;
    else
      causes.push_back({word, told, rows[i].label});
  }
  std::string text;
  for (const auto& c : causes) text += fmt::format("{}: {}: {}\n", c.word, c.labels, c.told);
  return folded(for_terminal(text), width);
}

std::string bench_legend(const std::vector<Group>& groups, int width) {
  bool timed = false, tied = false;
  std::string baseline;
  for (const auto& group : groups) {
    if (group.columns.size() > 1 && group.baseline >= 0)
      baseline = group.columns[static_cast<std::size_t>(group.baseline)].name;
    for (const auto& row : group.rows)
      for (const auto& cell : row.cells) timed |= cell.fastest, tied |= cell.tied;
  }
  if (baseline.empty() || !(timed || tied)) return "";
  const auto text = fmt::format("× over {}{}{}\n", baseline, timed ? "; * fastest" : "",
                                tied ? "; ~ too close to call" : "");
  return folded(for_terminal(text), width);
}

}  // namespace

std::string failure_lines(const CaseRecord& r, int width) {
  const auto algorithm = r.algorithm ? " [" + r.algorithm->name + "]" : "";
  const auto told =
      fmt::format("{}: {}{} {}{}\n{}", kind(r.verdict), r.label, algorithm,
                  short_text(r.problem.geometry), name_text(r.problem), evidence(r.verdict));
  return folded(for_terminal(told), width) +
         folded_command("    replay: ", for_terminal(r.replay), width) + smallest_lines(r, width);
}

std::string smallest_lines(const CaseRecord& r, int width) {
  if (!r.shrink_note.empty())
    return folded(for_terminal(fmt::format("    smallest: none: {}\n", r.shrink_note)), width);
  if (!r.smallest) return "";
  const auto& s = *r.smallest;
  const auto told = fmt::format(
      "    smallest: {}: {}{}\n              {}\n", short_text(s.geometry), distance_text(s),
      s.complete ? "" : "; the budget ended the search", sentence(s.verdict));
  return folded(for_terminal(told), width) +
         folded_command("    replay smallest: ", for_terminal(s.replay), width);
}

std::string case_line(const CaseRecord& r) {
  const auto* m = std::get_if<Measured>(&r.measurement);
  const auto name = r.problem.name.empty() ? short_text(r.problem.geometry) : r.problem.name;
  Cell cell;
  cell.record = &r;
  const auto time = m && !m->samples_ns.empty() ? time_text(median_interval(m->samples_ns).median)
                                                : short_word(cell);
  return fmt::format("{:>9}  {}  {} ({})", time, r.label, name, settings_text(r.settings));
}

std::string smallest_summary(const Results& results, int width) {
  std::vector<const CaseRecord*> distinct;
  for (const auto& r : results.cases)
    if (r.smallest && std::none_of(distinct.begin(), distinct.end(),
                                   [&](const CaseRecord* d) { return looks_alike(*d, r); }))
      distinct.push_back(&r);
  std::string text = distinct.empty() ? "" : "smallest failing cases:\n";
  for (const auto* d : distinct) {
    const auto alike =
        std::count_if(results.cases.begin(), results.cases.end(), [&](const CaseRecord& r) {
          return &r != d && is_defect(r.verdict) && !r.known && looks_alike(*d, r);
        });
    auto line = fmt::format("  {}: {} {}: {}", kind(d->verdict), d->label,
                            short_text(d->smallest->geometry), distance_text(*d->smallest));
    if (alike > 0) line += "; also " + counted(alike, "other case");
    text += folded(for_terminal(line + "\n"), width) +
            folded_command("    ", for_terminal(d->smallest->replay), width);
  }
  return text;
}

/// "  xnnpack; declares: may lose NaN", a line for each backend that declares something.
static std::string declared_lines(const Results& results, int width) {
  std::string text;
  for (const auto& p : results.header.plugins)
    if (const auto declared = report::declared_text(results, p.label); !declared.empty())
      text += fmt::format("  {}{}\n", p.label, declared);
  return folded(for_terminal(text), width);
}

static std::string counts_line(const Results& results, int width) {
  std::map<std::string, int> kinds;
  for (const auto& r : results.cases)
    ++kinds[std::string(kind(r.verdict)) + (r.known ? " as known" : "")];
  auto text = counted(results.cases.size(), "case");
  text += kinds.empty() ? "" : ":";
  for (const auto& [word, count] : kinds)
    text += fmt::format(" {} {}{}", count, word, word == kinds.rbegin()->first ? "" : ",");
  return folded(text + "\n", width);
}

std::string verdict_summary(const Results& results, int width) {
  std::map<std::string, int> refusals;
  for (const auto& r : results.cases)
    if (const auto* refused = std::get_if<Refused>(&r.verdict))
      ++refusals[fmt::format("{}: {}", r.label, refused->why)];
  std::string text;
  constexpr std::size_t kMostReasons = 12;
  std::vector<std::pair<int, std::string>> reasons;
  for (const auto& [why, count] : refusals) reasons.emplace_back(count, why);
  std::sort(reasons.rbegin(), reasons.rend());
  for (std::size_t i = 0; i < std::min(reasons.size(), kMostReasons); ++i)
    text += fmt::format("  refused {:>4} ×  {}\n", reasons[i].first, reasons[i].second);
  if (reasons.size() > kMostReasons)
    text += fmt::format("  ... and {} more reasons\n", reasons.size() - kMostReasons);
  for (const auto& a : results.header.absent)
    text += fmt::format("  absent: {}: {}\n", a.name, a.why);
  return counts_line(results, width) + folded(for_terminal(text), width) +
         declared_lines(results, width);
}

std::string bench_table(const Results& results, int width, bool colour) {
  const auto groups = arrange(results);
  const auto cells = cells_of(results, groups);
  std::vector<CaseSettings> all;
  for (const auto& r : results.cases) all.push_back(r.settings);
  std::vector<BenchRow> rows;
  for (const auto& r : results.cases)
    rows.push_back(bench_row(r, cells.at(&r), results.header.machine, all));
  return bench_lines(rows, width, colour) + bench_legend(groups, width) +
         causes_text(results, cells, rows, width) + declared_lines(results, width);
}

}  // namespace convgauge::cli
