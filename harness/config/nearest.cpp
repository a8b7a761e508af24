#include "config/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "config/place.hpp"
#include "core/layers.hpp"

namespace convgauge::config {
namespace {

std::string lower(std::string_view text) {
  std::string all(text);
  for (char& c : all)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return all;
}

/// Insertions, deletions, substitutions and swaps of neighbours between two words: the optimal
/// string alignment distance (Boytsov 2011, "Indexing methods for approximate dictionary
/// searching", section 2.1), three rows at a time.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), above = before, row = before;
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before = std::exchange(above, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = a[i - 1] == b[j - 1];
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
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

std::optional<std::string> nearest(std::string_view written,
                                   const std::vector<std::string>& known) {
  // What is much longer than any name is none, and would take long to compare.
  constexpr std::size_t kLongest = 80;
  if (written.size() > kLongest) return std::nullopt;
  const auto meant = lower(written);
  // Of words that are equally similar, one that holds what was written, as "mobilenet_v2" does.
  const auto remote = [&](const std::string& word) {
    return std::pair(remoteness(meant, lower(word)), !part_of(meant, lower(word)));
  };
  const auto found =
      std::min_element(known.begin(), known.end(),
                       [&](const auto& a, const auto& b) { return remote(a) < remote(b); });
  if (found == known.end() || remote(*found).first == std::numeric_limits<std::size_t>::max())
    return std::nullopt;
  return *found;
}

std::string suggestion(std::string_view written, const std::vector<std::string>& known) {
  if (known.empty()) return "";
  if (const auto found = nearest(written, known))
    return fmt::format("; did you mean '{}'?", *found);
  return "; known here: " + either(known);
}

}  // namespace convgauge::config
