// The FMA loop for AVX-512F and VL.
#include "run/machine/fma_loop.hpp"

namespace convgauge {

float fma_avx512(std::int64_t repeats, float factor, float addend) {
  typedef float Vector __attribute__((vector_size(64)));
  return fma_loop<Vector, kAvx512Lanes>(repeats, factor, addend);
}

}  // namespace convgauge
