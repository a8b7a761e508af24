// The buffers that a plan needs: what each holds, how many of it there are, who arranges it, and in
// which memory it lies.
#pragma once
#include <cstddef>
#include <cstdint>

#include "core/spec.hpp"

namespace convgauge {

/// What a buffer holds: a tensor, numbered as in TensorRole, or something that a backend keeps
/// besides: packed weights, scratch memory, tables that depend on the spec alone.
enum class BufferRole {
  src,
  weights,
  bias,
  dst,
  diff_src,
  diff_weights,
  diff_bias,
  diff_dst,
  packed_weights,
  workspace,
  constants
};
template <>
struct Words<BufferRole> {
  static constexpr std::string_view what = "role";
  static constexpr std::array<std::string_view, 11> words{
      "src",       "weights",  "bias",           "dst",       "diff_src", "diff_weights",
      "diff_bias", "diff_dst", "packed_weights", "workspace", "constants"};
};

constexpr BufferRole buffer_role(TensorRole role) {
  return static_cast<BufferRole>(role);
}
static_assert(buffer_role(TensorRole::src) == BufferRole::src &&
              buffer_role(TensorRole::weights) == BufferRole::weights &&
              buffer_role(TensorRole::bias) == BufferRole::bias &&
              buffer_role(TensorRole::dst) == BufferRole::dst &&
              buffer_role(TensorRole::diff_src) == BufferRole::diff_src &&
              buffer_role(TensorRole::diff_weights) == BufferRole::diff_weights &&
              buffer_role(TensorRole::diff_bias) == BufferRole::diff_bias &&
              buffer_role(TensorRole::diff_dst) == BufferRole::diff_dst);

/// The tensor that a buffer holds; empty for roles that are not tensors of the convolution.
constexpr std::optional<TensorRole> tensor_role(BufferRole role) {
  for (const auto tensor : kTensorRoles)
    if (buffer_role(tensor) == role) return tensor;
  return std::nullopt;
}

constexpr std::string_view word(TensorRole role) {
  return word(buffer_role(role));
}

/// Whether execute() writes this tensor in any direction. execute() must not change any other
/// buffer, except scratch memory (R8).
constexpr bool is_result(TensorRole role) {
  return role == TensorRole::dst || role == TensorRole::diff_src ||
         role == TensorRole::diff_weights || role == TensorRole::diff_bias;
}
/// Whether upload() brings this tensor to the plan: it may change before every execution, whereas
/// weights and bias stay the same.
constexpr bool is_uploaded(TensorRole role) {
  return role == TensorRole::src || role == TensorRole::diff_dst;
}
constexpr bool is_result(BufferRole role) {
  const auto tensor = tensor_role(role);
  return tensor && is_result(*tensor);
}
constexpr bool is_uploaded(BufferRole role) {
  const auto tensor = tensor_role(role);
  return tensor && is_uploaded(*tensor);
}

/// The most bytes behind a buffer's end that a plan may ask to read.
inline constexpr std::size_t kMostOverread = 4096;

/// plan: one buffer for all slots. slot: one for each slot. execution: one for all slots, whose
/// contents are undefined between two executions.
enum class Scope { plan, slot, execution };
template <>
struct Words<Scope> {
  static constexpr std::string_view what = "scope";
  static constexpr std::array<std::string_view, 3> words{"plan", "slot", "execution"};
};

/// tensor: the host's own tensor, with the spec's strides. own: arranged as the plan wants it.
enum class Form { tensor, own };
template <>
struct Words<Form> {
  static constexpr std::string_view what = "form";
  static constexpr std::array<std::string_view, 2> words{"tensor", "own"};
};

/// Number 0 is the host's memory. Numbers from 1 up are memory kinds of the backend, which only the
/// backend can interpret. -1 is memory inside the library below a backend: nothing is bound, and
/// how much it takes is not known.
struct MemoryKind {
  std::int32_t number = 0;
  constexpr bool is_host() const { return number == 0; }
  constexpr bool is_library() const { return number == -1; }
  bool operator==(const MemoryKind&) const = default;
};

}  // namespace convgauge
