// S, the size of the source and the weights in the tiles that an output of a tiled algorithm
// (winograd, fft) may depend on.
#pragma once
#include <vector>

#include "core/layers.hpp"
#include "verify/compare.hpp"

namespace convgauge::verify {

struct Spread {
  std::vector<double> values;  // S for every output, contiguous NCHW
  double channels = 1;         // products summed per transformed point
};

/// S = sum over c of max |x_c| max |w_c|, x within (m + r - 2) steps of the output's window: every
/// tile that can contain the output. An axis with more taps than r is covered in ceil(kernel / r)
/// pieces; S and `channels` are multiplied by the number of pieces.
Spread winograd_spread(const Evidence& evidence);

/// S = sum over c of |x_c|_2 |w_c|_2, x in every tile of fft_tile that can contain the output's
/// window.
Spread fft_spread(const Evidence& evidence);

}  // namespace convgauge::verify
