// The kernels of every instruction set that is built in.
#pragma once
#include "../common/instruction_set.hpp"
#include "kernels.hpp"

namespace convgauge::backends::fft {

extern const Kernels kPortable;
#ifdef CONVGAUGE_FFT_X86
extern const Kernels kAvx2, kAvx512;
#endif

/// Null where this plugin was built without kernels for the set: only on processors other than
/// x86-64, which cannot run them either.
inline const Kernels* built_in(InstructionSet set) {
#ifdef CONVGAUGE_FFT_X86
  if (set == InstructionSet::avx2) return &kAvx2;
  if (set == InstructionSet::avx512) return &kAvx512;
#endif
  return set == InstructionSet::portable ? &kPortable : nullptr;
}

}  // namespace convgauge::backends::fft
