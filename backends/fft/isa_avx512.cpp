// AVX-512: sixteen lanes and thirty-two registers, so register blocks of thirteen tiles with
// twenty-six accumulators.
#include "isa.hpp"
#include "table.hpp"

namespace convgauge::backends::fft {
namespace {

struct Avx512 {
  static constexpr int width = 16, tile_rows = 13;
};

}  // namespace

extern const Kernels kAvx512 = table_of<Avx512>("avx512");

}  // namespace convgauge::backends::fft
