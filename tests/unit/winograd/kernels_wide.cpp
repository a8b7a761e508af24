// The kernels of AVX-512, with 16 lanes and 14 rows, compiled for AVX2.
#include "winograd/kernels_of.hpp"

namespace convgauge::backends::winograd {
namespace {

struct Wide {
  static constexpr InstructionSet kSet = InstructionSet::avx2;
  static constexpr int kWidth = 16, kRows = 14;
};

}  // namespace

const Kernels& kernels_wide();
const Kernels& kernels_wide() {
  static constexpr Kernels kKernels = kernels_of<Wide>();
  return kKernels;
}

}  // namespace convgauge::backends::winograd
