// The table that a terminal shows: problems by columns, times and speed-ups, totals, and below it
// why cells have no time.
#include <fmt/format.h>

#include <algorithm>

#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "report/counts.hpp"
#include "report/decision_words.hpp"
#include "report/notes.hpp"
#include "report/report.hpp"
#include "report/text_width.hpp"
#include "report/words.hpp"

namespace convgauge::report {
namespace {

// A layer's name is cut to no fewer columns than this; the table is split instead.
constexpr int kLeastName = 12;
constexpr const char* kGap = "  ";

struct Field {
  std::string text;
  const char* style = "";  // an ANSI sequence
};

constexpr const char* kBest = "\x1b[1;34m";
constexpr const char* kBad = "\x1b[1;31m";
constexpr const char* kDim = "\x1b[2m";
constexpr const char* kBold = "\x1b[1m";

const char* style_of(const Cell& cell) {
  if (cell.fastest) return kBest;
  if (cell.record && is_defect(cell.record->verdict)) return kBad;
  return cell.time_ns ? "" : kDim;
}

/// "4.20 ms  3.92× *": the two numbers are aligned to the right. * fastest, ~ not told apart from
/// it.
Field field_of(const Cell& cell, bool speedups) {
  if (!cell.time_ns) return {short_word(cell) + kGap, style_of(cell)};
  const auto speedup = !speedups ? "" : cell.speedup ? ratio_text(cell.speedup->median) : "";
  const auto ratio = speedups ? kGap + pad_left(speedup, 6) : "";
  return {time_text(cell.time_ns->median) + ratio +
              (cell.fastest ? " *"
               : cell.tied  ? " ~"
                            : "  "),
          style_of(cell)};
}

struct Table {
  /// `filled` is empty where no column has a gap that the baseline fills.
  std::vector<Field> head, foot, filled;
  std::vector<std::vector<Field>> rows;  // of the same length as head; field 0 is the name
};

Field total_field(const Group& group, std::size_t c, bool speedups) {
  const auto text = total_text(group.decision.totals[c]);
  return {text == "—" || !speedups ? text + kGap : text + kGap + pad_left("", 6) + kGap, kBold};
}

/// "with onednn": the totals with the baseline's times in the gaps.
std::vector<Field> filled_fields(const Group& group, std::size_t first, std::size_t last,
                                 bool texts, bool speedups) {
  if (group.baseline < 0) return {};
  std::vector<Field> fields{
      {"with " + clean(group.columns[static_cast<std::size_t>(group.baseline)].name), kDim}, {}};
  if (texts) fields.emplace_back();
  bool any = false;
  for (auto c = first; c < last; ++c) {
    const auto text = filled_text(group.decision.totals[c]);
    any = any || !text.empty();
    fields.push_back({text + (speedups ? kGap : ""), kDim});
  }
  return any ? fields : std::vector<Field>{};
}

/// Columns first..last of a group; the problem's text beside the name where `texts`.
Table table_of(const Group& group, std::size_t first, std::size_t last, bool texts) {
  const bool speedups = group.baseline >= 0 && group.columns.size() > 1;
  Table table{{{"layer", kDim}}, {{"total", kBold}}, {}, {}};
  if (texts) table.head.push_back({"problem", kDim}), table.foot.push_back({});
  table.head.push_back({"count", kDim}), table.foot.push_back({});
  for (auto c = first; c < last; ++c) {
    table.head.push_back({clean(group.columns[c].name) + kGap, kBold});
    table.foot.push_back(total_field(group, c, speedups));
  }
  table.filled = filled_fields(group, first, last, texts, speedups);
  for (const auto& row : group.rows) {
    auto& fields = table.rows.emplace_back();
    fields.push_back({clean(row_name(*row.problem))});
    if (texts) fields.push_back({short_text(row.problem->geometry), kDim});
    fields.push_back({fmt::format("{}", row.problem->count), kDim});
    for (auto c = first; c < last; ++c) fields.push_back(field_of(row.cells[c], speedups));
  }
  return table;
}

std::vector<int> widths(const Table& table) {
  std::vector<int> all(table.head.size(), 0);
  const auto widen = [&](const std::vector<Field>& fields) {
    for (std::size_t i = 0; i < fields.size(); ++i)
      all[i] = std::max(all[i], display_width(fields[i].text));
  };
  widen(table.head);
  widen(table.foot);
  widen(table.filled);
  for (const auto& row : table.rows) widen(row);
  return all;
}

int width_of(const std::vector<int>& widths) {
  int all = 0;
  for (const int width : widths) all += width + 2;
  return all - 2;
}

/// Prints a line: names and problem texts aligned to the left, the others to the right.
void print(std::string& out, const std::vector<Field>& fields, const std::vector<int>& widths,
           bool texts, bool colour) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const bool left = i == 0 || (texts && i == 1);
    const auto text = fit(fields[i].text, widths[i]);
    const auto padded = left ? pad_right(text, widths[i]) : pad_left(text, widths[i]);
    const bool styled = colour && *fields[i].style;
    line += (i == 0 ? "" : kGap) + (styled ? fields[i].style + padded + "\x1b[0m" : padded);
  }
  while (line.ends_with(' ')) line.pop_back();
  out += line + "\n";
}

