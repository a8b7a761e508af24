// The numbers of one torch.nn.Conv2d call, and which of them torch would accept.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "core/axis.hpp"
#include "core/words.hpp"

namespace convgauge {

enum class PaddingMode { zeros, reflect, replicate, circular };
template <>
struct Words<PaddingMode> {
  static constexpr std::string_view what = "padding_mode";
  static constexpr std::array<std::string_view, 4> words{"zeros", "reflect", "replicate",
                                                         "circular"};
};

/// Sizes of a 4-D tensor, order n, c, h, w (weights: out, in/groups, kernel h, kernel w).
using Shape = std::array<std::int64_t, 4>;

/// One Conv2d: every number it depends on and no pointer. Padding is given in numbers: config/
/// resolves words such as "same". All members assume a geometry for which flaw() found nothing.
struct Geometry {
  std::int64_t batch = 1, in_channels = 1, out_channels = 1, groups = 1;
  Axis h, w;
  bool bias = true;
  PaddingMode padding_mode = PaddingMode::zeros;

  constexpr std::int64_t group_inputs() const { return in_channels / groups; }
  constexpr std::int64_t group_outputs() const { return out_channels / groups; }
  /// The number of products summed into one output.
  constexpr std::int64_t terms() const { return group_inputs() * h.kernel * w.kernel; }
  constexpr Shape src_shape() const { return {batch, in_channels, h.input, w.input}; }
  constexpr Shape weights_shape() const {
    return {out_channels, group_inputs(), h.kernel, w.kernel};
  }
  constexpr Shape dst_shape() const { return {batch, out_channels, h.output(), w.output()}; }
  /// Nominal work, the same for every algorithm: 2 N C_out (C_in/groups) kh kw H_out W_out. The
  /// bias is not counted.
  constexpr std::int64_t flops() const {
    return 2 * batch * out_channels * h.output() * w.output() * terms();
  }
  bool depthwise() const { return groups > 1 && group_inputs() == 1; }

  bool operator==(const Geometry&) const = default;
};

constexpr std::int64_t elements(const Shape& s) {
  return s[0] * s[1] * s[2] * s[3];
}

/// A broken rule: the key of torch.nn.Conv2d that breaks it ("groups"), and the sentence ("3 does
/// not divide in_channels=64").
struct Flaw {
  std::string field, rule;
  bool operator==(const Flaw&) const = default;
};

/// Why `g` is not a convolution that torch.nn.Conv2d accepts (README.md has the rules, and where
/// versions of torch differ); empty if it is one. Sizes that overflow int64 anywhere (elements,
/// bytes at 8 an element, flops) are a flaw too.
std::optional<Flaw> flaw(const Geometry& g);

}  // namespace convgauge
