// Reads lines "key : value" and keeps the flags of a fixed table.
#include "run/machine/cpuinfo.hpp"

#include <algorithm>
#include <array>
#include "core/layers.hpp"

namespace convgauge::run {
namespace {

/// Spelled as the kernel does (arch/x86/include/asm/cpufeatures.h; arch/arm64/kernel/cpuinfo.c).
constexpr std::array kFlags{
    "sse4_1",   "sse4_2",   "avx",      "avx2",     "fma",         "f16c",        "avx_vnni",
    "avx512f",  "avx512bw", "avx512dq", "avx512vl", "avx512_vnni", "avx512_bf16", "avx512_fp16",
    "amx_tile", "amx_int8", "amx_bf16", "amx_fp16", "asimd",       "asimdhp",     "asimdfhm",
    "asimddp",  "sve",      "sve2",     "i8mm",     "bf16",        "sme"};

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

std::string cpuinfo_field(std::string_view cpuinfo, std::string_view key) {
  while (!cpuinfo.empty()) {
    const auto line = cpuinfo.substr(0, cpuinfo.find('\n'));
    cpuinfo.remove_prefix(std::min(cpuinfo.size(), line.size() + 1));
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && trimmed(line.substr(0, colon)) == key)
      return std::string(trimmed(line.substr(colon + 1)));
  }
  return {};
}

std::string processor_name(std::string_view cpuinfo) {
  if (auto name = cpuinfo_field(cpuinfo, "model name"); !name.empty()) return name;
  const auto implementer = cpuinfo_field(cpuinfo, "CPU implementer");
  if (implementer.empty()) return {};
  return "implementer " + implementer + ", part " + cpuinfo_field(cpuinfo, "CPU part");
}

std::string instruction_sets(std::string_view cpuinfo) {
  auto flags = cpuinfo_field(cpuinfo, "flags");
  if (flags.empty()) flags = cpuinfo_field(cpuinfo, "Features");
  flags = " " + flags + " ";
  std::string kept;
  for (const char* flag : kFlags)
    if (flags.find(" " + std::string(flag) + " ") != std::string::npos)
      kept += (kept.empty() ? "" : " ") + std::string(flag);
  return kept;
}

}  // namespace convgauge::run
