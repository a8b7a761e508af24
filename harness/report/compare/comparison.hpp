// Two sets of results side by side: what differed in how they were made, each case with its
// counterpart, the ratio of their times and its uncertainty. Computed once here, so that all
// formats agree.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/expected.hpp"
#include "core/layers.hpp"
#include "measure/statistics.hpp"
#include "record/record.hpp"

namespace convgauge::report {

struct CompareOptions {
  /// Labels: `of` the candidate, `with` the baseline. Empty: cases of equal labels are compared.
  std::optional<std::string> of, with;
  double margin = 0.01;  // smaller changes do not count: an unchanged plugin varies by as much
  double false_discoveries = 0.05;  // accepted rate (Benjamini and Hochberg)
};

/// One set of results: those of one folder, or of several that are repeats or shards of one
/// another.
struct Side {
  std::string name;  // the folders
  std::vector<const Results*> runs;
};

/// Something that differs between the two sides. `what`: "processor", "compiler", "plugin hash of
/// winograd".
struct Difference {
  std::string what, baseline, candidate;
  std::string label{};  // of the backend concerned; empty: it concerns all
  bool operator==(const Difference&) const = default;
};

enum class Change {
  slower,     // by more than the margin: the 99% interval and the false discovery rate say so
  faster,     // likewise
  same,       // not shown to be slower or faster by more than the margin
  undecided,  // too few samples for an interval
  broke,      // did not fail before, fails now
  mended,     // failed before, agrees now
  refused,    // agreed before, is refused now
  accepted,   // was refused before, agrees now
  gone,       // only in the baseline
  added,      // only in the candidate
  untimed     // none of these, and one side or both have no time
};
/// "slower", "faster", "same", ...
std::string_view word(Change change);

struct ComparedCase {
  const CaseRecord *baseline = nullptr, *candidate = nullptr;  // the last ones; not both null
  Change change = Change::untimed;
  bool paired = false;                       // both were timed in the same rounds of one run
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
  std::string settings_text;  // with every value that a problem has of its own
  MedianInterval time_ratio;
  int layers = 0, missing = 0;  // with a ratio, and without
};

struct Comparison {
  std::string baseline, candidate;  // names
  std::vector<Difference> differences;
  std::vector<ComparedCase> cases;  // in order of the baseline, then what the candidate adds
  std::vector<ComparedNetwork> networks;
  CompareOptions options;
  bool several_settings = false, several_suites = false;  // then a case's name includes them
  bool by_label() const { return options.of && options.with; }
  int count(Change change) const;
};

/// The results must outlive what is returned. Errors: no case is in both; a label that its side
/// does not have.
Expected<Comparison> compare(const Side& baseline, const Side& candidate,
                             const CompareOptions& options = {});

/// What differs between two sides, the most important first: machine, plugins and their libraries,
/// convgauge itself, config.
std::vector<Difference> differences(const Side& baseline, const Side& candidate,
                                    const CompareOptions& options);

/// The answer in sentences: how many are slower, faster, the same, broke; the networks' means.
/// `unpaired_warning()`: the sentence that is needed where times come from different runs; empty
/// where all pairs are of one run.
std::string comparison_answer(const Comparison& comparison);
std::string unpaired_warning(const Comparison& comparison);
/// "1.052 (1.039 … 1.064)"; without an interval "1.052 (too few samples for an interval)".
std::string ratio_interval_text(const MedianInterval& ratio);
/// "layer1.0.conv2 · winograd", with the suite and the settings where there are several.
std::string case_name(const Comparison& comparison, const ComparedCase& compared);
/// "resnet50 · winograd · 2 threads · f32 · ...".
std::string network_name(const ComparedNetwork& network);
/// "compiler: gcc 12 → gcc 13".
std::string difference_text(const Difference& difference);
/// Why a case has no ratio, or how its verdict changed; empty for the others.
std::string change_reason(const ComparedCase& compared);
/// All cases except `same` and `untimed`, the worst first.
std::vector<const ComparedCase*> changed_cases(const Comparison& comparison);

/// One function for each format.
std::string compare_text(const Comparison& comparison, int width, bool colour, bool all_cases);
/// For a pull request: at most 64 KB; a sentence says how much was cut.
std::string compare_markdown(const Comparison& comparison);
std::string compare_json(const Comparison& comparison);
/// One offline page.
std::string compare_html(const Comparison& comparison);

}  // namespace convgauge::report
