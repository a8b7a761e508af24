// The gradients of a direct convolution by their definition, for any strides, type and padding
// mode.
#pragma once
#include "convolution.hpp"

namespace convgauge::backends::naive {

/// Calls visit(x, column) for each output x of a row and the source column that the tap reads for
/// it. Outputs whose tap reads a padding zero are left out.
template <class Visit>
void each_column(const cvg_spec& s, const Column& c, Visit visit) {
  const auto padded = [&](std::int64_t x) {
    const auto column = padded_source(x * s.w.stride + c.tap, s.w.input, s.padding_mode);
    if (column >= 0) visit(x, column);
  };
  for (auto x = c.begin; x < c.inside; ++x) padded(x);
  for (auto x = c.inside; x < c.beyond; ++x) visit(x, x * s.w.stride + c.tap);
  for (auto x = c.beyond; x < c.end; ++x) padded(x);
}

/// The gradient of channel c of image n of the source: for every output, each tap adds its weight
/// times the output's gradient to the source element that it reads. `sums` is scratch of h.input x
/// w.input numbers.
template <class T, class Sum>
void data_plane(const cvg_spec& s, const T* weights, const T* diff_dst, T* diff_src, std::int64_t n,
                std::int64_t c, std::int64_t height, std::int64_t width, Sum* sums) {
  const auto group_inputs = s.in_channels / s.groups, group_outputs = s.out_channels / s.groups;
  const auto *in = s.src_strides, *tap = s.weights_strides, *out = s.dst_strides;
  std::fill_n(sums, s.h.input * s.w.input, Sum{0});
  const auto first = c / group_inputs * group_outputs;
  for (auto o = first; o < first + group_outputs; ++o)
    for (std::int64_t k = 0; k < s.h.kernel; ++k)
      for (std::int64_t y = 0; y < height; ++y) {
        const auto h = padded_source(y * s.h.stride + k * s.h.dilation - s.h.pad_before, s.h.input,
                                     s.padding_mode);
        if (h < 0) continue;
        const auto* row = diff_dst + n * out[0] + o * out[1] + y * out[2];
        for (std::int64_t l = 0; l < s.w.kernel; ++l) {
          const auto* at =
              weights + o * tap[0] + c % group_inputs * tap[1] + k * tap[2] + l * tap[3];
          const auto weight = static_cast<Sum>(*at);
          each_column(s, Column(s.w, l, 0, width), [&](std::int64_t x, std::int64_t column) {
            sums[h * s.w.input + column] += weight * static_cast<Sum>(row[x * out[3]]);
          });
        }
      }
  for (std::int64_t h = 0; h < s.h.input; ++h)
    for (std::int64_t w = 0; w < s.w.input; ++w)
      diff_src[n * in[0] + c * in[1] + h * in[2] + w * in[3]] = T(sums[h * s.w.input + w]);
}

/// The gradient of weight (o, i, k, l): a sum over images and output positions.
template <class T, class Sum>
Sum tap_sum(const cvg_spec& s, const T* src, const T* diff_dst, std::int64_t o, std::int64_t i,
            std::int64_t k, std::int64_t l, std::int64_t height, std::int64_t width) {
  const auto channel = o / (s.out_channels / s.groups) * (s.in_channels / s.groups) + i;
  const auto *in = s.src_strides, *out = s.dst_strides;
  const Column column(s.w, l, 0, width);
  Sum sum{0};
  for (std::int64_t n = 0; n < s.batch; ++n)
    for (std::int64_t y = 0; y < height; ++y) {
      const auto h = padded_source(y * s.h.stride + k * s.h.dilation - s.h.pad_before, s.h.input,
                                   s.padding_mode);
      if (h < 0) continue;
      const auto* image = src + n * in[0] + channel * in[1] + h * in[2];
      const auto* row = diff_dst + n * out[0] + o * out[1] + y * out[2];
      Sum of_row{0};
      each_column(s, column, [&](std::int64_t x, std::int64_t w) {
        of_row += static_cast<Sum>(row[x * out[3]]) * static_cast<Sum>(image[w * in[3]]);
      });
      sum += of_row;
    }
  return sum;
}

/// The gradient of the bias of channel o: a sum over images and output positions.
template <class T, class Sum>
Sum channel_sum(const cvg_spec& s, const T* diff_dst, std::int64_t o, std::int64_t height,
                std::int64_t width) {
  const auto* out = s.dst_strides;
  Sum sum{0};
  for (std::int64_t n = 0; n < s.batch; ++n)
    for (std::int64_t y = 0; y < height; ++y) {
      Sum of_row{0};
      for (std::int64_t x = 0; x < width; ++x)
        of_row += static_cast<Sum>(diff_dst[n * out[0] + o * out[1] + y * out[2] + x * out[3]]);
      sum += of_row;
    }
  return sum;
}

}  // namespace convgauge::backends::naive
