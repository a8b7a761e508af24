// Operators of the first opsets as they have been written since.
#pragma once
#include <onnx/onnx_pb.h>

#include <optional>

#include "import/onnx/constant.hpp"

namespace convgauge::onnx_import {

struct Modern {
  onnx::NodeProto node;
  std::optional<Constant> second_input;  // what was an attribute
};

/// A node of Cast, Reshape or Upsample whose attributes are those of their first
/// versions (opsets 1 to 5; ONNX's "Operators changelog") with the attributes of the next version,
/// which the ONNX library has a rule for. Any other node is returned as it is.
Modern modernized(const onnx::NodeProto& node);

}  // namespace convgauge::onnx_import
