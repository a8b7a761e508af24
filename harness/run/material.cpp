#include "run/material.hpp"

namespace convgauge {

Sheet Material::make(Fill fill, bool changed) const {
  constexpr std::uint64_t kOtherSource = 0x9e3779b97f4a7c15;  // any other seed
  const auto src_seed = changed ? seed_ ^ kOtherSource : seed_;
  Sheet s{Buffer(spec_.src_bytes()), Buffer(spec_.weights_bytes()), Buffer(spec_.bias_bytes()), nullptr,
          spec_.geometry.bias};
  fill_src(spec_, fill, src_seed, s.src.data());
  fill_weights(spec_, fill, seed_, s.weights.data());
  if (s.has_bias) fill_bias(spec_, fill, seed_, s.bias.data());
  s.expected = references_.get(spec_, fill, {src_seed, seed_}, s.inputs(), threads_);
  return s;
}

const Sheet& Material::sheet(Fill fill, bool changed) {
  const auto key = std::pair(fill, changed);
  auto found = sheets_.find(key);
  if (found == sheets_.end()) found = sheets_.emplace(key, make(fill, changed)).first;
  return found->second;
}

}  // namespace convgauge
