// Pictures as files: rectangles, lines, circles and texts of an SVG that needs no other file.
// Colours are those of the page, light or dark as the reader's system says.
#pragma once
#include <string>
#include <string_view>

#include "core/layers.hpp"

namespace convgauge::report {

class Svg {
 public:
  /// `label`: a text for readers who cannot see the picture.
  Svg(double width, double height, std::string_view label);
  /// `attributes`: more attributes, such as `class="soft"`; not escaped.
  void rect(double x, double y, double width, double height, std::string_view attributes);
  void line(double x1, double y1, double x2, double y2, std::string_view attributes);
  void circle(double x, double y, double radius, std::string_view attributes);
  /// `words` are escaped. `anchor`: start, middle or end.
  void text(double x, double y, std::string_view words, std::string_view anchor,
            std::string_view attributes = "");
  std::string finish() &&;

 private:
  std::string text_;
};

/// The class of a column's colour, `s0` to `s7`.
std::string series_class(std::size_t column);

}  // namespace convgauge::report
