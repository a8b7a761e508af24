// Decides whether an output is right: derived bounds by algorithm class, per output element.
#pragma once
#include <variant>

#include "core/fill.hpp"
#include "core/spec.hpp"
#include "reference/reference.hpp"
#include "verify/algorithm.hpp"
#include "verify/verdict.hpp"

namespace convgauge {

/// Everything a judgement needs. `inputs` are the tensors the backend was given (for the tile
/// bounds of winograd and fft), `reference` want and magnitude for them, `got` the backend's output
/// by the spec's type and strides. `role`: which of the tensors that the direction writes
/// `reference` and `got` are of.
struct Evidence {
  const Spec& spec;
  const Algorithm& algorithm;
  Fill fill;
  Inputs inputs;
  Reference reference;
  const void* got;
  TensorRole role = spec.result();

  Shape shape() const { return spec.shape(role); }
  Dtype type() const { return spec.type(role); }
};

/// Agrees or Differs. On integer and impulse fills direct and gemm must be exact, bit for bit; else
/// the bound of bounds.hpp holds for each output. A NaN or infinity in `got` where want is finite
/// differs, but for the cases of extremes.hpp.
std::variant<Agrees, Differs> compare(const Evidence& evidence);

/// Whether right outputs are the reference's, rounded: integers, and sums in order.
bool agrees_bit_for_bit(const Evidence& evidence);

/// The allowed |got - want| for every output, contiguous as its shape is, where the fill is not one
/// of exact integers.
void allowed_errors(const Evidence& evidence, double* allowed);

/// ||got - want||_2 / ||want||_2; 0 where both are zero.
double relative_l2(const Evidence& evidence);

}  // namespace convgauge
