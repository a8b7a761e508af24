// The loops for AVX-512F.
#include "core/layers.hpp"
#include "run/machine/fma_loop.hpp"
#include "run/machine/read_loop.hpp"

namespace convgauge::run {

float fma_avx512(std::int64_t repeats, float factor, float addend) {
  typedef float Vector __attribute__((vector_size(64)));
  return fma_loop<Vector, kAvx512Lanes>(repeats, factor, addend);
}

std::uint64_t read_avx512(const std::uint64_t* words, std::size_t count, std::int64_t passes) {
  typedef std::uint64_t Vector __attribute__((vector_size(64)));
  return read_loop<Vector, kAvx512Lanes / 2>(words, count, passes);
}

}  // namespace convgauge::run
