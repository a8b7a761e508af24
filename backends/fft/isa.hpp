// Which instruction sets are built in, and which of them this machine has.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kernels.hpp"

namespace convgauge::backends::fft {

extern const Kernels kPortable;
#ifdef CONVGAUGE_FFT_X86
extern const Kernels kAvx2, kAvx512;
#endif

/// One word of the option `isa`; kernels are null where it cannot run, and why_not says why.
struct InstructionSet {
  const Kernels* kernels = nullptr;
  std::string why_not;
};

/// "auto" is the widest that this machine has; any other word is that one or none.
inline InstructionSet instruction_set(std::string_view word) {
#ifdef CONVGAUGE_FFT_X86
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq");
  if (word == "avx512" || (word == "auto" && avx512))
    return avx512 ? InstructionSet{&kAvx512, ""} : InstructionSet{nullptr, "this machine has no AVX-512"};
  if (word == "avx2" || (word == "auto" && avx2))
    return avx2 ? InstructionSet{&kAvx2, ""} : InstructionSet{nullptr, "this machine has no AVX2 with FMA"};
#else
  if (word == "avx2" || word == "avx512")
    return {nullptr, std::string(word) + " is of x86, for which this plugin was not built"};
#endif
  return {&kPortable, ""};
}

}  // namespace convgauge::backends::fft
