// An ONNX file as a model without its weights.
#pragma once
#include <onnx/onnx_pb.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/expected.hpp"

namespace convgauge::onnx_import {

/// A tensor that takes more than this in the file keeps its type and dimensions and loses its
/// numbers. What a shape is computed from is far smaller.
inline constexpr std::size_t kLargestTensor = 8192;  // bytes

/// Messages of one file nest at most so deep; protobuf itself reads 100 levels.
inline constexpr int kDeepest = 90;

/// `bytes`, a serialized ModelProto, without the numbers of tensors above kLargestTensor and
/// without training_info. What it reads of `bytes` is all but those numbers. The error names the
/// byte that breaks the wire format of protobuf, and the rule.
Expected<std::string> without_weights(std::string_view bytes);

/// Reads a regular file through a memory map, of which pages with weights are never touched, and a
/// pipe as a whole. Data in other files ("external data") is never opened. The error names the rule
/// that the file breaks, without the file's name.
Expected<onnx::ModelProto> read_model(const std::filesystem::path& file);

}  // namespace convgauge::onnx_import
