// A convolution as oneDNN's tools write it: "g2mb1_ic64oc64_ih32oh32kh3sh1dh0ph1", in verbose logs
// and in the files of its benchmark benchdnn.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "config/layer_list.hpp"
#include "core/expected.hpp"
#include "core/layers.hpp"

namespace convgauge::import {

/// The numbers of one dimension as they are written. dilation counts the gaps: 0 is none.
struct DescribedAxis {
  std::int64_t input = 0, output = 0, kernel = 0, stride = 1, dilation = 0;  // sizes: 0 is absent
  std::optional<std::int64_t> pad;                                           // before the input
  bool operator==(const DescribedAxis&) const = default;
};

struct Descriptor {
  std::int64_t groups = 1, batch = 2;  // the batch that benchdnn has by default
  std::int64_t in_channels = 0, out_channels = 0;
  std::array<DescribedAxis, 3> axes;  // depth, height, width
  std::string name;                   // what follows `n`, without quotes
  bool too_large = false;             // a number was above 1e9, which it has instead
};

/// Reads a descriptor in any order of its entries; `_` between them means nothing. Errors name the
/// entry, its value and the rule: a number that is missing or negative, an entry that is none, no
/// channels.
Expected<Descriptor> parse_descriptor(std::string_view text);

/// Whether it has a width only.
bool is_1d(const Descriptor& descriptor);

using Found = std::variant<Geometry, Skipped>;

/// The convolution, or why it is none of ours. Absent dimensions are those of the one before
/// (square); an absent output has the size that the rest gives, an absent padding is the one that
/// the output asks for, by the rules of benchdnn (its page "knobs_desc"). The
/// padding behind the input follows from the output: the same as before it where that gives this
/// output, else the least that does.
/// transposed: the descriptor is of a deconvolution, and the geometry is that of the convolution
/// whose gradient by the input it is. Errors name the value and the rule.
Expected<Found> geometry_of(Descriptor descriptor, bool transposed);

}  // namespace convgauge::import
