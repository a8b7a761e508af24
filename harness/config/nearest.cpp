#include "config/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "config/place.hpp"
#include "core/layers.hpp"

namespace convgauge::config {
namespace {

/// Insertions, deletions and substitutions between two words (Levenshtein), a row at a time.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    auto diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const auto changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, changed});
    }
  }
  return row.back();
}

/// Whether one word contains the other, as "kernel" in "kernel_size" or "mode" in "padding_mode";
/// at least three letters.
bool part_of(std::string_view a, std::string_view b) {
  return std::min(a.size(), b.size()) >= 3 &&
         (a.find(b) != std::string_view::npos || b.find(a) != std::string_view::npos);
}

/// How far `written` is from a known word: the number of edits, up to a third of the letters; one
/// more than that where one word contains the other; else the largest number, which means that they
/// are not similar.
std::size_t remoteness(std::string_view written, std::string_view known) {
  const auto edits = distance(written, known);
  const auto allowed = std::max<std::size_t>(1, std::max(written.size(), known.size()) / 3);
  if (edits <= allowed) return edits;
  return part_of(written, known) ? allowed + 1 : std::numeric_limits<std::size_t>::max();
}

}  // namespace

std::string suggestion(std::string_view written, const std::vector<std::string>& known) {
  const auto nearest =
      std::min_element(known.begin(), known.end(), [&](const auto& a, const auto& b) {
        return remoteness(written, a) < remoteness(written, b);
      });
  if (nearest == known.end()) return "";
  if (remoteness(written, *nearest) < std::numeric_limits<std::size_t>::max())
    return fmt::format("; did you mean '{}'?", *nearest);
  return "; known here: " + either(known);
}

}  // namespace convgauge::config
