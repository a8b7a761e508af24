#include "report/case_key.hpp"

#include <fmt/format.h>

#include "core/problem_text.hpp"

namespace convgauge {

std::string case_key(const CaseRecord& r, bool with_label) {
  const auto& s = r.settings;
  auto key = fmt::format("{}\n{}\n{}\n{} {} {} {} {} {} {} {}", r.problem.suite, r.problem.name,
                         full_text(r.problem.geometry), on_cpu(r) ? s.threads : 0, word(s.dtype),
                         word(s.layout), word(s.direction), word(s.math), s.cold, s.deterministic,
                         word(s.mode));
  if (with_label) key += fmt::format("\n{}\n{}", r.label, r.requested_algorithm);
  return key;
}

}  // namespace convgauge
