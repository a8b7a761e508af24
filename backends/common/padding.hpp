// Padding modes that a library does not have (reflect, replicate, circular): the padded source is
// written out before the library runs; a gradient of the padded source is folded back after it.
//
// An axis has padded(axis) positions, numbered from 0: pad_before padding positions, the
// axis.input positions of the source itself, and pad_after padding positions.
#pragma once
#include <convgauge/plugin.h>

#include <cstdint>
#include <cstring>

namespace convgauge::backends {

/// A dense tensor as `planes` images of pixels of `pixel_bytes`: nchw has a plane for each channel,
/// nhwc one for each item of the batch, nChw8c one for each 8 channels.
struct Pixels {
  std::int64_t planes = 0;
  std::size_t pixel_bytes = 0;
};

/// The source index in [0, axis.input) whose value position `i` of the padded axis has.
constexpr std::int64_t shown(const cvg_axis& axis, cvg_padding mode, std::int64_t i) {
  const auto inside = i - axis.pad_before, last = axis.input - 1;
  if (inside >= 0 && inside <= last) return inside;
  if (mode == CVG_PADDING_REFLECT) return inside < 0 ? -inside : 2 * last - inside;
  if (mode == CVG_PADDING_CIRCULAR) return inside < 0 ? inside + axis.input : inside - axis.input;
  return inside < 0 ? 0 : last;
}

/// The positions of the padded axis.
constexpr std::int64_t padded(const cvg_axis& axis) {
  return axis.pad_before + axis.input + axis.pad_after;
}

/// Calls body(i) for each padding position i of the padded axis, not for the source's own.
template <class Body>
void each_padding(const cvg_axis& axis, Body&& body) {
  for (std::int64_t i = 0; i < axis.pad_before; ++i) body(i);
  for (std::int64_t i = axis.pad_before + axis.input; i < padded(axis); ++i) body(i);
}

/// Writes the pixels of `src` to `dst` with the padding of both axes.
inline void pad(const Pixels& pixels, const cvg_axis& h, const cvg_axis& w, cvg_padding mode,
                const void* src, void* dst) {
  const auto pixel = pixels.pixel_bytes;
  const auto bytes = [&](std::int64_t count) { return static_cast<std::size_t>(count) * pixel; };
  const auto* image = static_cast<const unsigned char*>(src);
  auto* out = static_cast<unsigned char*>(dst);
  for (std::int64_t plane = 0; plane < pixels.planes; ++plane, image += bytes(h.input * w.input))
    for (std::int64_t y = 0; y < padded(h); ++y, out += bytes(padded(w))) {
      const auto* row = image + bytes(shown(h, mode, y) * w.input);
      const auto copy = [&](std::int64_t x) {
        std::memcpy(out + bytes(x), row + bytes(shown(w, mode, x)), pixel);
      };
      each_padding(w, copy);
      std::memcpy(out + bytes(w.pad_before), row, bytes(w.input));
    }
}

/// `gradient`: of the padded pixels, in f32. Adds the value at each padding position to the source
/// position whose value the padding position has: first along each row of the padded image, then
/// from row to row. After that the source's own positions hold the gradient of the source; the
/// values at padding positions have no meaning.
inline void fold(const Pixels& pixels, const cvg_axis& h, const cvg_axis& w, cvg_padding mode,
                 float* gradient) {
  const auto pixel = static_cast<std::int64_t>(pixels.pixel_bytes / sizeof(float)),
             row = padded(w) * pixel;
  const auto add = [](std::int64_t count, const float* from, float* to) {
    for (std::int64_t i = 0; i < count; ++i) to[i] += from[i];
  };
  for (std::int64_t plane = 0; plane < pixels.planes; ++plane, gradient += padded(h) * row) {
    for (std::int64_t y = 0; y < padded(h); ++y)
      each_padding(w, [&, line = gradient + y * row](std::int64_t x) {
        add(pixel, line + x * pixel, line + (w.pad_before + shown(w, mode, x)) * pixel);
      });
    each_padding(h, [&, inside = gradient + w.pad_before * pixel](std::int64_t y) {
      add(w.input * pixel, inside + y * row, inside + (h.pad_before + shown(h, mode, y)) * row);
    });
  }
}

}  // namespace convgauge::backends
