// Reads a results file line by line. A last line without a newline was cut off when the run was
// killed, and does not count.
#include <fmt/format.h>

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "record/attempts.hpp"
#include "record/lines.hpp"

namespace convgauge::record {
namespace {

Expected<Json> parsed(std::string_view line, const Place& place) {
  auto json = parse_nested(line, kDeepestLine);
  if (!json) return tl::unexpected(fault(place, json.error().message).value());
  return json;
}

/// Leaves out the cases of an attempt that was cut off where its problem has a whole one: cases of
/// one problem are compared, so they must be of one attempt.
void drop_cut_attempts(std::vector<CaseRecord>& cases, const std::vector<Attempt>& attempts) {
  std::set<std::int64_t> whole;
  for (const auto& attempt : attempts)
    if (attempt.whole()) whole.insert(attempt.problem);
  std::size_t at = 0, kept = 0;
  for (const auto& attempt : attempts) {
    const bool counts = attempt.whole() || !whole.contains(attempt.problem);
    for (std::int64_t i = 0; i < attempt.lines; ++i, ++at) {
      if (!counts) continue;
      if (kept != at) cases[kept] = std::move(cases[at]);
      ++kept;
    }
  }
  cases.resize(kept);
}

/// Of a case that was measured again the last line counts, in the place of the first.
void keep_last_lines(std::vector<CaseRecord>& cases) {
  std::map<std::string, std::size_t> places;
  std::size_t kept = 0;
  for (auto& record : cases) {
    const auto& p = record.problem;
    // The position alone would not do: older files have none.
    const auto key =
        fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}", record.position.problem,
                    record.position.index, p.suite, p.name, short_text(p.geometry), record.label,
                    record.requested_algorithm, settings_text(record.settings));
    const auto [place, is_new] = places.try_emplace(key, kept);
    if (is_new) ++kept;
    if (&cases[place->second] != &record) cases[place->second] = std::move(record);
  }
  cases.resize(kept);
}

/// Adds one line to `results`; returns what is wrong with it and where, or an empty text.
std::string add_line(std::string_view line, const Place& place, Results& results) {
  const auto json = parsed(line, place);
  if (!json) return json.error().message;
  std::string complaint;
  Fields fields(*json, place, complaint);
  const bool first = results.whole_bytes == 0;
  check_kind(fields, first);
  if (!complaint.empty()) return complaint;
  if (first)
    results.header = header_from_json(*json, place, complaint);
  else
    results.cases.push_back(case_from_json(*json, place, complaint));
  return complaint;
}

}  // namespace

void check_kind(Fields& fields, bool first) {
  std::string record;
  fields.need("record", record);
  if (first && record != "header")
    fields.fail("record", "the first line must be the header, found " + shown(record));
  if (!first && record == "header")
    fields.fail("record", "a second header; one results file is one run");
  if (!first && record != "case")
    fields.fail("record", "expected \"case\", found " + shown(record));
}

Expected<HeaderRecord> read_header(LineReader& lines, const std::filesystem::path& file) {
  const auto line = lines.next();
  if (!line) return tl::unexpected(line.error());
  if (!*line)
    return error(fmt::format("{}:1: no header line: {}", file.string(),
                             lines.torn_bytes() == 0 ? "the file is empty" : "it was torn"));
  Results results;
  if (auto complaint = add_line(**line, {file.string() + ":1", ""}, results); !complaint.empty())
    return error(std::move(complaint));
  return std::move(results.header);
}

Expected<Results> read_results(const std::filesystem::path& path) {
  const auto file = results_file(path);
  auto lines = LineReader::open(file);
  if (!lines) return tl::unexpected(lines.error());
  auto header = read_header(*lines, file);
  if (!header) return tl::unexpected(header.error());
  Results results;
  results.header = std::move(*header);
  Attempts attempts;
  for (;;) {
    results.whole_bytes = lines->span().end;
    const auto line = lines->next();
    if (!line) return tl::unexpected(line.error());
    if (!*line) break;
    const Place place{fmt::format("{}:{}", file.string(), lines->number()), ""};
    if (auto complaint = add_line(**line, place, results); !complaint.empty())
      return error(std::move(complaint));
    attempts.add(results.cases.back().position, lines->span(), lines->number(), {});
  }
  const auto& all = attempts.all();
  results.torn_bytes = lines->torn_bytes();
  results.settled_bytes =
      all.empty() || all.back().whole() ? results.whole_bytes : all.back().span.begin;
  drop_cut_attempts(results.cases, all);
  keep_last_lines(results.cases);
  return results;
}

}  // namespace convgauge::record
