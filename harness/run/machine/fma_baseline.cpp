// The FMA loop for what every processor of the architecture has.
#include "run/machine/fma_loop.hpp"

namespace convgauge {

float fma_baseline(std::int64_t repeats, float factor, float addend) {
  typedef float Vector __attribute__((vector_size(16)));
  return fma_loop<Vector, kBaselineLanes>(repeats, factor, addend);
}

}  // namespace convgauge
