// A convolution as an ONNX model, written in protobuf's wire format.
#pragma once
#include <convgauge/plugin.h>

#include <string>

namespace convgauge::backends::ort {

/// A model with the input "x", the output "y" and constant weights: one Conv; before it a Pad for a
/// padding mode other than zeros; around both a Transpose where the host's tensors are nhwc.
/// `weights` and `bias` are dense f32; `bias` may be null. Both are copied.
std::string model_of(const cvg_spec& spec, const void* weights, const void* bias);

}  // namespace convgauge::backends::ort
