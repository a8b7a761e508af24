// JUnit's XML: one suite per network and settings, one test per case.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "report/escape.hpp"
#include "report/junit.hpp"
#include "report/report.hpp"
#include "report/words.hpp"

namespace convgauge::report {
namespace {

/// Seconds that verifying took, and the timed samples.
double seconds(const CaseRecord& record) {
  const auto* m = ranked(&record);
  if (!m) return record.verify_s;
  return record.verify_s + std::accumulate(m->samples_ns.begin(), m->samples_ns.end(), 0.0) *
                               static_cast<double>(m->executions_per_sample) / 1e9;
}

std::string message_of(const CaseRecord& record) {
  const auto* skipped = std::get_if<Skipped>(&record.measurement);
  if (std::holds_alternative<Agrees>(record.verdict))
    return skipped ? sentence(*skipped) : reason(record);
  return record.known ? reason(record)
                      : fmt::format("{}: {}", kind(record.verdict), reason(record));
}

/// The smallest case that fails in the same way, as lines of their own.
std::string smallest_lines(const CaseRecord& record) {
  const auto text = smallest_text(record);
  if (text.empty()) return "";
  return "\nsmallest: " + text +
         (record.smallest ? "\nreplay smallest: " + record.smallest->replay : "");
}

std::string body(const CaseRecord& record) {
  const auto message = message_of(record);
  const auto element = [&](const char* tag) {
    return fmt::format("<{} type=\"{}\" message=\"{}\">{}\nreplay: {}{}</{}>", tag,
                       kind(record.verdict), escape_markup(message), escape_markup(message),
                       escape_markup(record.replay), escape_markup(smallest_lines(record)), tag);
  };
  switch (row_of(record).junit) {
    case JUnitResult::failure:
      return element("failure");
    case JUnitResult::error:
      return element("error");
    case JUnitResult::skipped:
      return junit_remark(JUnitResult::skipped, message);
    case JUnitResult::passed:
      break;
  }
  std::string out = reason(record);
  if (const auto* m = ranked(&record))
    out = fmt::format("median {}, {:.4g} GFLOP/s", time_text(median_interval(m->samples_ns).median),
                      gflops(record));
  return junit_remark(JUnitResult::passed, out);
}

/// Names of tests, each once: a server that compares two runs finds a test by its name.
class Names {
 public:
  explicit Names(const Results& results) {
    for (const auto& record : results.cases) settings_.push_back(record.settings);
    std::sort(settings_.begin(), settings_.end(),
              [](const auto& a, const auto& b) { return settings_text(a) < settings_text(b); });
    settings_.erase(std::unique(settings_.begin(), settings_.end()), settings_.end());
  }

  /// The problem's name and text, and the settings that vary; "#2" where that came before in the
  /// class.
  std::string of(const std::string& class_name, const CaseRecord& record) {
    auto name = (record.problem.name.empty() ? "" : record.problem.name + " ") +
                short_text(record.problem.geometry);
    if (const auto axes = phrases(varying(record.settings, settings_)); !axes.empty())
      name += " (" + axes + ")";
    const auto count = ++counts_[class_name + "\n" + name];
    return count == 1 ? name : fmt::format("{} #{}", name, count);
  }

 private:
  std::vector<CaseSettings> settings_;
  std::map<std::string, int> counts_;
};

std::string test_case(const std::string& suite, const CaseRecord& record, Names& names) {
  const auto asked =
      record.requested_algorithm == "default" ? "" : " " + record.requested_algorithm;
  const auto class_name = suite + "." + record.label + asked;
  return fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.6f}\">{}</testcase>\n",
                     escape_markup(class_name), escape_markup(names.of(class_name, record)),
                     seconds(record), body(record));
}

struct Suite {
  std::string name;
  std::vector<const CaseRecord*> cases;
};

/// Every case once, even where the tables show it in several groups.
std::vector<Suite> suites_of(const Results& results) {
  std::vector<Suite> suites;
  std::map<std::string, std::size_t> places;
  for (const auto& record : results.cases) {
    const auto name = (record.problem.suite.empty() ? "convgauge" : record.problem.suite) + " (" +
                      settings_text(record.settings) + ")";
    const auto [place, is_new] = places.try_emplace(name, suites.size());
    if (is_new) suites.push_back({name, {}});
    suites[place->second].cases.push_back(&record);
  }
  return suites;
}

std::string counters(const std::vector<const CaseRecord*>& cases) {
  JUnitCounts counts;
  double time = 0;
  for (const auto* record : cases) {
    counts.add(row_of(*record).junit);
    time += seconds(*record);
  }
  return fmt::format("{} time=\"{:.6f}\"", counts.attributes(), time);
}

}  // namespace

std::string junit_report(const Results& results) {
  Names names(results);
  std::vector<const CaseRecord*> all;
  for (const auto& record : results.cases) all.push_back(&record);
  std::string out =
      fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\" {}>\n",
                  escape_markup("convgauge " + results.header.suite), counters(all));
  for (const auto& suite : suites_of(results)) {
    out += fmt::format("  <testsuite name=\"{}\" timestamp=\"{}\" {}>\n", escape_markup(suite.name),
                       escape_markup(results.header.started), counters(suite.cases));
    const auto cut = suite.name.rfind(" (");
    for (const auto* record : suite.cases)
      out += test_case(suite.name.substr(0, cut), *record, names);
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace convgauge::report
