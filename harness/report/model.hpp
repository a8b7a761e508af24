// Results arranged as every report shows them: groups (one suite, one combination of settings),
// each with a table of problems by columns, winners and a decision. Computed once here, so that all
// reports agree.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/layers.hpp"
#include "measure/statistics.hpp"
#include "record/classify.hpp"
#include "report/decision.hpp"

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
  /// Of its row: no other is faster in the median of their common rounds. No cell is where the
  /// machine left a rival without a time that may be faster.
  bool fastest = false;
  bool tied = false;  // not fastest, but not told apart from it
};

struct Row {
  const Problem* problem = nullptr;
  std::vector<Cell> cells;  // one per column
};

struct Group {
  const Results* results = nullptr;
  std::string suite;
  CaseSettings settings;      // of the problems that have none of their own
  std::string settings_text;  // of all: "1 thread · f32 · nchw · forward/backward_data · strict"
  std::vector<Column> columns;
  int baseline = -1;  // index into columns; -1: none
  std::vector<Row> rows;
  Decision decision;
};

/// `results` must outlive what is returned. Device backends (not "cpu...") join the groups of every
/// thread count.
std::vector<Group> arrange(const Results& results);

/// The ratio of two measured cells in their common rounds: how many times faster `cell` is than
/// `base`.
MedianInterval speedup_over(const Cell& base, const Cell& cell);

/// Whether the difference is certain: the 99% interval of the ratio over the common rounds lies
/// above 1, and the ratio above `least_lead`. Where these rounds are too few for an interval,
/// `slower` must take at least twice the time in every one of them. Both cells are measured.
bool told_apart(const Cell& faster, const Cell& slower, double least_lead);

/// The index of the one that no other is faster than, in the median of their common rounds; null
/// and empty ones are left out. -1: none is left. Where such medians run in a circle, one that the
/// last of the others does not beat.
int fastest_of(const std::vector<const Measured*>& row, int last);

/// Columns that the machine left without a time in this row (noisy, not run, not judged) and that
/// may be faster than `time_ns`. Not those whose shortest sample, less the time that it lost to
/// others, is longer.
std::vector<int> unsettled(const Row& row, double time_ns);

/// Adds speed-ups, winners and the decision to a group whose cells are in place.
void rank(Group& group);

/// The label without the algorithm that a config's "algorithm": "all" appends to it: "cudnn" of
/// "cudnn:cudnn.eng28{k2=1}".
std::string family_of(const CaseRecord& record);

}  // namespace convgauge::report
