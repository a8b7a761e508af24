// The kernels for AVX2 with FMA. They are compiled with flags for it: nothing here may run before
// it was checked that the processor has it.
#include "kernels_of.hpp"

namespace convgauge::backends::winograd {
namespace {

struct Avx2 {
  static constexpr InstructionSet kSet = InstructionSet::avx2;
  static constexpr int kWidth = 8, kRows = 6;  // 12 sums in 16 registers
};

}  // namespace

const Kernels& kernels_avx2() {
  static constexpr Kernels kKernels = kernels_of<Avx2>();
  return kKernels;
}

}  // namespace convgauge::backends::winograd
