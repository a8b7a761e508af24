// Results arranged as every report shows them: groups (one suite, one combination of settings), in
// each a table of problems by columns with its winners and totals. Computed here once, so that no
// two reports disagree.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "measure/statistics.hpp"
#include "record/record.hpp"

namespace convgauge {

/// One competitor: a label, or a label with one of several algorithms that were asked for by name.
/// A config's "algorithm": "all" gives each algorithm a label of its own,
/// "winograd:winograd.f4x4_3x3": its family is "winograd".
struct Column {
  std::string name, label, variant, family;  // variant: "" for the backend's own choice
  bool operator==(const Column&) const = default;
};

struct Cell {
  const CaseRecord* record = nullptr;  // null: this column never met this problem
  std::optional<MedianInterval>
      time_ns;  // only where the result agrees and was measured: nothing else is ranked
  std::optional<MedianInterval> speedup;  // over the baseline's cell, from the same rounds
  bool fastest = false;                   // of its row
  bool tied = false;                      // not fastest, but not told apart from it
};

struct Row {
  const Problem* problem = nullptr;
  std::vector<Cell> cells;  // one per column
};

struct Total {
  double ns = 0;  // sum of count x median
  int layers = 0, missing = 0;
  double filled_ns = 0;  // ns, and the baseline's time where this column has none
  int unfilled = 0;      // layers that the baseline lacks too
};

/// The fastest column of each layer, chosen on odd rounds and timed on even ones, so that luck in
/// the choice does not flatter the sum.
struct Mix {
  std::vector<int> columns;       // per row; -1 where nothing ran
  std::vector<double> layers_ns;  // per row: count x median of the even rounds; 0 where nothing ran
  Total total;
  std::optional<MedianInterval> speedup;  // over the baseline's total of the same rounds
};

struct Group {
  const Results* results = nullptr;
  std::string suite;
  CaseSettings settings;
  std::vector<Column> columns;
  int baseline = -1;  // index into columns; -1: none
  std::vector<Row> rows;
  std::vector<Total> totals;  // one per column
  Mix mix;
};

/// `results` must outlive what is returned. Device backends (not "cpu...") join the groups of every
/// thread count.
std::vector<Group> arrange(const Results& results);

/// The ratio of two measured cells in their common rounds: how many times faster `cell` is than
/// `base`.
MedianInterval speedup_over(const Cell& base, const Cell& cell);

/// "Faster" is said only where the 99% interval of the ratio says so. Where the common rounds are
/// too few for one, only what takes twice the time in every round is told apart: that needs none.
/// Both are measured.
bool told_apart(const Cell& faster, const Cell& slower);

/// Adds speed-ups, winners, totals and the mix to a group whose cells are in place.
void rank(Group& group);

/// What a backend's cases of one label are known by, whichever algorithm: "cudnn" of
/// "cudnn:cudnn.eng28{k2=1}", the label that a config's "all" gives an algorithm.
std::string family_of(const CaseRecord& record);

/// The measured samples of a cell, null where it is not ranked.
const Measured* ranked(const CaseRecord* record);

/// Who wins in one group, in a sentence or two; empty where nothing was timed.
std::string answer(const Group& group);

}  // namespace convgauge
