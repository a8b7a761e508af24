// The report for a pull request: the answer, what failed and how to repeat it, the tables; at most
// 64 KB.
#include <fmt/format.h>

#include <algorithm>

#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "report/counts.hpp"
#include "report/decision_words.hpp"
#include "report/escape.hpp"
#include "report/limited.hpp"
#include "report/notes.hpp"
#include "report/report.hpp"
#include "report/words.hpp"

namespace convgauge::report {
namespace {

std::string row_of(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const auto& cell : cells) line += " " + cell + " |";
  return line + "\n";
}

std::string cell_text(const Cell& cell) {
  if (!cell.time_ns) return escape_markdown(short_word(cell));
  const auto time = time_text(cell.time_ns->median);
  const auto speedup = cell.speedup ? " " + ratio_text(cell.speedup->median) : "";
  return cell.fastest ? fmt::format("**{}{}**", time, speedup)
                      : time + speedup + (cell.tied ? " ≈" : "");
}

std::string head_of(const Group& group) {
  std::vector<std::string> names{"layer", "problem", "count"}, rules{":--", ":--", "--:"};
  for (const auto& column : group.columns) {
    names.push_back(escape_markdown(column.name));
    rules.push_back("--:");
  }
  return row_of(names) + row_of(rules);
}

std::string line_of(const Row& row) {
  std::vector<std::string> cells{escape_markdown(row_name(*row.problem)),
                                 markdown_code(short_text(row.problem->geometry)),
                                 fmt::format("{}", row.problem->count)};
  for (const auto& cell : row.cells) cells.push_back(cell_text(cell));
  return row_of(cells);
}

std::string totals_of(const Group& group) {
  std::vector<std::string> cells{"**total**", "", ""};
  for (const auto& total : group.decision.totals) {
    const auto filled = filled_text(total);
    cells.push_back(total_text(total) + (filled.empty() ? "" : " with baseline " + filled));
  }
  return row_of(cells);
}

std::string legend_of(const Group& group) {
  const auto base = static_cast<std::size_t>(group.baseline);
  const auto over = group.baseline >= 0 ? fmt::format("; × is the speed over {}",
                                                      escape_markdown(group.columns[base].name))
                                        : "";
  return fmt::format(
      "\nMedian per execution{}. Bold: fastest; ≈: too close to call (at 99%, or within {}). A "
      "total "
      "is weighted by count, and \"—\" where a layer is missing.\n\n{}\n",
      over, ratio_text(group.decision.least_lead), escape_markdown(facts_text(group)));
}

void add_defects(Limited& out, const std::vector<Group>& groups) {
  bool first = true;
  for (const auto& group : groups)
    for (const auto& note : notes(group)) {
      if (!is_defect(note.record->verdict) || note.record->known) continue;
      if (std::exchange(first, false)) out.add("\n### What failed\n\n");
      out.add(fmt::format("- **{}**: {} on {}: {}  \n  {}\n", escape_markdown(note.word),
                          escape_markdown(note.column), escape_markdown(names_text(note.rows)),
                          escape_markdown(note.reason), markdown_code(note.record->replay)));
      if (const auto smallest = smallest_text(*note.record); !smallest.empty())
        out.add(
            fmt::format("  smallest: {}  \n  {}\n", escape_markdown(smallest),
                        note.record->smallest ? markdown_code(note.record->smallest->replay) : ""));
    }
}

void add_rest(Limited& out, const Group& group) {
  bool first = true;
  for (const auto& note : notes(group)) {
    if (is_defect(note.record->verdict) && !note.record->known) continue;
    if (std::exchange(first, false)) out.add("\nNot measured, or known to fail:\n\n");
    out.add(fmt::format("- {}: {} on {}: {}\n", escape_markdown(note.word),
                        escape_markdown(note.column), escape_markdown(names_text(note.rows)),
                        escape_markdown(note.reason)));
  }
}

void add_environment(Limited& out, const Results& results) {
  const auto& h = results.header;
  const auto& m = h.machine;
  out.add(fmt::format(
      "\n<details><summary>How these numbers were made</summary>\n\n- machine: {}, {} cores ({} "
      "physical), {}\n"
      "- convgauge {} {}, {}, started {}\n- {} mirrored rounds, seed {}; load {:.2g}\n",
      escape_markdown(m.processor), m.cores, m.physical_cores, escape_markdown(m.instruction_sets),
      escape_markdown(h.convgauge_version), escape_markdown(h.git_revision),
      escape_markdown(h.compiler), escape_markdown(h.started), h.rounds, h.seed, m.load_average));
  for (const auto& p : h.plugins)
    out.add(fmt::format("- {}: {} on {}, {}{}{}\n", escape_markdown(p.label),
                        escape_markdown(p.version), escape_markdown(p.device),
                        markdown_code(p.file + " " + p.hash), tolerated_text(p),
                        declared_text(results, p.label)));
  for (const auto& absent : h.absent)
    out.add(fmt::format("- {}: absent: {}\n", escape_markdown(absent.name),
                        escape_markdown(absent.why)));
  out.add("\n</details>\n");
}

}  // namespace

std::string markdown_report(const Results& results) {
  const auto groups = arrange(results);
  Limited out;
  out.add(
      fmt::format("## convgauge: {}\n\n{}\n\n{}\n",
                  escape_markdown(results.header.suite.empty() ? "results" : results.header.suite),
                  escape_markdown(headline(results)), escape_markdown(counts_text(results))));
  add_defects(out, groups);
  for (const auto& group : groups) {
    out.add(fmt::format("\n### {}\n\n{}", escape_markdown(title(group)), head_of(group)));
    for (const auto& row : group.rows) out.add(line_of(row));
    if (group.rows.size() > 1) out.add(totals_of(group));
    out.add(legend_of(group));
    add_rest(out, group);
  }
  add_environment(out, results);
  return std::move(out).finish("results.jsonl and the HTML report have them");
}

}  // namespace convgauge::report
