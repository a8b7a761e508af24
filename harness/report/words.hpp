// How numbers, settings and outcomes are worded: the same in every report.
#pragma once
#include <string>
#include <string_view>

#include "core/layers.hpp"
#include "core/text.hpp"
#include "report/model.hpp"

namespace convgauge::report {

/// "; tolerated: R14, R15"; empty where the run tolerated no breach of a rule.
std::string tolerated_text(const PluginRecord& plugin);

/// "; declares: may take subnormal numbers as zero, may read 16 bytes behind src": what the plans
/// of this label in the header declared that changes how they are judged, guarded or counted; empty
/// where they declared nothing of the kind.
std::string declared_text(const Results& results, const std::string& label);

std::string time_or_dash(double ns);   // "—" where there is none: 0 or less
std::string ratio_text(double ratio);  // "3.92×"
std::string bytes_text(double bytes);  // "1.75 MB"
/// "resnet50 · 2 threads · f32 · nchw · forward · strict".
std::string title(const Group& group);
/// The layer's name, or the problem's text where it has none, and the settings that it has of its
/// own: "up1 (backward_data)".
std::string row_name(const Problem& problem);

/// The outcome of the cell's case, a known defect as what it is; Outcome::absent where there is no
/// case.
Outcome outcome(const Cell& cell);
/// The time, or one or two words for a cell without one: "refused", "✕ wrong", "over budget", "—".
std::string short_word(const Cell& cell);
/// Why there is no time, in a sentence; empty where there is one.
std::string reason(const CaseRecord& record);

/// "n1c1h2w1_o1k1_nobias (size=2)": the smallest case that fails in the same way, and its
/// parameters that are not trivial. Or why there is none; empty where none was searched for.
std::string smallest_text(const CaseRecord& record);

/// A column's total, "16.2 ms", or "—" where a layer is missing.
std::string total_text(const Total& total);
/// The total with the baseline's times in the gaps, "16.2 ms (19)" with how many; empty where there
/// is no gap, no time at all, or no baseline to fill it.
std::string filled_text(const Total& total);

}  // namespace convgauge::report
