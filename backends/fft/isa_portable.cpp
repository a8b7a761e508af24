// Kernels that run on every machine: four lanes.
#include "isa.hpp"
#include "table.hpp"

namespace convgauge::backends::fft {
namespace {

struct Portable {
  static constexpr int width = 4, tile_rows = 6;
};

}  // namespace

extern const Kernels kPortable = table_of<Portable>("portable");

}  // namespace convgauge::backends::fft
