// Padding that oneDNN does not have (reflect, replicate, circular), made explicit in front of the primitive.
#pragma once
#include <convgauge/plugin.h>

#include <cstdint>
#include <cstring>

namespace convgauge::backends::onednn {

/// A dense tensor as `planes` images of pixels of `pixel_bytes`: nchw has a plane for each channel, nhwc one for each
/// item of the batch, nChw8c one for each 8 channels.
struct Pixels {
  std::int64_t planes = 0;
  std::size_t pixel_bytes = 0;
};

/// The index inside [0, axis.input) that padded position `i` shows, counted from the first padded one.
constexpr std::int64_t shown(const cvg_axis& axis, std::int32_t mode, std::int64_t i) {
  const auto inside = i - axis.pad_before, last = axis.input - 1;
  if (inside >= 0 && inside <= last) return inside;
  if (mode == CVG_PADDING_REFLECT) return inside < 0 ? -inside : 2 * last - inside;
  if (mode == CVG_PADDING_CIRCULAR) return inside < 0 ? inside + axis.input : inside - axis.input;
  return inside < 0 ? 0 : last;
}

constexpr std::int64_t padded(const cvg_axis& axis) {
  return axis.pad_before + axis.input + axis.pad_after;
}

/// dst: the same pixels with the padding of both axes written out.
inline void pad(const Pixels& pixels, const cvg_axis& h, const cvg_axis& w, std::int32_t mode, const void* src,
                void* dst) {
  const auto pixel = pixels.pixel_bytes;
  const auto bytes = [&](std::int64_t count) { return static_cast<std::size_t>(count) * pixel; };
  const auto* image = static_cast<const unsigned char*>(src);
  auto* out = static_cast<unsigned char*>(dst);
  for (std::int64_t plane = 0; plane < pixels.planes; ++plane, image += bytes(h.input * w.input))
    for (std::int64_t y = 0; y < padded(h); ++y, out += bytes(padded(w))) {
      const auto* row = image + bytes(shown(h, mode, y) * w.input);
      const auto copy = [&](std::int64_t x) { std::memcpy(out + bytes(x), row + bytes(shown(w, mode, x)), pixel); };
      for (std::int64_t x = 0; x < w.pad_before; ++x) copy(x);
      std::memcpy(out + bytes(w.pad_before), row, bytes(w.input));
      for (std::int64_t x = w.pad_before + w.input; x < padded(w); ++x) copy(x);
    }
}

}  // namespace convgauge::backends::onednn
