// A spec as it is described to cuDNN: shapes, strides, types and paddings of the one convolution
// that cuDNN computes.
#pragma once
#include <convgauge/plugin.h>
#include <cudnn.h>

#include <array>
#include <cstdint>

#include "kernel_index.hpp"

namespace convgauge::backends::cudnn {

using Dims = std::array<std::int64_t, 4>;  // n, c, h, w; weights: o, i, h, w

/// Who adds the bias, or sums its gradient: nobody, cuDNN in the same graph, or our own kernel
/// after it.
enum class BiasBy { nobody, graph, kernel };

/// Which parts of a spec cuDNN computes and which our own kernels.
struct Route {
  // cuDNN's source is the padded one: our own kernel writes the padding out before the plan, or
  // folds the gradient after it.
  bool written_padding = false;
  BiasBy bias = BiasBy::nobody;
  bool operator==(const Route&) const = default;
};

struct Problem {
  Route route;
  cvg_direction direction = CVG_DIRECTION_FORWARD;
  cudnnDataType_t type = CUDNN_DATA_FLOAT, compute = CUDNN_DATA_FLOAT;
  bool channels_last = false;
  Dims x{}, w{}, y{};  // x: with its padding where that is written out
  std::array<std::int64_t, 2> before{}, after{}, stride{}, dilation{};
  bool operator==(const Problem&) const = default;
};

/// Batch 0 is described as batch 1, because cuDNN has no empty graph. A stride longer than the
/// padded input allows one output only, and the dilation of a single tap has no effect: both are
/// shortened, to fit cuDNN's 32-bit counters.
Problem describe(const cvg_spec& spec, const Route& route);

/// Dense strides of a tensor in its layout.
Dims strides_of(const Dims& dims, bool channels_last);

/// Whether the plan keeps its tensors channels last: nhwc, and native, which is nhwc here.
bool channels_last(const cvg_spec& spec);

PaddedAxis padded_axis(const cvg_axis& axis);
bool is_padded(const cvg_spec& spec);

/// "f32" ... as cudnnDataType_t; f16 and bf16 compute in f32.
cudnnDataType_t type_of(cvg_dtype type);

}  // namespace convgauge::backends::cudnn
