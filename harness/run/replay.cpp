#include "run/replay.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/layers.hpp"
#include "core/problem_text.hpp"

namespace convgauge::run {
namespace {

std::string quoted(const std::string& text) {
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("_-./:=,+@%").find(c) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return text;
  std::string safe = "'";
  for (const char c : text) safe += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return safe + "'";
}

/// " --dtype f16 --cold": options for the settings that are not the default. Numbers (threads) are
/// not among them, since their default depends on the machine.
std::string options_text(const CaseSettings& settings) {
  std::string text;
  for (const auto& setting : setting_texts(settings)) {
    if (setting.is_default || setting.is_number) continue;
    const bool is_switch = setting.value == "true";
    text += fmt::format(" --{}{}", setting.key.option(), is_switch ? "" : " " + setting.value);
  }
  return text;
}

template <class E>
std::string joined(const std::vector<E>& values) {
  std::string text;
  for (const auto value : values) text += (text.empty() ? "" : ",") + std::string(word(value));
  return text;
}

}  // namespace

std::string replay_line(const char* verb, const CaseRecord& r, const Competitor& competitor,
                        const VerifySettings& verify, const std::vector<Placement>& placements) {
  auto line = fmt::format("convgauge {} {} --backend {} --threads {}", verb,
                          full_text(r.problem.geometry), r.backend, r.settings.threads);
  if (r.requested_algorithm != "default") line += " --algorithm " + quoted(r.requested_algorithm);
  line += options_text(r.settings);
  if (competitor.choice.device) line += " --device " + quoted(*competitor.choice.device);
  for (const auto& [key, value] : r.options) line += " --option " + quoted(key + "=" + value);
  if (!competitor.choice.library_path.empty())
    line += " --library-path " + quoted(competitor.choice.library_path.string());
  if (!competitor.choice.tolerate.empty())
    line += " --tolerate " + joined(competitor.choice.tolerate);
  if (competitor.plugin_named) line += " --plugin " + quoted(competitor.plugin_file);
  if (verify.fills != VerifySettings{}.fills) line += " --fill " + joined(verify.fills);
  if (verify.reference != ReferenceKind::automatic)
    line += fmt::format(" --reference {}", word(verify.reference));
  if (verify.seed != 1) line += fmt::format(" --seed {}", verify.seed);
  if (placements != std::vector{Placement::end, Placement::start})
    line += " --placement " + joined(placements);
  if (verify.timeout)
    line += fmt::format(" --timeout {:g}", std::chrono::duration<double>(*verify.timeout).count());
  return line;
}

}  // namespace convgauge::run
