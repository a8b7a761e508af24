// What our own kernels of padding and bias compute for one element: shared by kernels.cu and by the
// tests, which run it on the host.
#pragma once
#include <cstdint>

namespace convgauge::backends::cudnn {

/// An axis whose padding is written out: `before` padded positions, `input` real ones, `padded` in
/// all.
struct PaddedAxis {
  std::int64_t input = 1, before = 0, padded = 1;
};

/// As CVG_PADDING_*.
enum class PaddingMode : std::int32_t { zeros = 0, reflect = 1, replicate = 2, circular = 3 };

/// The index in [0, input) that padded position `i` shows; -1 where it shows a zero.
constexpr std::int64_t shown(const PaddedAxis& axis, PaddingMode mode, std::int64_t i) {
  const std::int64_t inside = i - axis.before, last = axis.input - 1;
  if (inside >= 0 && inside <= last) return inside;
  if (mode == PaddingMode::zeros) return -1;
  if (mode == PaddingMode::reflect) return inside < 0 ? -inside : 2 * last - inside;
  if (mode == PaddingMode::circular) return inside < 0 ? inside + axis.input : inside - axis.input;
  return inside < 0 ? 0 : last;
}

/// Padded positions that lie in a row.
struct Positions {
  std::int64_t first = 0, count = 0;
};

/// The positions before the input that show index `i`, and those behind it; `i` is shown by
/// axis.before + i besides. By replicate the edges have many, else there is one at most: reflect
/// shows i <= before but its edge, circular the last `before`.
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

/// Between the pixels of an image and those with the padding of both axes written out. A dense
/// tensor is `planes` images of pixels of `pixel` elements: nchw has a plane for each channel and
/// pixels of one, nhwc a plane for each item of the batch. pad: `to` is the padded one; crop and
/// fold: `from` is.
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

/// Element `i` of padded row `row`. T is any type of the element's size: bits are copied.
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

/// Element `i` of row `row` within the padding: bits are copied, as by pad_element.
template <class T>
constexpr void crop_element(const PaddingArguments& a, std::int64_t row, std::int64_t i) {
  const std::int64_t plane = row / a.h.input, y = row - plane * a.h.input + a.h.before;
  static_cast<T*>(a.to)[row * input_row_elements(a) + i] = static_cast<const T*>(
      a.from)[(plane * a.h.padded + y) * padded_row_elements(a) + a.w.before * a.pixel + i];
}

/// Sum over the positions of a padded row that show index `x`; `at`: an element of its first
/// position.
template <class T>
constexpr T row_sum(const PaddingArguments& a, const T* at, std::int64_t x) {
  const Positions before = shown_before(a.w, a.mode, x), behind = shown_behind(a.w, a.mode, x);
  T sum = at[(a.w.before + x) * a.pixel];
  for (std::int64_t i = 0; i < before.count; ++i) sum += at[(before.first + i) * a.pixel];
  for (std::int64_t i = 0; i < behind.count; ++i) sum += at[(behind.first + i) * a.pixel];
  return sum;
}

/// Element `i` of row `row`: the sum over every padded position that shows it, gathered, so always
/// in this order. T is the element's type.
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

/// dst[i] += bias[channel of i]; `run` elements in a row are of one channel: an image's in nchw, 1
/// in nhwc.
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
