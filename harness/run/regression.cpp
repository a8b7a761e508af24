#include "run/regression.hpp"

#include <fmt/format.h>

#include <cctype>

#include "core/layers.hpp"
#include "core/problem_text.hpp"

namespace convgauge::run {
namespace {

const Geometry& geometry_of(const CaseRecord& r) {
  return r.smallest ? r.smallest->geometry : r.problem.geometry;
}

const CaseSettings& settings_of(const CaseRecord& r) {
  return r.smallest ? r.smallest->settings : r.settings;
}

}  // namespace

Suite regression_suite(const CaseRecord& record, const Competitor& competitor,
                       const VerifySettings& verify, const std::string& name) {
  const auto& s = settings_of(record);
  Suite suite;
  suite.name = name;
  suite.problems.push_back({name, short_text(geometry_of(record)), geometry_of(record), 1});
  auto choice = competitor.choice;
  choice.label = choice.name;
  choice.algorithm =
      record.smallest ? record.smallest->requested_algorithm : record.requested_algorithm;
  if (competitor.plugin_named) choice.plugin = competitor.plugin_file;
  suite.backends.push_back(std::move(choice));
  auto& to = suite.settings;
  axes(to) = axes_of(s);
  to.verify = verify;
  if (record.smallest && !record.smallest->fills.empty()) to.verify.fills = record.smallest->fills;
  return suite;
}

std::string regression_name(const CaseRecord& record) {
  auto name = fmt::format("{}-{}", record.label, short_text(geometry_of(record)));
  std::string numbers;
  for (const auto& setting : setting_texts(settings_of(record))) {
    if (setting.is_default) continue;
    if (setting.is_number)
      numbers += fmt::format("-{}{}", setting.key.letter, setting.value);
    else
      name += "-" + setting.phrase;
  }
  name += numbers;
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '_' && c != '.') c = '_';
  return name;
}

}  // namespace convgauge::run
