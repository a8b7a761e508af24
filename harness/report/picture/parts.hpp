// What the pictures share.
#pragma once
#include <string>

#include "core/layers.hpp"
#include "report/crossing.hpp"
#include "report/picture/svg.hpp"

namespace convgauge::report {

/// Height of the space above a picture, for its title and for where and when it was measured.
inline constexpr double kTitleHeight = 56;
inline constexpr double kLetter = 6.6;  // width of a letter of a name, on average
void draw_title(Svg& svg, const Group& group, const std::string& words);

/// A column's name, cut to `letters` letters: "winograd f4x4_3x3", "winograd f4x4…".
std::string short_name(const Column& column, int letters);

std::string crossing_picture(const Group& group, const Crossing& crossing);
std::string layers_picture(const Group& group);

}  // namespace convgauge::report
