// Reads a results file line by line. A last line without a newline was cut off when the run was
// killed, and does not count.
#include <fmt/format.h>

#include <map>
#include <string>
#include <string_view>

#include "core/files.hpp"
#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "record/lines.hpp"

namespace convgauge::record {
namespace {

Expected<Json> parsed(std::string_view line, const Place& place) {
  constexpr int kDeepest = 64;
  auto json = parse_nested(line, kDeepest);
  if (!json) return tl::unexpected(fault(place, json.error().message).value());
  return json;
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
  const bool first = results.whole_bytes == 0;
  std::string complaint, record;
  Fields fields(*json, place, complaint);
  fields.need("record", record);
  if (first && record != "header")
    fields.fail("record", "the first line must be the header, found " + shown(record));
  if (!first && record == "header")
    fields.fail("record", "a second header; one results file is one run");
  if (!first && record != "case")
    fields.fail("record", "expected \"case\", found " + shown(record));
  if (!complaint.empty()) return complaint;
  if (first)
    results.header = header_from_json(*json, place, complaint);
  else
    results.cases.push_back(case_from_json(*json, place, complaint));
  return complaint;
}

}  // namespace

Expected<Results> read_results(const std::filesystem::path& path) {
  std::error_code ignored;
  const auto file = std::filesystem::is_directory(path, ignored) ? path / "results.jsonl" : path;
  const auto text = convgauge::read_text(file);
  if (!text) return tl::unexpected(text.error());
  Results results;
  for (int line = 1;; ++line) {
    const auto end = text->find('\n', results.whole_bytes);
    if (end == text->npos) break;
    const Place place{fmt::format("{}:{}", file.string(), line), ""};
    const auto whole =
        std::string_view(*text).substr(results.whole_bytes, end - results.whole_bytes);
    if (auto complaint = add_line(whole, place, results); !complaint.empty())
      return error(std::move(complaint));
    results.whole_bytes = end + 1;
  }
  if (results.whole_bytes == 0)
    return error(fmt::format("{}:1: no header line: {}", file.string(),
                             text->empty() ? "the file is empty" : "it was torn"));
  keep_last_lines(results.cases);
  results.torn_bytes = text->size() - results.whole_bytes;
  return results;
}

}  // namespace convgauge::record
