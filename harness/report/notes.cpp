#include "report/notes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include "core/layers.hpp"

namespace convgauge::report {
std::vector<TableNote> notes(const Group& group) {
  std::vector<TableNote> all;
  for (const auto& row : group.rows)
    for (std::size_t c = 0; c < row.cells.size(); ++c) {
      const auto& cell = row.cells[c];
      if (!cell.record || reason(*cell.record).empty()) continue;
      TableNote note{outcome(cell),
                     short_word(cell),
                     group.columns[c].name,
                     shortened(reason(*cell.record)),
                     {},
                     cell.record};
      // What disturbed a measurement differs from case to case in its numbers only.
      const auto same = [&](const TableNote& n) {
        return n.word == note.word && n.column == note.column &&
               (n.reason == note.reason || note.outcome == Outcome::noisy);
      };
      auto it = std::find_if(all.begin(), all.end(), same);
      if (it == all.end()) it = all.insert(all.end(), note);
      if (it->reason != note.reason) it->several_reasons = true;
      it->rows.push_back(row_name(*row.problem));
    }
  for (auto& note : all)
    if (note.several_reasons) note.reason = fmt::format("of {}: {}", note.rows[0], note.reason);
  std::stable_sort(all.begin(), all.end(), [](const TableNote& a, const TableNote& b) {
    return row_of(a.outcome).note_order < row_of(b.outcome).note_order;
  });
  return all;
}

std::string names_text(const std::vector<std::string>& names, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < std::min(most, names.size()); ++i)
    text += (i == 0 ? "" : ", ") + names[i];
  return names.size() > most ? fmt::format("{} and {} more", text, names.size() - most) : text;
}

}  // namespace convgauge::report
