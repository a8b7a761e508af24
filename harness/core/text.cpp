#include "core/text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <csignal>
#include <cstring>

namespace convgauge {
namespace {

/// Half a unit of the last digit shown, for a number from 100 to 999.
double half_step(int digits) {
  return 0.5 * std::pow(10, 3 - digits);
}

}  // namespace

std::string significant(double value, int digits) {
  const double size = std::abs(value), half = half_step(digits);
  const int before = size >= 100 - half / 10 ? 3 : size >= 10 - half / 100 ? 2 : 1;
  return fmt::format("{:.{}f}", value, digits - before);
}

std::string time_text(double ns, int digits) {
  constexpr struct {
    double ns;
    const char* name;
  } kUnits[] = {{1, "ns"}, {1e3, "µs"}, {1e6, "ms"}, {1e9, "s"}};
  const double most = 1000 - half_step(digits);
  const auto* unit = kUnits;
  while (unit + 1 != std::end(kUnits) && !(ns < most * unit->ns)) ++unit;
  return fmt::format("{} {}", significant(ns / unit->ns, digits), unit->name);
}

std::string counted(std::int64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string enumerated(std::span<const std::string_view> words, std::string_view last) {
  if (words.size() < 2) return words.empty() ? std::string() : std::string(words.front());
  return fmt::format("{} {} {}", fmt::join(words.first(words.size() - 1), ", "), last,
                     words.back());
}

std::string shortened(const std::string& text) {
  constexpr std::size_t kMost = 400;
  if (text.size() <= kMost) return text;
  std::size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

std::string signal_name(int signal) {
  if (const char* name = sigabbrev_np(signal)) return fmt::format("SIG{}", name);
  if (signal < SIGRTMIN || signal > SIGRTMAX) return fmt::format("SIG{}", signal);
  return signal == SIGRTMIN ? "SIGRTMIN" : fmt::format("SIGRTMIN+{}", signal - SIGRTMIN);
}

}  // namespace convgauge
