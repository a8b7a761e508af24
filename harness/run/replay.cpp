#include "run/replay.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/problem_text.hpp"

namespace convgauge {
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

template <class E>
std::string joined(const std::vector<E>& values) {
  std::string text;
  for (const auto value : values) text += (text.empty() ? "" : ",") + std::string(word(value));
  return text;
}

}  // namespace

std::string replay_line(const char* verb, const CaseRecord& r, const Competitor& competitor,
                        const VerifySettings& verify, const std::vector<Placement>& placements) {
  const auto& s = r.settings;
  auto line = fmt::format("convgauge {} {} --backend {} --threads {}", verb,
                          full_text(r.problem.geometry), r.backend, s.threads);
  if (r.requested_algorithm != "default") line += " --algorithm " + quoted(r.requested_algorithm);
  if (s.dtype != Dtype::f32) line += fmt::format(" --dtype {}", word(s.dtype));
  if (s.layout != Layout::nchw) line += fmt::format(" --layout {}", word(s.layout));
  if (s.direction != Direction::forward) line += fmt::format(" --direction {}", word(s.direction));
  if (s.math != MathMode::strict) line += fmt::format(" --math {}", word(s.math));
  if (s.cold) line += " --cold";
  if (s.mode != MeasureMode::throughput) line += fmt::format(" --mode {}", word(s.mode));
  if (s.deterministic) line += " --deterministic";
  if (competitor.choice.device) line += " --device " + quoted(*competitor.choice.device);
  for (const auto& [key, value] : r.options) line += " --option " + quoted(key + "=" + value);
  if (!competitor.choice.library_path.empty())
    line += " --library-path " + quoted(competitor.choice.library_path.string());
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

}  // namespace convgauge
