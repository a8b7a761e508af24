// Direct convolution by its definition, for any strides, type and padding mode. Of the plugin
// interface only cvg_spec is used.
#pragma once
#include <convgauge/plugin.h>

#include <algorithm>
#include <cstdint>

namespace convgauge::backends::naive {

constexpr std::int64_t kBlock = 64;  // outputs of one row that are summed together

/// The source index in [0, size) that is read at index `i`, which may lie in the padding; -1 where
/// zero is read.
constexpr std::int64_t padded_source(std::int64_t i, std::int64_t size, cvg_padding mode) {
  if (0 <= i && i < size) return i;
  switch (mode) {
    case CVG_PADDING_REFLECT:
      return i < 0 ? -i : 2 * (size - 1) - i;
    case CVG_PADDING_REPLICATE:
      return i < 0 ? 0 : size - 1;
    case CVG_PADDING_CIRCULAR:
      return i < 0 ? i + size : i - size;
    default:
      return -1;
  }
}

/// The first output in [begin, end] whose tap at offset `tap` reads source index `i` or a later
/// one; `end` if there is none.
constexpr std::int64_t first_reaching(std::int64_t i, std::int64_t tap, std::int64_t stride,
                                      std::int64_t begin, std::int64_t end) {
  return i <= tap ? begin : std::clamp((i - tap - 1) / stride + 1, begin, end);
}

/// One column of the kernel, for the outputs [begin, end) of a row: those in [inside, beyond) read
/// the image itself, the others its padding.
struct Column {
  std::int64_t tap, begin, inside, beyond, end;
  Column(const cvg_axis& w, std::int64_t l, std::int64_t first, std::int64_t last)
      : tap(l * w.dilation - w.pad_before),
        begin(first),
        inside(first_reaching(0, tap, w.stride, first, last)),
        beyond(std::max(inside, first_reaching(w.input, tap, w.stride, first, last))),
        end(last) {}
};

/// sum[x - begin] += weight * the value of `row` that the tap reads for output x. `step` is the
/// stride of src in w.
template <class T, class Sum>
void add_tap(const cvg_spec& s, const Column& c, const T* row, std::int64_t step, Sum weight,
             Sum* sum) {
  const auto padded = [&](std::int64_t x) {
    const auto column = padded_source(x * s.w.stride + c.tap, s.w.input, s.padding_mode);
    if (column >= 0) sum[x - c.begin] += weight * static_cast<Sum>(row[column * step]);
  };
  for (auto x = c.begin; x < c.inside; ++x) padded(x);
  for (auto x = c.inside; x < c.beyond; ++x)
    sum[x - c.begin] += weight * static_cast<Sum>(row[(x * s.w.stride + c.tap) * step]);
  for (auto x = c.beyond; x < c.end; ++x) padded(x);
}

/// Outputs (n, o, y, begin .. end): bias + sum over l, i, k of weights[o,i,k,l] * src[n, group(o) +
/// i, .., ..].
template <class T, class Sum>
void convolve_block(const cvg_spec& s, const T* src, const T* weights, const T* bias, T* dst,
                    std::int64_t n, std::int64_t o, std::int64_t y, std::int64_t begin,
                    std::int64_t end) {
  const auto group_inputs = s.in_channels / s.groups, group_outputs = s.out_channels / s.groups;
  const auto *in = s.src_strides, *tap = s.weights_strides, *out = s.dst_strides;
  Sum sum[kBlock];
  std::fill_n(sum, kBlock, bias ? static_cast<Sum>(bias[o]) : Sum{0});
  for (std::int64_t l = 0; l < s.w.kernel; ++l) {
    const Column column(s.w, l, begin, end);
    for (std::int64_t k = 0; k < s.h.kernel; ++k) {
      const auto h = padded_source(y * s.h.stride + k * s.h.dilation - s.h.pad_before, s.h.input,
                                   s.padding_mode);
      if (h < 0) continue;
      for (std::int64_t i = 0; i < group_inputs; ++i)
        add_tap(s, column,
                src + n * in[0] + (o / group_outputs * group_inputs + i) * in[1] + h * in[2], in[3],
                static_cast<Sum>(weights[o * tap[0] + i * tap[1] + k * tap[2] + l * tap[3]]), sum);
    }
  }
  for (auto x = begin; x < end; ++x)
    dst[n * out[0] + o * out[1] + y * out[2] + x * out[3]] = T(sum[x - begin]);
}

}  // namespace convgauge::backends::naive
