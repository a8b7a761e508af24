// A judged problem: tensors, reference, and an output to be tampered with.
#pragma once
#include "core/convert.hpp"
#include "problem_data.hpp"
#include "verify/compare.hpp"

namespace convgauge::verify::testing {

using namespace reference::testing;

struct Trial {
  Trial(const char* text, Fill fill_, Dtype type = Dtype::f32, Layout layout = Layout::nchw,
        Direction direction = Direction::forward)
      : spec(spec_of(text, type, layout, direction)),
        fill(fill_),
        tensors(spec, fill_),
        sums(slow_sums(spec, tensors)),
        got(spec.bytes(spec.result())) {
    answer(sums.want);
  }
  void recompute() { sums = slow_sums(spec, tensors); }
  /// The output becomes `values` (contiguous NCHW), rounded to the output's type.
  void answer(const std::vector<double>& values) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(elements(spec.shape(spec.result()))); ++i)
      set(static_cast<std::int64_t>(i), values[i]);
  }
  void set(std::int64_t i, double value) {
    store(spec.type(spec.result()), got.data(), offset(i), value);
  }
  double at(std::int64_t i) const { return load(spec.type(spec.result()), got.data(), offset(i)); }
  std::int64_t offset(std::int64_t i) const {
    const auto s = spec.shape(spec.result());
    const auto d = spec.strides(spec.result());
    return i / (s[1] * s[2] * s[3]) * d[0] + i / (s[2] * s[3]) % s[1] * d[1] +
           i / s[3] % s[2] * d[2] + i % s[3] * d[3];
  }
  Evidence evidence() { return {spec, algorithm, fill, tensors.inputs(), sums.out(), got.data()}; }
  std::variant<Agrees, Differs> judged() { return compare(evidence()); }
  bool agrees() { return std::holds_alternative<Agrees>(judged()); }
  std::vector<double> allowed() {
    std::vector<double> all(sums.want.size());
    allowed_errors(evidence(), all.data());
    return all;
  }

  Spec spec;
  Fill fill;
  Algorithm algorithm{.name = "under.test"};
  Tensors tensors;
  Sums sums;
  Buffer got;
};

inline Algorithm winograd_algorithm(int m) {
  WinogradAxis axis{m, 3, {{0, 1}, {1, 1}, {-1, 1}, {2, 1}, {-2, 1}, {1, 2}, {-1, 2}}};
  axis.points.resize(static_cast<std::size_t>(m + 1));
  return {
      .name = "winograd", .algorithm_class = AlgorithmClass::winograd, .winograd = {axis, axis}};
}

inline Algorithm fft_algorithm(int tile) {
  return {.name = "fft", .algorithm_class = AlgorithmClass::fft, .fft_tile = {tile, tile}};
}

}  // namespace convgauge::verify::testing
