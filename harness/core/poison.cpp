#include "core/poison.hpp"

#include <cmath>
#include <cstring>

namespace convgauge {

/// The significand of a NaN of `from` after conversion to `to`: its highest bits.
static std::uint64_t converted_payload(Dtype from, std::uint64_t bits, Dtype to) {
  const int have = traits(from).significand_bits, want = traits(to).significand_bits;
  const auto payload = bits & ((std::uint64_t{1} << have) - 1);
  return have > want ? payload >> (have - want) : payload << (want - have);
}

std::optional<Poisoned> poison_at(Dtype type, const void* array, std::int64_t index) {
  if (!std::isnan(load(type, array, index))) return {};
  const auto size = size_of(type);
  std::uint64_t bits = 0;
  std::memcpy(&bits, static_cast<const std::byte*>(array) + static_cast<std::size_t>(index) * size,
              size);
  const auto significand = (std::uint64_t{1} << traits(type).significand_bits) - 1;
  std::optional<Poisoned> found;
  for (const auto memory : {Poisoned::workspace, Poisoned::packed_weights, Poisoned::constants,
                            Poisoned::inputs, Poisoned::outputs, Poisoned::outside})
    for (const auto held : kAllDtypes) {
      const auto repeated = poison_word(memory) * 0x0001000100010001u;
      if (converted_payload(held, repeated, type) != (bits & significand)) continue;
      if (found && found != memory) return {};
      found = memory;
    }
  return found;
}

std::string_view meaning(Poisoned memory) {
  switch (memory) {
    case Poisoned::workspace:
      return "this NaN is what the harness puts into workspace: it was read before it was written";
    case Poisoned::packed_weights:
      return "this NaN is what the harness puts into packed_weights: it was read before it was "
             "written";
    case Poisoned::constants:
      return "this NaN is what the harness puts into constants: it was read before it was written";
    case Poisoned::inputs:
      return "this NaN is what the harness puts into inputs of form own: upload() or "
             "prepare_weights() must write them from the tensors";
    case Poisoned::outputs:
      return "this NaN is what the harness puts into outputs of form own: execute() left it "
             "unwritten";
    case Poisoned::outside:
      break;
  }
  return "this NaN lies outside of every buffer, beside one: it was read there (R10)";
}

}  // namespace convgauge
