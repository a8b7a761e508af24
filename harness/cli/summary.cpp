#include "cli/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/problem_text.hpp"
#include "core/text.hpp"
#include "measure/statistics.hpp"
#include "report/text_width.hpp"
#include "report/words.hpp"

namespace convgauge::cli {
namespace {

constexpr int kDigits = 4;  // of a time: the ends of an interval are close to each other

std::string at_text(const std::array<std::int64_t, 4>& at) {
  return fmt::format("n={} c={} h={} w={}", at[0], at[1], at[2], at[3]);
}

std::string mismatch(const char* which, const Mismatch& m) {
  const auto room =
      m.allowed > 0 ? fmt::format("{:.3g} is allowed", m.allowed) : "exactly: whole numbers";
  return fmt::format("    {:<5} at {}: got {:.9g}, want {:.9g} (off by {:.3g}; {})\n", which,
                     at_text(m.at), m.got, m.want, m.got - m.want, room);
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

/// A table of texts: the first and the last column aligned to the left, the others to the right.
std::string columns(const std::vector<std::vector<std::string>>& rows) {
  std::vector<int> width;
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (width.size() <= i) width.push_back(0);
      width[i] = std::max(width[i], display_width(row[i]));
    }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool left = i == 0 || i + 1 == row.size();
      line += left ? fmt::format("{:<{}}  ", row[i], width[i])
                   : fmt::format("{:>{}}  ", row[i], width[i]);
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
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

std::vector<std::string> bench_row(const CaseRecord& r, const Machine& machine,
                                   const std::vector<CaseSettings>& all) {
  auto label = r.label;
  if (const auto settings = phrases(varying(r.settings, all)); !settings.empty())
    label += fmt::format(" ({})", settings);
  const auto name = r.algorithm ? r.algorithm->name : "";
  const auto* agrees = std::get_if<Agrees>(&r.verdict);
  if (!agrees)
    return {label, "-", "",
            "",    "",  "",
            "",    "",  fmt::format("{}: {}", kind(r.verdict), shortened(sentence(r.verdict)))};
  const auto error = fmt::format("{:.1e}", agrees->rel_l2),
             worst = fmt::format("{:.0f}%", 100 * agrees->worst);
  const auto* m = std::get_if<Measured>(&r.measurement);
  if (!m) {
    const auto* skipped = std::get_if<Skipped>(&r.measurement);
    return {label,
            "-",
            "",
            "",
            "",
            "",
            error,
            worst,
            fmt::format("{}  ({})", name,
                        skipped ? sentence(*skipped) : std::get<Inconclusive>(r.measurement).why)};
  }
  const auto interval = median_interval(m->samples_ns);
  const auto range = interval.low ? fmt::format("{} .. {}", time_text(*interval.low, kDigits),
                                                time_text(*interval.high, kDigits))
                                  : fmt::format("{} samples", m->samples_ns.size());
  return {label,
          time_text(interval.median, kDigits),
          range,
          fmt::format("{:.1f}", gflops(r)),
          share_text(gflops(r), machine, r.settings.threads),
          roof_text(r),
          error,
          worst,
          name};
}

}  // namespace

std::string failure_lines(const CaseRecord& r) {
  const auto algorithm = r.algorithm ? " [" + r.algorithm->name + "]" : "";
  return fmt::format("{}: {}{} {}{}\n{}    replay: {}\n{}", kind(r.verdict), r.label, algorithm,
                     short_text(r.problem.geometry), name_text(r.problem), evidence(r.verdict),
                     r.replay, smallest_lines(r));
}

std::string smallest_lines(const CaseRecord& r) {
  if (!r.shrink_note.empty()) return fmt::format("    smallest: none: {}\n", r.shrink_note);
  if (!r.smallest) return "";
  const auto& s = *r.smallest;
  return fmt::format("    smallest: {}: {}{}\n              {}\n    replay smallest: {}\n",
                     short_text(s.geometry), distance_text(s),
                     s.complete ? "" : "; the budget ended the search", sentence(s.verdict),
                     s.replay);
}

std::string smallest_summary(const Results& results) {
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
    text += fmt::format("  {}: {} {}: {}", kind(d->verdict), d->label,
                        short_text(d->smallest->geometry), distance_text(*d->smallest));
    if (alike > 0) text += "; also " + counted(alike, "other case");
    text += fmt::format("\n    {}\n", d->smallest->replay);
  }
  return text;
}

/// "  xnnpack; declares: may lose NaN", a line for each backend that declares something.
static std::string declared_lines(const Results& results) {
  std::string text;
  for (const auto& p : results.header.plugins)
    if (const auto declared = report::declared_text(results, p.label); !declared.empty())
      text += fmt::format("  {}{}\n", p.label, declared);
  return text;
}

std::string verdict_summary(const Results& results) {
  std::map<std::string, int> kinds, refusals;
  for (const auto& r : results.cases) {
    ++kinds[std::string(kind(r.verdict)) + (r.known ? " as known" : "")];
    if (const auto* refused = std::get_if<Refused>(&r.verdict))
      ++refusals[fmt::format("{}: {}", r.label, refused->why)];
  }
  auto text = counted(results.cases.size(), "case");
  text += kinds.empty() ? "" : ":";
  for (const auto& [word, count] : kinds)
    text += fmt::format(" {} {}{}", count, word, word == kinds.rbegin()->first ? "" : ",");
  text += "\n";
  constexpr std::size_t kMostReasons = 12;
  std::vector<std::pair<int, std::string>> reasons;
  for (const auto& [why, count] : refusals) reasons.emplace_back(count, why);
  std::sort(reasons.rbegin(), reasons.rend());
  for (std::size_t i = 0; i < std::min(reasons.size(), kMostReasons); ++i)
    text += fmt::format("  refused {:>4} x  {}\n", reasons[i].first, reasons[i].second);
  if (reasons.size() > kMostReasons)
    text += fmt::format("  ... and {} more reasons\n", reasons.size() - kMostReasons);
  for (const auto& a : results.header.absent)
    text += fmt::format("  absent: {}: {}\n", a.name, a.why);
  return text + declared_lines(results);
}

std::string bench_table(const Results& results) {
  std::vector<std::vector<std::string>> rows{{"backend", "time", "99% interval", "GFLOP/s",
                                              "of peak", "of roof", "rel-L2", "of bound",
                                              "algorithm"}};
  std::vector<CaseSettings> all;
  for (const auto& r : results.cases) all.push_back(r.settings);
  for (const auto& r : results.cases) rows.push_back(bench_row(r, results.header.machine, all));
  return columns(rows) + declared_lines(results);
}

}  // namespace convgauge::cli
