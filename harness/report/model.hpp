// Results arranged as every report shows them: groups (one suite, one combination of settings),
// each with a table of problems by columns, winners and totals. Computed once here, so that all
// reports agree.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/layers.hpp"
#include "measure/statistics.hpp"
#include "record/classify.hpp"

namespace convgauge::report {

/// One competitor: a label, or a label with one of several algorithms that were asked for by name.
/// A config's "algorithm": "all" gives each algorithm a label of its own,
/// "winograd:winograd.f4x4_3x3": its family is "winograd".
struct Column {
  std::string name, label, variant, family;  // variant: "" for the backend's own choice
  bool operator==(const Column&) const = default;
};

struct Cell {
  const CaseRecord* record = nullptr;  // null: this column has no case of this problem
  /// Only where the result agrees and was measured: nothing else is ranked.
  std::optional<MedianInterval> time_ns;
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
  double filled_ns = 0;  // as ns, with the baseline's time where this column has none
  int unfilled = 0;      // layers that the baseline lacks too
};

/// The fastest column of each layer, chosen on odd rounds and timed on even ones, so that a lucky
/// choice does not make the sum too small.
struct Mix {
  std::vector<int> columns;       // per row; -1 where nothing ran
  std::vector<double> layers_ns;  // per row: count x median of the even rounds; 0 where nothing ran
  Total total;
  std::optional<MedianInterval> speedup;  // over the baseline's total of the same rounds
};

struct Group {
  const Results* results = nullptr;
  std::string suite;
  CaseSettings settings;      // of the problems that have none of their own
  std::string settings_text;  // of all: "1 thread · f32 · nchw · forward/backward_data · strict"
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

/// Whether the difference is certain: the 99% interval of the ratio over the common rounds lies
/// above 1. Where these rounds are too few for an interval, `slower` must take at least twice the
/// time in every one of them. Both cells are measured.
bool told_apart(const Cell& faster, const Cell& slower);

/// Adds speed-ups, winners, totals and the mix to a group whose cells are in place.
void rank(Group& group);

/// The label without the algorithm that a config's "algorithm": "all" appends to it: "cudnn" of
/// "cudnn:cudnn.eng28{k2=1}".
std::string family_of(const CaseRecord& record);

/// Which columns are fastest in one group, in a sentence or two; empty where nothing was timed.
std::string answer(const Group& group);

}  // namespace convgauge::report
