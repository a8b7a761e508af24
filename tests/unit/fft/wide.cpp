// The kernels of AVX-512, sixteen lanes and thirteen tiles, compiled for AVX2: their logic on
// machines without AVX-512.
#include "fft/table.hpp"
#include "instruction_sets.hpp"

namespace convgauge::backends::fft {
namespace {

struct Wide {
  static constexpr int width = 16, tile_rows = 13;
};

}  // namespace

extern const Kernels kWide = table_of<Wide>("wide16");

}  // namespace convgauge::backends::fft
