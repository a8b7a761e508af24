// The kernels for any processor: 128-bit vectors, as x86-64's SSE2 and others have them.
#include "kernels_of.hpp"

namespace convgauge::backends::winograd {
namespace {

struct Portable {
  static constexpr InstructionSet kSet = InstructionSet::portable;
  static constexpr int kWidth = 4, kRows = 6;  // 12 sums in 16 registers
};

}  // namespace

const Kernels& kernels_portable() {
  static constexpr Kernels kKernels = kernels_of<Portable>();
  return kKernels;
}

}  // namespace convgauge::backends::winograd
