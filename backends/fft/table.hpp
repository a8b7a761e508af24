// The table of kernels of one instruction set; each source file isa_*.cpp makes one.
#pragma once
#include "multiply.hpp"
#include "passes.hpp"

namespace convgauge::backends::fft {

template <class Isa>
constexpr Kernels table_of(const char* name) {
  return {name,
          Isa::width,
          Isa::tile_rows,
          Transforms<Isa>::forward,
          Transforms<Isa>::inverse,
          Multiply<Isa>::multiply,
          Multiply<Isa>::multiply_lanes};
}

}  // namespace convgauge::backends::fft
