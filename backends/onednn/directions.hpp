// The three directions of a convolution: which of its tensors each reads and which it writes, in
// the ABI's roles and in oneDNN's arguments. Throughout this folder src, weights, bias and dst mean
// the tensor or, in its place, its gradient.
#pragma once
#include <convgauge/plugin.h>

#include <oneapi/dnnl/dnnl.hpp>

namespace convgauge::backends::onednn {

struct Operand {
  cvg_role role;
  int argument;
  bool written = false;
};

struct Direction {
  dnnl::prop_kind kind;
  const char* prefix;  // of an algorithm's name
  Operand src, weights, bias, dst;
};

inline const Direction& direction_of(const cvg_spec& spec) {
  static constexpr Direction kForward{
      dnnl::prop_kind::forward_inference, "",
      {CVG_ROLE_SRC, DNNL_ARG_SRC},       {CVG_ROLE_WEIGHTS, DNNL_ARG_WEIGHTS},
      {CVG_ROLE_BIAS, DNNL_ARG_BIAS},     {CVG_ROLE_DST, DNNL_ARG_DST, true}};
  static constexpr Direction kData{dnnl::prop_kind::backward_data,
                                   "bwd_data.",
                                   {CVG_ROLE_DIFF_SRC, DNNL_ARG_DIFF_SRC, true},
                                   {CVG_ROLE_WEIGHTS, DNNL_ARG_WEIGHTS},
                                   {CVG_ROLE_BIAS, DNNL_ARG_BIAS},
                                   {CVG_ROLE_DIFF_DST, DNNL_ARG_DIFF_DST}};
  static constexpr Direction kWeights{dnnl::prop_kind::backward_weights,
                                      "bwd_weights.",
                                      {CVG_ROLE_SRC, DNNL_ARG_SRC},
                                      {CVG_ROLE_DIFF_WEIGHTS, DNNL_ARG_DIFF_WEIGHTS, true},
                                      {CVG_ROLE_DIFF_BIAS, DNNL_ARG_DIFF_BIAS, true},
                                      {CVG_ROLE_DIFF_DST, DNNL_ARG_DIFF_DST}};
  return spec.direction == CVG_DIRECTION_BACKWARD_DATA      ? kData
         : spec.direction == CVG_DIRECTION_BACKWARD_WEIGHTS ? kWeights
                                                            : kForward;
}

/// The gradient of the source does not depend on the bias.
inline bool has_bias(const cvg_spec& spec) {
  return spec.bias != 0 && spec.direction != CVG_DIRECTION_BACKWARD_DATA;
}

}  // namespace convgauge::backends::onednn
