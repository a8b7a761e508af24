#include "report/case_key.hpp"

#include <fmt/format.h>

#include "core/layers.hpp"
#include "core/problem_text.hpp"

namespace convgauge::report {

std::string case_key(const CaseRecord& r, bool with_label) {
  auto key =
      fmt::format("{}\n{}\n{}\n", r.problem.suite, r.problem.name, full_text(r.problem.geometry));
  auto settings = r.settings;
  if (!on_cpu(r)) settings.threads = 0;  // host threads do not matter there
  for (const auto& setting : setting_texts(settings)) key += setting.value + " ";
  if (with_label) key += fmt::format("\n{}\n{}", r.label, r.requested_algorithm);
  return key;
}

}  // namespace convgauge::report
