// The convolutions of a model or a log as its reader found them, and what it left out.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/suite.hpp"
#include "core/layers.hpp"

namespace convgauge::config {

/// What a reader left out: "reorder", "not a convolution", and how often it was there.
struct Skipped {
  std::string what, why;
  std::int64_t count = 1;
  bool operator==(const Skipped&) const = default;
};

/// `layers`: in the order of the network, equal ones not merged, names as they are in the model
/// (perhaps empty or repeated); their suites are empty.
struct LayerList {
  std::string source;
  std::vector<Problem> layers;
  std::vector<Skipped> skipped;
};

/// Reads what a separate reader such as convgauge-import-onnx prints: one JSON object {"source":
/// string, "layers": [{"name", "problem": keys of a config's problem, "direction", "dtype"}],
/// "skipped": [{"what", "why", "count"}]}. Errors name the place; `name` is what they call the
/// text.
Expected<LayerList> read_layer_list(std::string_view json, const std::string& name);

}  // namespace convgauge::config
