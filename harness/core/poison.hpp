// The NaNs that memory holds before a plugin writes it, by which a result tells what it was
// computed from.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/buffer_role.hpp"
#include "core/dtype.hpp"

namespace convgauge {

/// What holds NaNs of its own: buffers that are no tensors of the host (inputs and outputs: those
/// of form own), and the bytes outside of a buffer that its alignment leaves.
enum class Poisoned { workspace, packed_weights, constants, inputs, outputs, outside };

constexpr Poisoned poisoned(BufferRole role) {
  if (role == BufferRole::workspace) return Poisoned::workspace;
  if (role == BufferRole::packed_weights) return Poisoned::packed_weights;
  if (role == BufferRole::constants) return Poisoned::constants;
  return is_result(role) ? Poisoned::outputs : Poisoned::inputs;
}

/// Its 16 bits: as often as an element needs them, a quiet NaN in every type. Arithmetic carries it
/// into the result, and conversion to another type too, but for its lowest bits.
constexpr std::uint16_t poison_word(Poisoned memory) {
  constexpr std::uint16_t kWords[] = {0x7ffb, 0x7ffd, 0x7ff9, 0x7ffe, 0x7ffa, 0x7ffc};
  return kWords[static_cast<std::size_t>(memory)];
}
/// The byte at a distance from a buffer's start, of memory that is filled with such words.
constexpr std::byte poison_byte(Poisoned memory, std::int64_t distance) {
  const auto word = poison_word(memory);
  return static_cast<std::byte>(distance % 2 ? word >> 8 : word & 0xff);
}

/// What element `index` of an array of `type`, a NaN, was read from. Empty for any other NaN, and
/// where a narrow type does not keep enough of its bits to tell; also for numbers.
std::optional<Poisoned> poison_at(Dtype type, const void* array, std::int64_t index);

/// What such a NaN in a result says, in a sentence.
std::string_view meaning(Poisoned memory);

}  // namespace convgauge
