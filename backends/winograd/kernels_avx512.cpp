// The kernels for AVX-512. They are compiled with flags for it: nothing here may run before it was
// checked that the processor has it.
#include "kernels_of.hpp"

namespace convgauge::backends::winograd {
namespace {

struct Avx512 {
  static constexpr InstructionSet kSet = InstructionSet::avx512;
  static constexpr int kWidth = 16, kRows = 14;  // 28 sums in 32 registers
};

}  // namespace

const Kernels& kernels_avx512() {
  static constexpr Kernels kKernels = kernels_of<Avx512>();
  return kKernels;
}

}  // namespace convgauge::backends::winograd
