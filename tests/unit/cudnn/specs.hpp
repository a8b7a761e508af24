// Specs for tests: made of a text form, a type, layout, direction and math.
#pragma once
#include <convgauge/plugin.h>

#include <string>

#include "core/problem_text.hpp"
#include "plugin/convert.hpp"

namespace convgauge::backends::cudnn {

struct Ways {
  Dtype dtype = Dtype::f32;
  Layout layout = Layout::nchw;
  MathMode math = MathMode::strict;
  Direction direction = Direction::forward;
  bool deterministic = false;
};

inline cvg_spec spec_of(const Geometry& geometry, const Ways& ways = {}) {
  auto spec = Spec::of(geometry, ways.dtype, ways.layout);
  spec.math = ways.math;
  spec.direction = ways.direction;
  spec.deterministic = ways.deterministic;
  return plugin::to_abi(spec);
}
inline cvg_spec spec_of(const std::string& text, const Ways& ways = {}) {
  const auto geometry = parse_problem(text);
  if (!geometry) throw std::invalid_argument(geometry.error().message);
  return spec_of(*geometry, ways);
}

}  // namespace convgauge::backends::cudnn
