// The buffers of a plan: the bytes of a tensor, the buffers that a class needs by default,
// addresses by role.
#pragma once
#include <convgauge/sdk/values.hpp>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <vector>

namespace CVG_HIDDEN cvg {

/// Bytes from the first to the last element of a tensor with these strides, both included; 0 where
/// it has no elements.
inline std::size_t tensor_bytes(const std::int64_t (&shape)[4], const std::int64_t (&strides)[4],
                                cvg_dtype type) {
  std::int64_t last = 0;
  for (int i = 0; i < 4; ++i) {
    if (shape[i] == 0) return 0;
    last += (shape[i] - 1) * strides[i];
  }
  return static_cast<std::size_t>(last + 1) * size_of(type);
}

inline std::size_t src_bytes(const cvg_spec& s) {
  return tensor_bytes({s.batch, s.in_channels, s.h.input, s.w.input}, s.src_strides, s.src_type);
}
inline std::size_t weights_bytes(const cvg_spec& s) {
  return tensor_bytes({s.out_channels, s.in_channels / s.groups, s.h.kernel, s.w.kernel},
                      s.weights_strides, s.weights_type);
}
inline std::size_t bias_bytes(const cvg_spec& s) {
  return s.bias ? static_cast<std::size_t>(s.out_channels) * size_of(s.dst_type) : 0;
}
inline std::size_t dst_bytes(const cvg_spec& s) {
  return tensor_bytes({s.batch, s.out_channels, output(s.h), output(s.w)}, s.dst_strides,
                      s.dst_type);
}

/// A buffer for one of the host's own tensors, aligned to its element.
inline cvg_requirement tensor(cvg_role role, std::size_t bytes, cvg_dtype type) {
  return {sizeof(cvg_requirement),
          role,
          CVG_SCOPE_SLOT,
          CVG_FORM_TENSOR,
          CVG_MEMORY_HOST,
          bytes,
          size_of(type),
          {},
          0};
}

/// A host buffer in the plan's own arrangement: packed weights, workspace, a native tensor.
inline cvg_requirement own(cvg_role role, cvg_scope scope, std::size_t bytes, std::size_t alignment,
                           std::string_view layout = "") {
  cvg_requirement made{
      sizeof(cvg_requirement), role, scope, CVG_FORM_OWN, CVG_MEMORY_HOST, bytes, alignment, {}, 0};
  std::memcpy(made.layout, layout.data(), std::min(layout.size(), sizeof made.layout - 1));
  return made;
}

/// A buffer for packed weights, one for each slot.
inline cvg_requirement packed_weights(std::size_t bytes, std::size_t alignment = 64) {
  return own(CVG_ROLE_PACKED_WEIGHTS, CVG_SCOPE_SLOT, bytes, alignment);
}
/// Scratch memory, one buffer for all slots.
inline cvg_requirement workspace(std::size_t bytes, std::size_t alignment = 64) {
  return own(CVG_ROLE_WORKSPACE, CVG_SCOPE_EXECUTION, bytes, alignment);
}

/// The same buffer, of which up to `bytes` bytes behind its end may be read too: at most 4096.
inline cvg_requirement overread(cvg_requirement made, std::size_t bytes) {
  made.overread_bytes = bytes;
  return made;
}

/// Says that the library below keeps a buffer of this role in memory of its own: packed weights,
/// workspace or constants.
inline cvg_requirement in_library(cvg_role role, cvg_scope scope = CVG_SCOPE_SLOT) {
  auto made = own(role, scope, 0, 1);
  made.memory_kind = CVG_MEMORY_LIBRARY;
  return made;
}

/// Buffers for the host's tensors of a direction: those that are read, then those that are written.
/// A plan that packs its weights has none for the weights.
inline std::vector<cvg_requirement> tensors(const cvg_spec& s, bool packs_weights) {
  std::vector<cvg_requirement> made;
  const auto add = [&](bool wanted, cvg_role role, std::size_t bytes, cvg_dtype type) {
    if (wanted) made.push_back(tensor(role, bytes, type));
  };
  const bool forward = s.direction == CVG_DIRECTION_FORWARD;
  const bool data = s.direction == CVG_DIRECTION_BACKWARD_DATA;
  const bool weights = s.direction == CVG_DIRECTION_BACKWARD_WEIGHTS;
  add(forward || weights, CVG_ROLE_SRC, src_bytes(s), s.src_type);
  add((forward || data) && !packs_weights, CVG_ROLE_WEIGHTS, weights_bytes(s), s.weights_type);
  add(forward && s.bias, CVG_ROLE_BIAS, bias_bytes(s), s.dst_type);
  add(data || weights, CVG_ROLE_DIFF_DST, dst_bytes(s), s.dst_type);
  add(forward, CVG_ROLE_DST, dst_bytes(s), s.dst_type);
  add(data, CVG_ROLE_DIFF_SRC, src_bytes(s), s.src_type);
  add(weights, CVG_ROLE_DIFF_WEIGHTS, weights_bytes(s), s.weights_type);
  add(weights && s.bias, CVG_ROLE_DIFF_BIAS, bias_bytes(s), s.dst_type);
  return made;
}

/// Bytes of workspace and packed weights together, which workspace_limit_bytes limits.
inline std::size_t footprint_bytes(const std::vector<cvg_requirement>& requirements) {
  std::size_t bytes = 0;
  for (const auto& r : requirements)
    if (r.role == CVG_ROLE_WORKSPACE || r.role == CVG_ROLE_PACKED_WEIGHTS) bytes += r.bytes;
  return bytes;
}

/// Sets the member of `slot` for this role to the address.
inline void place(Slot& slot, cvg_role role, void* address) {
  switch (role) {
    case CVG_ROLE_SRC:
      slot.src = address;
      break;
    case CVG_ROLE_WEIGHTS:
      slot.weights = address;
      break;
    case CVG_ROLE_BIAS:
      slot.bias = address;
      break;
    case CVG_ROLE_DST:
      slot.dst = address;
      break;
    case CVG_ROLE_DIFF_SRC:
      slot.diff_src = address;
      break;
    case CVG_ROLE_DIFF_WEIGHTS:
      slot.diff_weights = address;
      break;
    case CVG_ROLE_DIFF_BIAS:
      slot.diff_bias = address;
      break;
    case CVG_ROLE_DIFF_DST:
      slot.diff_dst = address;
      break;
    case CVG_ROLE_PACKED_WEIGHTS:
      slot.packed_weights = address;
      break;
    case CVG_ROLE_WORKSPACE:
      slot.workspace = address;
      break;
    case CVG_ROLE_CONSTANTS:
      slot.constants = address;
      break;
    default:
      break;
  }
}

}  // namespace cvg
