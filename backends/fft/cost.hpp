// The predicted time of a tiling, by a model of flops, register blocks and caches; and the
// algorithms that are offered for a spec.
#pragma once
#include <string>
#include <vector>

#include "shape.hpp"

namespace convgauge::backends::fft {

/// An algorithm: `h` x `w` are the tile's as a user sees it, 1 where an axis is not transformed.
struct Candidate {
  int h = 1, w = 1;
  Shape shape;
  Cut cut;
  double cost_ns = 0;

  std::string name() const { return "fft." + std::to_string(h) + "x" + std::to_string(w); }
};

/// Predicted wall time of one execution on `threads` threads, in nanoseconds.
double predicted_ns(const Shape& shape, const Cut& cut, const Kernels& kernels, int threads);

/// Every algorithm for the spec, each with the pieces that suit it best, the cheapest first.
std::vector<Candidate> candidates(const cvg_spec& spec, const Kernels& kernels, int threads);

}  // namespace convgauge::backends::fft
