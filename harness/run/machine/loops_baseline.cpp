// The loops for the instruction set that every processor of the architecture has.
#include "core/layers.hpp"
#include "run/machine/fma_loop.hpp"
#include "run/machine/read_loop.hpp"

namespace convgauge::run {

float fma_baseline(std::int64_t repeats, float factor, float addend) {
  typedef float Vector __attribute__((vector_size(16)));
  return fma_loop<Vector, kBaselineLanes>(repeats, factor, addend);
}

std::uint64_t read_baseline(const std::uint64_t* words, std::size_t count, std::int64_t passes) {
  typedef std::uint64_t Vector __attribute__((vector_size(16)));
  return read_loop<Vector, kBaselineLanes / 2>(words, count, passes);
}

}  // namespace convgauge::run
