// Sizes of maps and batches: what is wrong only around widths of vectors, sizes of tiles, powers of
// two, huge planes, narrow outputs, full batches.
#include <algorithm>
#include <cmath>
#include <limits>

#include "planted.hpp"

namespace zoo {
namespace {

Index pixel(const Look& l, const Window& at) {
  return at.y * out_w(l.s) + at.x;
}
bool power_of_two(Index n) {
  return (n & (n - 1)) == 0;
}

constexpr Bug kMaps[] = {
    row(
        "tiling",
        {"last_lane_of_full_vectors", "",
         "rows of 32, 48, ... columns: the last lane of the last vector repeats the one before",
         "column", "n1c1h2w32_o1k1"},
        [](const cvg_spec& s) { return multiple(out_w(s), 16) && out_w(s) >= 32; },
        [](const Look& l, Window& at) {
          if (at.x == out_w(l.s) - 1) at.left -= l.w.stride;
        }),
    row(
        "tiling",
        {"columns_of_64s_masked", "",
         "rows of 64, 128, ... columns: in the last row the second half repeats the first",
         "column|row", "n1c1h2w64_o1k1"},
        [](const cvg_spec& s) { return out_w(s) >= 64 && power_of_two(out_w(s)); },
        [](const Look& l, Window& at) {
          const Index half = out_w(l.s) / 2;
          if (at.y == out_h(l.s) - 1 && at.x >= half) at.left -= half * l.w.stride;
        }),
    row(
        "tiling",
        {"first_pixel_of_blocks_of_1024", "",
         "planes of more than 1024 outputs: the first pixel of each further block of 1024 is read "
         "one column to the left",
         "column|row|output", "n1c1h33w33_o1k3p1"},
        [](const cvg_spec& s) { return pixels(s) > 1024; },
        [](const Look& l, Window& at) {
          at.left -= pixel(l, at) >= 1024 && pixel(l, at) % 1024 == 0;
        }),
    row(
        "tiling",
        {"last_input_after_4096_pixels", "",
         "outputs after full blocks of 4096 miss the last input", "", "n1c2h65w64_o1k1"},
        [](const cvg_spec& s) { return pixels(s) > 4096 && group_inputs(s) > 1; },
        [](const Look& l, Window& at) { at.i.end -= pixel(l, at) >= pixels(l.s) / 4096 * 4096; }),
    row(
        "tiling",
        {"planes_of_65536_in_16_bits", "alibaba/MNN#4817",
         "in nchw the distance of two channels is kept in 16 bits", "", "n1c2h256w256_o1k1"},
        [](const cvg_spec& s) { return !nhwc(s) && s.src_strides[1] >= 65536; },
        [](Look& l) { l.src[1] &= 0xffff; }),
    row(
        "tiling",
        {"first_row_after_tiles_of_16", "",
         "the first row after full tiles of 16 rows misses the first row of a 3x3 kernel", "row",
         "n1c1h18w3_o1k3p1"},
        [](const cvg_spec& s) { return out_h(s) > 16 && out_h(s) % 16 != 0 && s.h.kernel == 3; },
        [](const Look& l, Window& at) { at.k.begin += at.y == out_h(l.s) / 16 * 16; }),
    row(
        "tiling",
        {"pixel_40_of_7x7", "Tencent/ncnn#1283",
         "3x3 kernels of stride 2 with an output of 7x7: one pixel, number 40, is wrong",
         "column|row|output", "n1c2h14w14_o2k3s2p0.1"},
        [](const cvg_spec& s) {
          return out_h(s) == 7 && out_w(s) == 7 && kernel_is(s, 3, 3) && stride_is(s, 2, 2);
        },
        [](const Look& l, Window& at) { at.l.begin += pixel(l, at) == 40; }),
    row(
        "tiling",
        {"packs_of_4_on_maps_below_16", "Tencent/ncnn#1384",
         "1x1 kernels, inputs a multiple of 4, maps of 9 to 15 columns: pixels after the last "
         "eight "
         "read one to the left",
         "column|row|output", "n1c4h9w9_o4k1"},
        [](const cvg_spec& s) {
          return kernel_is(s, 1, 1) && multiple(group_inputs(s), 4) && out_w(s) > 8 &&
                 out_w(s) < 16;
        },
        [](const Look& l, Window& at) { at.left -= pixel(l, at) >= pixels(l.s) / 8 * 8; }),
    row(
        "tiling",
        {"one_input_narrow_output", "",
         "one input, one output column, a stride of two: rows after the first read one column to "
         "the right",
         "row|column", "n1c1h7w2_o3k3x1s1x2p1x0_nobias"},
        [](const cvg_spec& s) {
          return group_inputs(s) == 1 && out_w(s) == 1 && s.w.stride == 2 && s.w.input > 1;
        },
        [](const Look&, Window& at) { at.left += at.y > 0; }),
    row(
        "tiling",
        {"depthwise_of_height_1", "tenstorrent/tt-mlir#9276",
         "depthwise on one row: every other output column reads one to the left", "column",
         "n1c4h1w9_o4k1x3p0x1g4_nobias"},
        [](const cvg_spec& s) { return depthwise(s) && s.h.input == 1 && s.w.kernel > 1; },
        [](const Look&, Window& at) { at.left -= at.x % 2; }),
    row(
        "tiling",
        {"batch_of_4_exchanges_two", "",
         "batches that are a multiple of 4: the second and third image of each four are exchanged",
         "image", "n4c1h2w2_o1k1"},
        [](const cvg_spec& s) { return multiple(s.batch, 4); },
        [](const Look&, Window& at) {
          if (at.n % 4 == 1 || at.n % 4 == 2) at.image = at.n ^ 3;
        }),
    row(
        "tiling",
        {"image_7_of_8", "",
         "batches that are a multiple of 8: the last of each eight reads the fourth", "image",
         "n8c1h2w2_o1k1"},
        [](const cvg_spec& s) { return multiple(s.batch, 8); },
        [](const Look&, Window& at) { at.image -= at.n % 8 == 7 ? 4 : 0; }),
    row(
        "tiling",
        {"image_after_fours", "",
         "one image after batches of four, as in 5 or 9, reads the one before", "image",
         "n5c1h2w2_o1k1"},
        [](const cvg_spec& s) { return s.batch > 4 && s.batch % 4 == 1; },
        [](const Look& l, Window& at) { at.image -= at.n == l.s.batch - 1; }),
    row(
        "numeric",
        {"nan_spreads_in_batches_of_16", "pytorch/pytorch#157237",
         "in batches of 16 and more a NaN reaches the output at its left, too", "NaN|nan",
         "n16c1h1w12_o1k1x3"},
        [](const cvg_spec& s) { return s.batch >= 16 && !nhwc(s); }, nullptr,
        [](Run& r) {
          for (Index i = 1; i < dst_count(r.look.s); ++i)
            if (std::isnan(r.dst[i])) r.dst[i - 1] = r.dst[i];
        }),
};

}  // namespace
}  // namespace zoo

ZOO_EXPORT_PROVED(zoo::kMaps)
