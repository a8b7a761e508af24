// The FMA loop for AVX2 and FMA3.
#include "run/machine/fma_loop.hpp"

namespace convgauge {

float fma_avx2(std::int64_t repeats, float factor, float addend) {
  typedef float Vector __attribute__((vector_size(32)));
  return fma_loop<Vector, kAvx2Lanes>(repeats, factor, addend);
}

}  // namespace convgauge
