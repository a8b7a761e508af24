// Where an element of a source or destination lies, in elements: nchw, nhwc or native, which is
// nChw4c, nChw8c or nChw16c.
#pragma once
#include <convgauge/plugin.h>

#include <algorithm>
#include <cstdint>

#include "kernels.hpp"

namespace convgauge::backends::fft {

struct ImageLayout {
  cvg_layout layout = CVG_LAYOUT_NCHW;
  std::int64_t channels = 0, height = 0, width = 0;
  int block = 1;  // native: channels that lie together

  std::int64_t blocks() const { return (channels + block - 1) / block; }
  std::int64_t image_stride() const {
    return (layout == CVG_LAYOUT_NATIVE ? blocks() * block : channels) * height * width;
  }
  std::int64_t pixel_stride() const {
    return layout == CVG_LAYOUT_NHWC ? channels : layout == CVG_LAYOUT_NATIVE ? block : 1;
  }
  std::int64_t row_stride() const { return width * pixel_stride(); }
  std::int64_t channel_offset(std::int64_t c) const {
    switch (layout) {
      case CVG_LAYOUT_NHWC:
        return c;
      case CVG_LAYOUT_NATIVE:
        return c / block * block * height * width + c % block;
      default:
        return c * height * width;
    }
  }
  bool has_tail() const { return layout == CVG_LAYOUT_NATIVE && channels % block != 0; }

  /// Where the `lanes` channels lie that begin with `first` and are `step` apart. A vector may be
  /// read as a whole where all of its lanes lie in the tensor, and written as a whole (`written`)
  /// where none of its lanes belongs to another channel.
  Channels vector_of(std::int64_t first, std::int64_t step, std::int64_t lanes, int vector_width,
                     bool written) const {
    Channels c;
    c.lanes = static_cast<int>(lanes);
    for (int l = 0; l < c.lanes; ++l) c.offset[l] = channel_offset(first + l * step);
    const bool full = lanes == vector_width, together = step == 1 || lanes == 1;
    if (layout == CVG_LAYOUT_NHWC) c.whole_vectors = full && together;
    if (layout == CVG_LAYOUT_NATIVE)
      c.whole_vectors =
          together && first % block == 0 && (!written || full || first + lanes == channels);
    return c;
  }
};

/// nchw to native; lanes of the last block that have no channel become zero.
inline void to_native(const ImageLayout& native, std::int64_t batch, const float* from, float* to) {
  const auto plane = native.height * native.width;
  std::fill_n(to, batch * native.image_stride(), 0.0f);
  for (std::int64_t n = 0; n < batch; ++n)
    for (std::int64_t c = 0; c < native.channels; ++c) {
      float* out = to + n * native.image_stride() + native.channel_offset(c);
      for (std::int64_t i = 0; i < plane; ++i) out[i * native.block] = *from++;
    }
}

inline void from_native(const ImageLayout& native, std::int64_t batch, const float* from,
                        float* to) {
  const auto plane = native.height * native.width;
  for (std::int64_t n = 0; n < batch; ++n)
    for (std::int64_t c = 0; c < native.channels; ++c) {
      const float* in = from + n * native.image_stride() + native.channel_offset(c);
      for (std::int64_t i = 0; i < plane; ++i) *to++ = in[i * native.block];
    }
}

}  // namespace convgauge::backends::fft
