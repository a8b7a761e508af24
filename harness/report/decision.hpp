// Which backend to use, layer by layer and for the whole network, by how much that is faster, and
// how far to trust it: numbers and typed reasons only. Page, Markdown, terminal and JSON all show
// this one decision; decision_words.hpp puts it into sentences.
//
// How it is made. Of each case's rounds, one half chooses and the other, larger one reports
// (rounds.hpp), so that a lucky choice does not look better than it is. All totals and ratios of a
// decision come from the reporting rounds. The ratio of two totals is the mean of the layers'
// ratios, weighted by their times, with a 99% interval from the rank statistics of each
// (RatioOfSums in measure/many.hpp); 15 rounds leave the 8 that it needs. A network of one layer or
// one column has nothing to choose and add up, and layers with fewer than 15 rounds have too few:
// all their rounds serve for both.
// tests/unit/report/decision_simulation_test.cpp says how often this is wrong.
#pragma once
#include <optional>
#include <vector>

#include "core/layers.hpp"
#include "core/words.hpp"
#include "measure/statistics.hpp"

namespace convgauge::report {

/// What can be said of one layer, from all its rounds, as the tables mark it. use: one column is
/// told apart from every other. tie: too close to call. not_told: the machine left a rival without
/// a time, which may be faster. untimed: no column has a time.
enum class LayerCall { use, tie, not_told, untimed };

/// What to do with the network. untimed: nothing has a time. alone: one column only, nothing to
/// choose. everywhere: one column for all layers. mix: different ones, either because that is told
/// faster than the best single one, or because no single one has all layers.
enum class Plan { untimed, alone, everywhere, mix };

/// sound: none of the reasons below is against the figures. caution: read the reasons first.
/// poor: differences such as these may be the machine's.
enum class Trust { sound, caution, poor };

/// Why a decision is to be read with care, or what a reader has to know. Each has its figure.
enum class Reason {
  failures,          // cases of this network with a defect
  few_rounds,        // fewest rounds of a layer: too few to choose and to give an interval
  noise_floor,       // share by which two processes of the same code seem to differ
  no_noise_floor,    // it was not measured; no figure
  disturbed,         // share of the samples that lost over 5% of their time to others
  loaded,            // load average at the start of the run, per processor
  inconclusive,      // cases that the machine left without a time
  includes_reorders  // columns whose time has the library's reorders from and to the host's layout
};
}  // namespace convgauge::report

namespace convgauge {
template <>
struct Words<report::LayerCall> {
  static constexpr std::string_view what = "call";
  static constexpr std::array<std::string_view, 4> words{"use", "tie", "not told", "untimed"};
};
template <>
struct Words<report::Plan> {
  static constexpr std::string_view what = "plan";
  static constexpr std::array<std::string_view, 4> words{"untimed", "alone", "everywhere", "mix"};
};
template <>
struct Words<report::Trust> {
  static constexpr std::string_view what = "trust";
  static constexpr std::array<std::string_view, 3> words{"sound", "caution", "poor"};
};
template <>
struct Words<report::Reason> {
  static constexpr std::string_view what = "reason";
  static constexpr std::array<std::string_view, 8> words{
      "failures",  "few rounds", "noise floor",  "no noise floor",
      "disturbed", "loaded",     "inconclusive", "includes reorders"};
};
}  // namespace convgauge

namespace convgauge::report {

struct Group;

struct LayerDecision {
  LayerCall call = LayerCall::untimed;
  int best = -1;           // the fastest column of a use or a tie
  std::vector<int> close;  // tie: not told apart from `best`; not_told: columns without a time
  int column = -1;         // that the plan takes here; -1: untimed
  double ns = 0;           // count x median of that column; 0: untimed
  bool operator==(const LayerDecision&) const = default;
};

/// A sum over layers, of count x median.
struct Total {
  double ns = 0;
  int layers = 0, missing = 0;
  double filled_ns = 0;  // as ns, with the baseline's time where this column has none
  int unfilled = 0;      // layers that the baseline lacks too
};

/// How many times faster the decision is than one column used everywhere.
struct Lead {
  MedianInterval ratio;
  /// The decision is faster for certain, by 1% and by the noise floor. Where the column is what the
  /// decision says, the ratio is 1.
  bool told = false;
};

struct Advice {
  Reason reason;
  double figure = 0;           // see Reason
  std::vector<int> columns{};  // that it is about; empty: all
  bool operator==(const Advice&) const = default;
};

struct Badge {
  Trust trust = Trust::sound;
  std::vector<Advice> advice;
};

struct Decision {
  Plan plan = Plan::untimed;
  /// The column of the plan everywhere, and the one that a mix is built on; -1: none has all
  /// layers.
  int single = -1;
  std::vector<LayerDecision> layers;          // per row
  Total total;                                // of the layers' columns
  std::vector<Total> totals;                  // per column, over the same rounds
  std::vector<std::optional<Lead>> leads;     // per column; empty where it lacks a layer
  std::optional<MedianInterval> over_single;  // of a mix, where a column has all layers
  bool halved = false;    // chosen on one half of the rounds, reported from the other
  int rounds = 0;         // fewest rounds reported from of any layer with a time
  double least_lead = 1;  // ratios up to this are too close to call, whatever their interval
  Badge badge;
};

/// `group` has its columns and rows in place, with the times of its cells.
Decision decide(const Group& group);

/// For a run that names no baseline: of the columns with a time in most layers, the one whose total
/// is the least on the rounds that decisions are chosen by; -1 where nothing has a time. Of `group`
/// only columns, rows and records are read.
int usual_baseline(const Group& group);

/// Layers with that call, in how many the decision uses the column, and which columns are the
/// plan's alternatives as a whole: not told apart from it.
int layers_called(const Decision& decision, LayerCall call);
int layers_of(const Decision& decision, int column);
std::vector<int> too_close(const Decision& decision);

/// Ratios up to this are not told apart: 1% (what compare and history call a change), or the
/// machine's noise floor where each case was measured in one process, whose luck is in all its
/// samples.
double least_lead(const Group& group);

}  // namespace convgauge::report
