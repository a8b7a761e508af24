// Decides whether an output is right: derived bounds by algorithm class, per output element.
#pragma once
#include <variant>

#include "core/fill.hpp"
#include "core/layers.hpp"
#include "core/spec.hpp"
#include "reference/reference.hpp"
#include "verify/algorithm.hpp"
#include "verify/verdict.hpp"

namespace convgauge::verify {

/// What compare() needs. `inputs`: the tensors that the backend was given (the tile bounds of
/// winograd and fft read them). `reference`: want and magnitude for these inputs. `got`: the
/// backend's output, in the type and strides of the spec. `role`: the tensor that `reference` and
/// `got` hold, one of those that the direction writes.
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

/// Agrees or Differs. On the fills integer and impulse, the classes direct and gemm must match bit
/// for bit; otherwise each output must be within the bound of bounds.hpp, and all of them together
/// must pass the gate of gate.hpp. A NaN or infinity in `got` where want is finite differs, except
/// in the cases of extremes.hpp.
std::variant<Agrees, Differs> compare(const Evidence& evidence);

/// Whether a right output must equal the reference, rounded to the output type: for integer and
/// impulse fills that fit the spec, unless the algorithm works on tiles.
bool agrees_bit_for_bit(const Evidence& evidence);

/// The allowed |got - want| for every output, contiguous in the order of its shape. Not for
/// evidence that must agree bit for bit.
void allowed_errors(const Evidence& evidence, double* allowed);

/// ||got - want||_2 / ||want||_2; 0 where both are zero.
double relative_l2(const Evidence& evidence);

}  // namespace convgauge::verify
