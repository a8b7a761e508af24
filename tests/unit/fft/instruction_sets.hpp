// Every table of kernels that this machine can run, or the one that CONVGAUGE_TEST_ISA names.
#pragma once
#include <cstdlib>
#include <stdexcept>
#include <string>
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
  if (const char* only = std::getenv("CONVGAUGE_TEST_ISA")) {
    std::erase_if(all, [&](const Kernels* kernels) { return std::string(kernels->name) != only; });
    if (all.empty())
      throw std::runtime_error(std::string("CONVGAUGE_TEST_ISA: nothing here is ") + only);
  }
  return all;
}

}  // namespace convgauge::backends::fft
