// Where an element of source or destination lies: nchw, nhwc, or blocks of channels for the native
// layout.
#pragma once
#include <convgauge/sdk.hpp>
#include <string>

namespace convgauge::backends::winograd {

enum class Arrangement { planes, pixels, blocks };

/// Steps count floats. planes: nchw. pixels: nhwc. blocks: nChw8c for a block of 8, its last block
/// filled with zeros.
struct ImageLayout {
  Arrangement arrangement = Arrangement::planes;
  std::int64_t channels = 0, height = 0, width = 0;
  std::int64_t block = 1;  // channels of a block
  std::int64_t image = 0, row = 0, column = 0, plane = 0;

  ImageLayout() = default;
  ImageLayout(Arrangement a, std::int64_t c, std::int64_t h, std::int64_t w,
              std::int64_t block_channels)
      : arrangement(a),
        channels(c),
        height(h),
        width(w),
        block(a == Arrangement::blocks ? block_channels : 1) {
    const auto stored = (c + block - 1) / block * block;
    column = a == Arrangement::planes ? 1 : a == Arrangement::pixels ? c : block;
    row = w * column;
    plane = a == Arrangement::pixels ? 1 : h * row;  // from block to block
    image = h * w * stored;
  }

  std::int64_t offset(std::int64_t n, std::int64_t c, std::int64_t y, std::int64_t x) const {
    return n * image + c / block * plane + c % block + y * row + x * column;
  }
  bool channels_last() const { return arrangement != Arrangement::planes; }

  /// How many floats from channel `c` on, in its pixel, lie in the tensor.
  std::int64_t room(std::int64_t c) const {
    return arrangement == Arrangement::blocks   ? block
           : arrangement == Arrangement::pixels ? channels - c
                                                : 1;
  }
  std::size_t bytes(std::int64_t batch) const {
    return static_cast<std::size_t>(batch * image) * sizeof(float);
  }
  std::string name() const {
    return arrangement == Arrangement::planes   ? "nchw"
           : arrangement == Arrangement::pixels ? "nhwc"
                                                : "nChw" + std::to_string(block) + "c";
  }
};

/// The arrangement of a plan. Where the groups are not whole blocks, the native layout is nhwc: a
/// block with channels of two groups would split every load in two.
inline Arrangement arrangement_of(const cvg_spec& spec, std::int64_t width) {
  if (spec.layout == CVG_LAYOUT_NCHW) return Arrangement::planes;
  if (spec.layout == CVG_LAYOUT_NHWC) return Arrangement::pixels;
  const bool whole =
      spec.in_channels / spec.groups % width == 0 && spec.out_channels / spec.groups % width == 0;
  return spec.groups == 1 || whole ? Arrangement::blocks : Arrangement::pixels;
}

/// Copies between the host's nchw tensor and the plan's arrangement; lanes of the last block that
/// have no channel become zero.
inline void import_nchw(const float* from, const ImageLayout& to, std::int64_t batch, float* own) {
  const auto stored = to.image / (to.height * to.width);
  for (std::int64_t n = 0; n < batch; ++n)
    for (std::int64_t c = 0; c < stored; ++c)
      for (std::int64_t y = 0; y < to.height; ++y)
        for (std::int64_t x = 0; x < to.width; ++x)
          own[to.offset(n, c, y, x)] =
              c < to.channels ? from[((n * to.channels + c) * to.height + y) * to.width + x] : 0.0f;
}
inline void export_nchw(const float* own, const ImageLayout& from, std::int64_t batch, float* to) {
  for (std::int64_t n = 0; n < batch; ++n)
    for (std::int64_t c = 0; c < from.channels; ++c)
      for (std::int64_t y = 0; y < from.height; ++y)
        for (std::int64_t x = 0; x < from.width; ++x)
          to[((n * from.channels + c) * from.height + y) * from.width + x] =
              own[from.offset(n, c, y, x)];
}

}  // namespace convgauge::backends::winograd
