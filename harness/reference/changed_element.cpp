#include "reference/changed_element.hpp"

#include <cmath>

#include "core/layers.hpp"
#include "reference/padding.hpp"

namespace convgauge::reference {
namespace {

/// An output and the tap through which it reads an input, of one axis.
struct Reading {
  std::int64_t output, tap;
};

std::vector<Reading> readings_of(std::int64_t input, const Axis& axis, PaddingMode mode) {
  std::vector<Reading> all;
  for (std::int64_t o = 0; o < axis.output(); ++o)
    for (std::int64_t k = 0; k < axis.kernel; ++k)
      if (source_index(mode, o * axis.stride + k * axis.dilation - axis.pad_before, axis.input) ==
          input)
        all.push_back({o, k});
  return all;
}

/// The inputs that an output reads, by tap; what padding makes zero is left out.
std::vector<Reading> inputs_of(std::int64_t output, const Axis& axis, PaddingMode mode) {
  std::vector<Reading> all;
  for (std::int64_t k = 0; k < axis.kernel; ++k) {
    const auto at =
        source_index(mode, output * axis.stride + k * axis.dilation - axis.pad_before, axis.input);
    if (at >= 0) all.push_back({at, k});
  }
  return all;
}

std::int64_t index_in(const Shape& s, std::int64_t a, std::int64_t b, std::int64_t c,
                      std::int64_t d) {
  return ((a * s[1] + b) * s[2] + c) * s[3] + d;
}

class Update {
 public:
  Update(const ElementChange& change, const Spec& spec, const Inputs& inputs, const Reference& out)
      : change_(change), spec_(spec), g_(spec.geometry), inputs_(inputs), out_(out) {}

  std::vector<OldValue> run() {
    const auto [n, c, h, w] = change_.at;
    const bool data = spec_.direction == Direction::backward_data;
    const auto rows =
        data ? inputs_of(h, g_.h, g_.padding_mode) : readings_of(h, g_.h, g_.padding_mode);
    const auto columns =
        data ? inputs_of(w, g_.w, g_.padding_mode) : readings_of(w, g_.w, g_.padding_mode);
    const auto group = c / (data ? g_.group_outputs() : g_.group_inputs());
    const auto others = data ? g_.group_inputs() : g_.group_outputs();
    for (std::int64_t j = 0; j < others; ++j)
      for (const auto& y : rows)
        for (const auto& x : columns) add(n, c, group * others + j, y, x);
    return std::move(old_);
  }

 private:
  /// `other`: the channel at the other end of the weights, of all groups.
  void add(std::int64_t n, std::int64_t c, std::int64_t other, const Reading& y, const Reading& x) {
    const bool data = spec_.direction == Direction::backward_data;
    const auto o = data ? c : other, i = (data ? other : c) % g_.group_inputs();
    if (spec_.direction == Direction::backward_weights)
      return add(index_in(g_.weights_shape(), o, i, y.tap, x.tap),
                 value(TensorRole::diff_dst, {n, o, y.output, x.output}));
    add(index_in(data ? g_.src_shape() : g_.dst_shape(), n, other, y.output, x.output),
        value(TensorRole::weights, {o, i, y.tap, x.tap}));
  }

  double value(TensorRole role, const std::array<std::int64_t, 4>& at) const {
    const auto strides = spec_.strides(role);
    std::int64_t index = 0;
    for (std::size_t d = 0; d < at.size(); ++d) index += at[d] * strides[d];
    return load(spec_.type(role), inputs_.of(role), index);
  }

  void add(std::int64_t index, double factor) {
    old_.push_back({index, out_.want[index], out_.magnitude[index]});
    out_.want[index] += (change_.after - change_.before) * factor;
    out_.magnitude[index] +=
        (std::abs(change_.after) - std::abs(change_.before)) * std::abs(factor);
  }

  const ElementChange& change_;
  const Spec& spec_;
  const Geometry& g_;
  const Inputs& inputs_;
  const Reference& out_;
  std::vector<OldValue> old_;
};

}  // namespace

std::vector<OldValue> apply(const ElementChange& change, const Spec& spec, const Inputs& inputs,
                            const Reference& out) {
  return Update(change, spec, inputs, out).run();
}

void undo(const std::vector<OldValue>& old, const Reference& out) {
  for (auto value = old.rbegin(); value != old.rend(); ++value) {
    out.want[value->index] = value->want;
    out.magnitude[value->index] = value->magnitude;
  }
}

}  // namespace convgauge::reference
