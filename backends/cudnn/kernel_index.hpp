// What our own kernels for padding and bias compute for one element. It is used by kernels.cu and
// by the tests, which run it on the host.
#pragma once
#include <cstdint>

namespace convgauge::backends::cudnn {

/// An axis whose padding is written out. Of its `padded` positions the first `before` are padding,
/// the next `input` are the source's own, and the rest is padding.
struct PaddedAxis {
  std::int64_t input = 1, before = 0, padded = 1;
};

/// As CVG_PADDING_*.
enum class PaddingMode : std::int32_t { zeros = 0, reflect = 1, replicate = 2, circular = 3 };

/// The source index in [0, input) whose value position `i` of the padded axis has ("shows" below);
/// -1 where it is zero.
constexpr std::int64_t shown(const PaddedAxis& axis, PaddingMode mode, std::int64_t i) {
  const std::int64_t inside = i - axis.before, last = axis.input - 1;
  if (inside >= 0 && inside <= last) return inside;
  if (mode == PaddingMode::zeros) return -1;
  if (mode == PaddingMode::reflect) return inside < 0 ? -inside : 2 * last - inside;
  if (mode == PaddingMode::circular) return inside < 0 ? inside + axis.input : inside - axis.input;
  return inside < 0 ? 0 : last;
}

/// Consecutive positions of a padded axis.
struct Positions {
  std::int64_t first = 0, count = 0;
};

/// The padding positions before and behind the input that show source index `i`. (Its own position
/// is axis.before + i.) With replicate the two edges are shown by all padding on their side; with
/// the other modes an index is shown by at most one position on each side, and reflect never shows
/// the edge itself.
constexpr Positions shown_before(const PaddedAxis& axis, PaddingMode mode, std::int64_t i) {
  if (mode == PaddingMode::replicate) return {0, i == 0 ? axis.before : 0};
  const std::int64_t at =
      mode == PaddingMode::reflect ? axis.before - i : axis.before + i - axis.input;
  const bool edge = mode == PaddingMode::reflect && i == 0;
  return {at, at >= 0 && !edge && mode != PaddingMode::zeros ? 1 : 0};
}
constexpr Positions shown_behind(const PaddedAxis& axis, PaddingMode mode, std::int64_t i) {
  const std::int64_t last = axis.input - 1, behind = axis.before + axis.input;
  if (mode == PaddingMode::replicate) return {behind, i == last ? axis.padded - behind : 0};
  const std::int64_t at =
      axis.before + (mode == PaddingMode::reflect ? 2 * last - i : axis.input + i);
  const bool edge = mode == PaddingMode::reflect && i == last;
  return {at, at < axis.padded && !edge && mode != PaddingMode::zeros ? 1 : 0};
}

/// The arguments of pad, crop and fold, which go between the pixels of an image and those of the
/// image with the padding of both axes written out. A dense tensor is `planes` images of pixels of
/// `pixel` elements: nchw has a plane for each channel and pixels of one element, nhwc a plane for
/// each item of the batch. For pad, `to` is the padded tensor; for crop and fold, `from` is.
struct PaddingArguments {
  const void* from = nullptr;
  void* to = nullptr;
  std::int64_t planes = 0, pixel = 1;
  PaddedAxis h, w;
  PaddingMode mode = PaddingMode::zeros;
};

constexpr std::int64_t padded_rows(const PaddingArguments& a) {
  return a.planes * a.h.padded;
}
constexpr std::int64_t padded_row_elements(const PaddingArguments& a) {
  return a.w.padded * a.pixel;
}
constexpr std::int64_t input_rows(const PaddingArguments& a) {
  return a.planes * a.h.input;
}
constexpr std::int64_t input_row_elements(const PaddingArguments& a) {
  return a.w.input * a.pixel;
}

/// pad: writes element `i` of row `row` of the padded tensor. T is any type of the element's size:
/// bits are copied.
template <class T>
constexpr void pad_element(const PaddingArguments& a, std::int64_t row, std::int64_t i) {
  const std::int64_t plane = row / a.h.padded, x = i / a.pixel;
  const std::int64_t from_y = shown(a.h, a.mode, row - plane * a.h.padded),
                     from_x = shown(a.w, a.mode, x);
  T value = 0;
  if (from_y >= 0 && from_x >= 0)
    value = static_cast<const T*>(
        a.from)[((plane * a.h.input + from_y) * a.w.input + from_x) * a.pixel + i - x * a.pixel];
  static_cast<T*>(a.to)[row * padded_row_elements(a) + i] = value;
}

/// crop: writes element `i` of row `row` of the tensor without padding. Bits are copied, as by
/// pad_element.
template <class T>
constexpr void crop_element(const PaddingArguments& a, std::int64_t row, std::int64_t i) {
  const std::int64_t plane = row / a.h.input, y = row - plane * a.h.input + a.h.before;
  static_cast<T*>(a.to)[row * input_row_elements(a) + i] = static_cast<const T*>(
      a.from)[(plane * a.h.padded + y) * padded_row_elements(a) + a.w.before * a.pixel + i];
}

/// The sum over the positions of a padded row that show source index `x`. `at` points to the
/// element of the row's first position.
template <class T>
constexpr T row_sum(const PaddingArguments& a, const T* at, std::int64_t x) {
  const Positions before = shown_before(a.w, a.mode, x), behind = shown_behind(a.w, a.mode, x);
  T sum = at[(a.w.before + x) * a.pixel];
  for (std::int64_t i = 0; i < before.count; ++i) sum += at[(before.first + i) * a.pixel];
  for (std::int64_t i = 0; i < behind.count; ++i) sum += at[(behind.first + i) * a.pixel];
  return sum;
}

/// fold: writes element `i` of row `row` of the tensor without padding, the sum over all positions
/// that show it. Each sum is made by one thread, so its order is always the same. T is the
/// element's type.
template <class T>
constexpr void fold_element(const PaddingArguments& a, std::int64_t row, std::int64_t i) {
  const std::int64_t plane = row / a.h.input, y = row - plane * a.h.input, x = i / a.pixel;
  const T* image =
      static_cast<const T*>(a.from) + plane * a.h.padded * padded_row_elements(a) + i - x * a.pixel;
  const std::int64_t next = padded_row_elements(a);
  const Positions before = shown_before(a.h, a.mode, y), behind = shown_behind(a.h, a.mode, y);
  T sum = row_sum(a, image + (a.h.before + y) * next, x);
  for (std::int64_t j = 0; j < before.count; ++j)
    sum += row_sum(a, image + (before.first + j) * next, x);
  for (std::int64_t j = 0; j < behind.count; ++j)
    sum += row_sum(a, image + (behind.first + j) * next, x);
  static_cast<T*>(a.to)[row * input_row_elements(a) + i] = sum;
}

/// dst[i] += bias[channel of i]. `run` consecutive elements have the same channel: those of one
/// plane in nchw, 1 in nhwc.
struct BiasArguments {
  const void* bias = nullptr;
  void* dst = nullptr;
  std::int64_t count = 0, channels = 1, run = 1;
};

template <class T>
constexpr void bias_element(const BiasArguments& a, std::int64_t i) {
  static_cast<T*>(a.dst)[i] += static_cast<const T*>(a.bias)[i / a.run % a.channels];
}

}  // namespace convgauge::backends::cudnn
