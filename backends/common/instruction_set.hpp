// The instruction sets that our kernels are compiled for, and which of them this processor and
// system can run.
#pragma once
#include <array>
#include <string>
#include <string_view>

namespace convgauge::backends {

/// In the order of preference, worst first. portable: what the compiler assumes without further
/// flags (x86-64: SSE2).
enum class InstructionSet { portable, avx2, avx512 };

constexpr std::array kInstructionSets{InstructionSet::portable, InstructionSet::avx2,
                                      InstructionSet::avx512};

/// The values of an option `isa` that forces one; "auto" is the best that runs here.
constexpr const char* kInstructionSetValues = "auto|portable|avx2|avx512";

constexpr std::string_view word(InstructionSet set) {
  return set == InstructionSet::avx512 ? "avx512"
         : set == InstructionSet::avx2 ? "avx2"
                                       : "portable";
}

/// avx2 stands for AVX2 with FMA; avx512 for both and AVX-512 F, VL, DQ and BW, which came together
/// in Skylake-X and Zen 4. F alone (Knights Landing) is not enough: given -mavx512f only, g++ 12
/// uses an instruction of VL to extract from registers 16 to 31. GCC's check includes whether the
/// operating system saves the registers.
inline bool runs_here(InstructionSet set) {
#if defined(__x86_64__)
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (set == InstructionSet::avx2) return avx2;
  if (set == InstructionSet::avx512)
    return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
#endif
  return set == InstructionSet::portable;
}

inline InstructionSet best_here() {
  auto best = InstructionSet::portable;
  for (const auto set : kInstructionSets)
    if (runs_here(set)) best = set;
  return best;
}

/// The one that the option's value names; `value` is one of kInstructionSetValues.
inline InstructionSet instruction_set(std::string_view value) {
  for (const auto set : kInstructionSets)
    if (value == word(set)) return set;
  return best_here();
}

/// For a refusal.
inline std::string why_not_here(InstructionSet set) {
  return "isa=" + std::string(word(set)) +
         ", but this processor or its system lacks it; the best here is " +
         std::string(word(best_here()));
}

}  // namespace convgauge::backends
