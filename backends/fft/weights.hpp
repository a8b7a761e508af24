// Packs the weights as spectra (kernels.hpp), transformed in double and rounded once. A packed
// spectrum is
//   conjugated, because Conv2d is a correlation, not a convolution;
//   divided by h w, because the inverse transform of a tile of h x w samples is that much too
//     large;
//   halved at slots that are no pairs, because the forward transform leaves twice the spectrum of
//     the source there.
#pragma once
#include "shape.hpp"

namespace convgauge::backends::fft {

/// The user's weights and their strides, in elements: of output and input channels, and of the axes
/// `across` and `along`.
struct WeightSource {
  const float* weights = nullptr;
  std::int64_t out = 0, in = 0, across = 0, along = 0;
};

/// Fills packed[0, sizes.weights), laid out as shape.hpp says.
void pack_weights(const Shape& shape, const Cut& cut, const Sizes& sizes,
                  const WeightSource& source, int threads, float* packed);

/// Fills packed[0, sizes.bias): zero where `bias` is null, and in lanes without a channel.
void pack_bias(const Shape& shape, const Sizes& sizes, const float* bias, float* packed);

}  // namespace convgauge::backends::fft
