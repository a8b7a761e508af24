// Two sets of results side by side: what differed in how they were made, every case with its pair,
// the ratio of their times and how surely it is known. Computed here once, so that no two texts
// disagree.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/expected.hpp"
#include "measure/statistics.hpp"
#include "record/record.hpp"

namespace convgauge {

struct CompareOptions {
  std::optional<std::string> of,
      with;              // labels: of the candidate, of the baseline; empty: each with its like
  double margin = 0.01;  // a smaller change is none: an unchanged plugin moves by as much
  double false_discoveries = 0.05;  // the rate that is let through (Benjamini and Hochberg)
};

/// One set of results: those of one folder, or of several that are repeats or shards of one
/// another.
struct Side {
  std::string name;  // the folders
  std::vector<const Results*> runs;
};

/// Something that was not the same. `what`: "processor", "compiler", "plugin of winograd".
struct Difference {
  std::string what, baseline, candidate;
  bool operator==(const Difference&) const = default;
};

enum class Change {
  slower,     // by more than the margin: the 99% interval and the false discovery rate say so
  faster,     //
  same,       // no more can be said than that the interval reaches into the margin
  undecided,  // too few samples for an interval
  broke,      // agreed, and does not now
  mended,     // failed, and agrees now
  refused,    // agreed, and is refused now
  accepted,   // was refused, and agrees now
  gone,       // stands in the baseline alone
  added,      // stands in the candidate alone
  untimed     // verdicts are of one kind, and one or both have no time
};
/// "slower", "faster", "same", ...
std::string_view word(Change change);

struct ComparedCase {
  const CaseRecord *baseline = nullptr, *candidate = nullptr;  // the last of each; not both null
  Change change = Change::untimed;
  bool paired = false;                       // by round, in one run
  std::optional<MedianInterval> time_ratio;  // candidate over baseline: above 1 is slower
  double baseline_ns = 0, candidate_ns = 0;  // medians; 0 where there is none
  double p = 1, false_discovery_rate = 1;
  const CaseRecord& any() const { return candidate ? *candidate : *baseline; }
};

/// One network under one combination of settings by one competitor: the geometric mean of its time
/// ratios, weighted by count.
struct ComparedNetwork {
  std::string suite, label;
  CaseSettings settings;
  MedianInterval time_ratio;
  int layers = 0, missing = 0;  // with a ratio, and without
};

struct Comparison {
  std::string baseline, candidate;  // names
  std::vector<Difference> differences;
  std::vector<ComparedCase> cases;  // in order of the baseline, then what the candidate adds
  std::vector<ComparedNetwork> networks;
  CompareOptions options;
  bool several_settings = false, several_suites = false;  // then a case's name says which
  bool by_label() const { return options.of && options.with; }
  int count(Change change) const;
};

/// The results must outlive what is returned. An error where no case stands in both, or a label in
/// neither.
Expected<Comparison> compare(const Side& baseline, const Side& candidate,
                             const CompareOptions& options = {});

/// What was not the same between two sides, most telling first: machine, library and plugin,
/// program, request.
std::vector<Difference> differences(const Side& baseline, const Side& candidate,
                                    const CompareOptions& options);

/// The answer in sentences: how many are slower, faster, the same, broke; the networks' means.
/// `unpaired_warning()` is the sentence that runs at different times need, empty where all pairs
/// are of one run.
std::string comparison_answer(const Comparison& comparison);
std::string unpaired_warning(const Comparison& comparison);
/// "1.052 (1.039 … 1.064)"; without an interval "1.052 (4 samples are too few for an interval)".
std::string ratio_interval_text(const MedianInterval& ratio);
/// "layer1.0.conv2 · winograd", with the suite and the settings where there are several.
std::string case_name(const Comparison& comparison, const ComparedCase& compared);
/// "resnet50 · winograd · 2 threads · f32 · ...".
std::string network_name(const ComparedNetwork& network);
/// "compiler: gcc 12 → gcc 13".
std::string difference_text(const Difference& difference);
/// Why a case has no ratio, or what became of its verdict; empty for the others.
std::string change_reason(const ComparedCase& compared);
/// Those that are not the same, the worst first.
std::vector<const ComparedCase*> changed_cases(const Comparison& comparison);

/// A format each.
std::string compare_text(const Comparison& comparison, int width, bool colour, bool all_cases);
/// For a pull request: never over 64 KB, cut with a sentence.
std::string compare_markdown(const Comparison& comparison);
std::string compare_json(const Comparison& comparison);
/// One offline page.
std::string compare_html(const Comparison& comparison);

}  // namespace convgauge
