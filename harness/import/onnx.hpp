// ONNX models are read by a program of its own, convgauge-import-onnx, so that the libraries that
// it needs never meet those of a backend.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/layer_list.hpp"
#include "core/expected.hpp"
#include "core/layers.hpp"

namespace convgauge::import {

inline constexpr const char* kOnnxProgram = "convgauge-import-onnx";

struct OnnxOrder {
  std::filesystem::path file;
  std::vector<std::string> inputs;    // "NAME=1x3x224x224"
  std::optional<std::int64_t> batch;  // of all inputs whose batch the model leaves open
};

/// The program in the first of these folders that has it; empty where none has.
std::filesystem::path find_onnx_program(const std::vector<std::filesystem::path>& folders);

/// Runs the program as a child and reads what it prints. Errors: what it says; that it was killed;
/// what it printed is no list of layers.
Expected<LayerList> read_onnx(const std::filesystem::path& program, const OnnxOrder& order);

}  // namespace convgauge::import