void print(std::string& out, const Table& table, const std::vector<int>& widths, bool texts,
           bool totals, bool colour) {
  print(out, table.head, widths, texts, colour);
  for (const auto& row : table.rows) print(out, row, widths, texts, colour);
  if (totals) print(out, table.foot, widths, texts, colour);
  if (totals && !table.filled.empty()) print(out, table.filled, widths, texts, colour);
}

/// Prints the widest table that fits: with the problems' texts, without them, or with shorter
/// names; else with fewer columns at a time.
void print_columns(std::string& out, const Group& group, int width, bool colour) {
  const bool totals = group.rows.size() > 1 &&
                      std::any_of(group.decision.totals.begin(), group.decision.totals.end(),
                                  [](const Total& t) { return t.missing < t.layers; });
  for (std::size_t first = 0; first < group.columns.size();) {
    for (auto last = group.columns.size(); last > first; --last) {
      bool texts = true;
      auto table = table_of(group, first, last, texts);
      auto all = widths(table);
      if (width_of(all) > width) {
        table = table_of(group, first, last, texts = false);
        all = widths(table);
        all[0] =
            std::max(std::min(all[0], kLeastName), all[0] - std::max(0, width_of(all) - width));
      }
      if (width_of(all) > width && last > first + 1) continue;
      print(out, table, all, texts, totals, colour);
      first = last;
      if (first < group.columns.size()) out += "\n";
    }
  }
}

/// Breaks at spaces; the lines after the first are indented.
void wrap(std::string& out, const std::string& text, int width, const std::string& indent) {
  std::string line;
  for (std::size_t at = 0; at <= text.size();) {
    const auto end = std::min(text.find(' ', at), text.size());
    const auto word = text.substr(at, end - at);
    if (!line.empty() && display_width(line) + 1 + display_width(word) > width) {
      out += line + "\n";
      line = indent + word;
    } else {
      line += (line.empty() ? "" : " ") + word;
    }
    at = end + 1;
  }
  out += line + "\n";
}

void print_notes(std::string& out, const Group& group, int width, bool failures) {
  for (const auto& note : notes(group)) {
    const bool failed = is_defect(note.record->verdict);
    if (failed && !failures && !note.record->known) continue;
    wrap(out,
         clean(fmt::format("{}: {} on {}: {}", note.word, note.column, names_text(note.rows),
                           note.reason)),
         width, "  ");
    if (failed && !note.record->replay.empty())
      out += folded_command("  ", clean(note.record->replay), width);
    if (const auto& smallest = note.record->smallest)
      out += folded("  smallest: " + clean(smallest_text(*note.record)) + "\n", width) +
             folded_command("  ", clean(smallest->replay), width);
  }
}

bool any(const Group& group, bool Cell::*flag) {
  return std::any_of(group.rows.begin(), group.rows.end(), [&](const Row& row) {
    return std::any_of(row.cells.begin(), row.cells.end(),
                       [&](const Cell& cell) { return cell.*flag; });
  });
}

void print_legend(std::string& out, const Group& group, int width) {
  std::string text;
  if (any(group, &Cell::fastest)) text += "* fastest";
  if (any(group, &Cell::tied)) text += ", ~ too close to call";
  if (group.baseline >= 0 && group.columns.size() > 1 && !text.empty())
    text += ", × over " + clean(group.columns[static_cast<std::size_t>(group.baseline)].name);
  const bool filled = std::any_of(group.decision.totals.begin(), group.decision.totals.end(),
                                  [](const Total& t) { return !filled_text(t).empty(); });
  if (filled && group.rows.size() > 1)
    text += "; in brackets: layers that it lacks and " +
            clean(group.columns[static_cast<std::size_t>(group.baseline)].name) + " fills";
  if (!text.empty()) wrap(out, text, width, "  ");
  if (const auto facts = facts_text(group); !facts.empty()) wrap(out, clean(facts), width, "  ");
}

}  // namespace

std::string terminal_table(const Results& results, int width, bool colour, bool failures) {
  std::string out;
  for (const auto& group : arrange(results)) {
    wrap(out, clean(title(group)), width, "  ");
    print_columns(out, group, width, colour);
    print_legend(out, group, width);
    print_notes(out, group, width, failures);
    out += "\n";
  }
  for (const auto& p : results.header.plugins)
    if (const auto text = tolerated_text(p) + declared_text(results, p.label); !text.empty())
      wrap(out, clean(p.label + text), width, "  ");
  for (const auto& absent : results.header.absent)
    wrap(out, clean("absent: " + absent.name + ": " + absent.why), width, "  ");
  wrap(out, clean(counts_text(results)), width, "  ");
  wrap(out, clean(headline(results)), width, "  ");
  return without_commands(out);
}

}  // namespace convgauge::report
