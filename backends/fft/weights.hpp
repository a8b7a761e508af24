// Weights to spectra: transformed in double, conjugated (a correlation, not a convolution), divided
// by the size of the tile, halved at slots that are no pairs (the transforms leave a factor 2
// there), rounded once.
#pragma once
#include "shape.hpp"

namespace convgauge::backends::fft {

/// The weights' strides in elements, o, i, across, along.
struct WeightSource {
  const float* weights = nullptr;
  std::int64_t out = 0, in = 0, across = 0, along = 0;
};

/// Fills packed[0, sizes.weights), laid out as shape.hpp says.
void pack_weights(const Shape& shape, const Cut& cut, const Sizes& sizes,
                  const WeightSource& source, int threads, float* packed);

/// Fills packed[0, sizes.bias): zero where there is no bias, and in lanes that are nothing.
void pack_bias(const Shape& shape, const Sizes& sizes, const float* bias, float* packed);

}  // namespace convgauge::backends::fft
