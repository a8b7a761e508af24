// Every table of kernels that this machine can run.
#pragma once
#include <vector>

#include "fft/isa.hpp"

namespace convgauge::backends::fft {

extern const Kernels kWide;

inline std::vector<const Kernels*> runnable() {
  std::vector<const Kernels*> all;
  for (const auto set : kInstructionSets)
    if (built_in(set) && runs_here(set)) all.push_back(built_in(set));
#ifdef CONVGAUGE_FFT_X86
  if (runs_here(InstructionSet::avx2)) all.push_back(&kWide);
#endif
  return all;
}

}  // namespace convgauge::backends::fft
