// Sorts cases into groups, rows and columns.
#include "report/model.hpp"

#include <algorithm>
#include <map>
#include <set>
#include "core/layers.hpp"
#include "report/network.hpp"

namespace convgauge::report {
namespace {

/// Empty for the backend's own choice; else the algorithm, without a prefix that repeats the
/// backend's name.
std::string variant(const CaseRecord& record) {
  if (record.requested_algorithm == "default") return "";
  const bool all = record.requested_algorithm == "all" && record.algorithm;
  const std::string& name = all ? record.algorithm->name : record.requested_algorithm;
  const auto prefix = record.backend + ".";
  return name.starts_with(prefix) ? name.substr(prefix.size()) : name;
}

/// The algorithms of each family (a label without its algorithm, see family_of()). A column's name
/// includes the algorithm only where its family has several.
std::map<std::string, std::set<std::string>> variants_by_label(const Results& results) {
  std::map<std::string, std::set<std::string>> variants;
  for (const auto& record : results.cases) variants[family_of(record)].insert(variant(record));
  return variants;
}

int column_of(Group& group, const Column& column) {
  const auto it = std::find(group.columns.begin(), group.columns.end(), column);
  const auto index = it - group.columns.begin();
  if (it == group.columns.end()) {
    group.columns.push_back(column);
    for (auto& row : group.rows) row.cells.emplace_back();
  }
  return static_cast<int>(index);
}

/// Finds rows by problem, not by name alone: two problems may both be called conv1.
class RowIndex {
 public:
  Row& row(Group& group, const Problem& problem) {
    auto& candidates = by_name_[problem.name];
    for (const auto index : candidates)
      if (*group.rows[index].problem == problem) return group.rows[index];
    candidates.push_back(group.rows.size());
    group.rows.push_back({&problem, std::vector<Cell>(group.columns.size())});
    return group.rows.back();
  }

 private:
  std::map<std::string, std::vector<std::size_t>> by_name_;
};

/// Of two records of a case the later one counts, unless the earlier one is a defect.
void place(Cell& cell, const CaseRecord& record) {
  if (cell.record && is_defect(cell.record->verdict)) return;
  cell.record = &record;
}

int baseline_of(const Group& group) {
  const auto& wanted = group.results->header.baseline_backend;
  int found = -1;
  for (int c = 0; wanted && c < static_cast<int>(group.columns.size()); ++c) {
    const auto& column = group.columns[static_cast<std::size_t>(c)];
    if (column.label == *wanted && (found < 0 || column.variant.empty())) found = c;
  }
  if (wanted) return found;
  const int usual = usual_baseline(group);
  return usual < 0 && !group.columns.empty() ? 0 : usual;
}

}  // namespace

std::string family_of(const CaseRecord& record) {
  const auto end = ":" + record.requested_algorithm;
  return record.label.ends_with(end) ? record.label.substr(0, record.label.size() - end.size())
                                     : record.label;
}

std::vector<Group> arrange(const Results& results) {
  const auto variants = variants_by_label(results);
  std::vector<NetworkCase> cases;
  for (const auto& record : results.cases) cases.push_back({&record, record.problem.suite});
  std::vector<Group> groups;
  for (auto& network : networks_of(cases)) {
    auto& group = groups.emplace_back();
    group.results = &results;
    group.suite = network.key;
    group.settings = network.settings;
    group.settings_text = network.text;
    RowIndex index;
    for (const auto& c : cases) {
      const auto& record = *c.record;
      if (!belongs(c, network)) continue;
      const auto of = family_of(record), which = variants.at(of).size() > 1 ? variant(record) : "";
      const auto column =
          column_of(group, {which.empty() ? of : of + " " + which, record.label, which, of});
      place(index.row(group, record.problem).cells[static_cast<std::size_t>(column)], record);
    }
    group.baseline = baseline_of(group);
    rank(group);
  }
  return groups;
}

}  // namespace convgauge::report
