// Pictures as files: rectangles, lines, circles and texts of an SVG that needs nothing beside it.
// Colours are those of the page, in its light and its dark theme, by the reader's system.
#pragma once
#include <string>
#include <string_view>

namespace convgauge {

class Svg {
 public:
  /// `label`: what the picture says, for who does not see it.
  Svg(double width, double height, std::string_view label);
  /// `attributes`: further ones, as `class="soft"`; not escaped.
  void rect(double x, double y, double width, double height, std::string_view attributes);
  void line(double x1, double y1, double x2, double y2, std::string_view attributes);
  void circle(double x, double y, double radius, std::string_view attributes);
  /// Escaped. `anchor`: start, middle or end.
  void text(double x, double y, std::string_view words, std::string_view anchor,
            std::string_view attributes = "");
  std::string finish() &&;

 private:
  std::string text_;
};

/// The class of a column's colour, `s0` to `s7`.
std::string series_class(std::size_t column);

}  // namespace convgauge
