// The one-line text form of a problem: what every message and report prints, and what the command
// line reads back.
//
//   n1c64h56w56_o64k3x3s1x1p1x1d1x1g1_bias_zeros   in full
//   n1c64h56w56_o64k3p1                            without s1 p0 d1 g1 bias zeros, torch's defaults
//   n1c8h9w9_o8k3s2x1p1.2x0.3g8_nobias_reflect     padding is top.bottom x left.right
#pragma once
#include <string>
#include <string_view>

#include "core/expected.hpp"
#include "core/geometry.hpp"

namespace convgauge {

/// The shortest form. parse_problem(short_text(g)) == g.
std::string short_text(const Geometry& g);

/// Every field. parse_problem(full_text(g)) == g.
std::string full_text(const Geometry& g);

/// Reads either form. Does not check whether the problem is legal: see flaw(). The error names the
/// place in the text, and the rule.
Expected<Geometry> parse_problem(std::string_view text);

}  // namespace convgauge
