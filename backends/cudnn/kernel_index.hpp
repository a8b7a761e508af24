// What our own kernels compute for one element: shared by kernels.cu and by the tests, which run it on the host.
#pragma once
#include <cstdint>

namespace convgauge::backends::cudnn {

/// An axis whose padding is written out: `before` padded positions, `input` real ones, `padded` in all.
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

/// dst: the pixels of src with the padding of both axes written out. A dense tensor is `planes` images of pixels of
/// `pixel` elements: nchw has a plane for each channel and pixels of one, nhwc a plane for each item of the batch.
struct PadArguments {
  const void* src = nullptr;
  void* dst = nullptr;
  std::int64_t planes = 0, pixel = 1;
  PaddedAxis h, w;
  PaddingMode mode = PaddingMode::zeros;
};

constexpr std::int64_t rows(const PadArguments& a) {
  return a.planes * a.h.padded;
}
constexpr std::int64_t row_elements(const PadArguments& a) {
  return a.w.padded * a.pixel;
}

/// Element `i` of row `row` of dst. T is any type of the element's size: bits are copied.
template <class T>
constexpr void pad_element(const PadArguments& a, std::int64_t row, std::int64_t i) {
  const std::int64_t plane = row / a.h.padded, x = i / a.pixel;
  const std::int64_t from_y = shown(a.h, a.mode, row - plane * a.h.padded), from_x = shown(a.w, a.mode, x);
  T value = 0;
  if (from_y >= 0 && from_x >= 0)
    value =
        static_cast<const T*>(a.src)[((plane * a.h.input + from_y) * a.w.input + from_x) * a.pixel + i - x * a.pixel];
  static_cast<T*>(a.dst)[row * row_elements(a) + i] = value;
}

/// dst[i] += bias[channel of i]; `run` elements in a row are of one channel: an image's in nchw, 1 in nhwc.
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
