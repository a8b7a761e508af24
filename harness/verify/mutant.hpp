// A convolution computed by a misread specification, output by output.
#pragma once
#include <cstdint>

#include "core/layers.hpp"
#include "core/spec.hpp"
#include "reference/reference.hpp"

namespace convgauge::verify {

/// Indices n, c, h, w of an output.
using OutputIndex = Shape;

/// What is read beyond the ends of an axis: the four padding modes, in their order, and two
/// mistakes: a reflection that repeats the edge, and no check at all, which reads on into the
/// neighbouring row or plane.
enum class Edge { zeros, reflect, replicate, circular, symmetric, unchecked };

/// What is read beyond both ends of an axis. Where padding reads an index inside the image,
/// shift_before or shift_after is added to it; positions that are more than `rings` outside of the
/// image are zeros.
struct Border {
  Edge before, after;
  std::int64_t shift_before = 0, shift_after = 0, rings = INT64_MAX;
};

enum class Rounding { none, tf32, tf32_truncated, f16, bf16, f32 };

/// Everything that the loops of a convolution look up: at first as the spec says; each mutation
/// changes a little. output = finished(sums * sum of weights * src + biases * bias), where
/// finished() scales, cuts negative values off, and rounds.
struct Mutant {
  explicit Mutant(const Spec& spec);

  /// The true specification.
  Spec spec;
  /// The misread one: strides, dilations, padding, taps. Sizes of tensors are those of `spec`.
  Geometry g;
  Border border_h, border_w;
  /// Strides in elements, as misread. An index outside of the tensor reads as 0, and is told.
  Strides src, weights;
  std::int64_t src_start = 0, weights_start = 0;
  /// Input channels of a group that are summed.
  std::int64_t first_input = 0, inputs;

  std::int64_t (*group_of)(const Mutant&, std::int64_t o);  // of output channel o
  std::int64_t (*channel_of)(const Mutant&, std::int64_t group,
                             std::int64_t i);                     // of a group's input i
  std::int64_t (*weights_of)(const Mutant&, std::int64_t o);      // whose weights `o` uses
  std::int64_t (*bias_of)(const Mutant&, const OutputIndex& at);  // -1: none
  OutputIndex (*place_of)(const Mutant&, const OutputIndex& at);  // the output stored there

  double sums = 1, biases = 1, scale = 1;
  bool cut_off = false;
  Rounding src_rounded = Rounding::none, weights_rounded = Rounding::none,
           bias_rounded = Rounding::none;
  Rounding output_rounded = Rounding::none;

  /// Products summed into one output, which is the cost of computing it.
  std::int64_t terms() const { return inputs * g.h.kernel * g.w.kernel; }
};

struct MutantSum {
  double value = 0, magnitude = 0;
  std::int64_t products = 0;
  bool outside = false;  // something outside of source or weights was read
};

/// The sum with its bias, before finished(). Its error is judged at this stage, which is correct
/// because finished() is monotone.
MutantSum sum_at(const Mutant& m, const Inputs& inputs, const OutputIndex& at);

double finished(const Mutant& m, double sum);

}  // namespace convgauge::verify
