#include "report/page_template.hpp"
#include "core/layers.hpp"

namespace convgauge::report {

std::string fill_marks(std::string_view page,
                       const std::function<std::string(std::string_view name)>& content) {
  std::string filled;
  for (;;) {
    const auto mark = page.find("{{");
    filled += page.substr(0, mark);
    if (mark == page.npos) return filled;
    const auto end = page.find("}}", mark);
    filled += content(page.substr(mark + 2, end - mark - 2));
    page.remove_prefix(end + 2);
  }
}

std::string script_safe(std::string_view json) {
  std::string text;
  for (const char c : json) text += c == '<' ? std::string("\\u003c") : std::string(1, c);
  return text;
}

}  // namespace convgauge::report
