// AVX2 and FMA: eight lanes and sixteen registers, so register blocks of six tiles with twelve
// accumulators.
#include "isa.hpp"
#include "table.hpp"

namespace convgauge::backends::fft {
namespace {

struct Avx2 {
  static constexpr int width = 8, tile_rows = 6;
};

}  // namespace

extern const Kernels kAvx2 = table_of<Avx2>("avx2");

}  // namespace convgauge::backends::fft
