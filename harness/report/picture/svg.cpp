#include "report/picture/svg.hpp"

#include <fmt/format.h>

#include "core/layers.hpp"
#include "report/escape.hpp"
#include "report/text_width.hpp"

namespace convgauge::report {
namespace {

/// The themes of page/page.css.
constexpr const char* kStyle = R"(<style>
svg { --card: #fff; --ink: #1c2024; --soft: #5d676f; --line: #e1e3df;
  --s0: #4a5862; --s1: #c46a12; --s2: #1f6fb2; --s3: #0b7a75; --s4: #8e4ea6; --s5: #a08300; --s6: #b0436f; --s7: #3e4fae }
@media (prefers-color-scheme: dark) { svg { --card: #1b1f23; --ink: #e7eaec; --soft: #a0aab1; --line: #2f363c;
  --s0: #b3bdc5; --s1: #f0a04b; --s2: #6cb0ff; --s3: #4fc3b7; --s4: #cf9fe8; --s5: #dcc64a; --s6: #f08fb5; --s7: #9aa8ff } }
text { font: 12px system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: var(--ink) }
.soft { fill: var(--soft); font-size: 11px } .title { font-size: 15px; font-weight: 600 } .strong { font-weight: 600 }
.ground { fill: var(--card) } .grid { stroke: var(--line) } .axis { stroke: var(--soft) }
.tied { stroke: var(--ink); stroke-dasharray: 4 3; stroke-width: 1.3 }
.s0 { fill: var(--s0); stroke: var(--s0) } .s1 { fill: var(--s1); stroke: var(--s1) } .s2 { fill: var(--s2); stroke: var(--s2) } .s3 { fill: var(--s3); stroke: var(--s3) }
.s4 { fill: var(--s4); stroke: var(--s4) } .s5 { fill: var(--s5); stroke: var(--s5) } .s6 { fill: var(--s6); stroke: var(--s6) } .s7 { fill: var(--s7); stroke: var(--s7) }
.pale { fill-opacity: .26; stroke: none } .pale.tied { stroke: var(--ink) }
</style>
)";

}  // namespace

Svg::Svg(double width, double height, std::string_view label)
    : text_(fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" "
                        "height=\"{1:.0f}\" viewBox=\"0 0 {0:.0f} "
                        "{1:.0f}\" role=\"img\" aria-label=\"{2}\">\n",
                        width, height, escape_markup(clean(label)))) {
  text_ += kStyle;
  rect(0, 0, width, height, "rx=\"10\" class=\"ground\"");
}

void Svg::rect(double x, double y, double width, double height, std::string_view attributes) {
  text_ += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" {}/>\n",
                       x, y, width, height, attributes);
}

void Svg::line(double x1, double y1, double x2, double y2, std::string_view attributes) {
  text_ += fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" {}/>\n", x1,
                       y1, x2, y2, attributes);
}

void Svg::circle(double x, double y, double radius, std::string_view attributes) {
  text_ += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\" {}/>\n", x, y, radius,
                       attributes);
}

void Svg::text(double x, double y, std::string_view words, std::string_view anchor,
               std::string_view attributes) {
  text_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" {}>{}</text>\n", x, y,
                       anchor, attributes, escape_markup(clean(words)));
}

std::string Svg::finish() && {
  return std::move(text_) + "</svg>\n";
}

std::string series_class(std::size_t column) {
  return fmt::format("s{}", column % 8);
}

}  // namespace convgauge::report
