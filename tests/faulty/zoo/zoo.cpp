// The loops: window by window, its terms gathered, then summed.
#include "zoo.hpp"

#include <algorithm>

namespace zoo {

Index padded(Index i, Index size, std::int32_t mode) {
  if (i >= 0 && i < size) return i;
  switch (mode) {
    case CVG_PADDING_REPLICATE:
      return i < 0 ? 0 : size - 1;
    case CVG_PADDING_CIRCULAR:
      return (i % size + size) % size;
    case CVG_PADDING_REFLECT: {
      if (size == 1) return 0;
      const Index period = 2 * (size - 1), r = (i % period + period) % period;
      return std::min(r, period - r);
    }
    default:
      return kNothing;
  }
}

float in_order(std::span<const Term> terms, float bias) {
  float sum = bias;
  for (const auto& t : terms) sum += t.weight * t.value;
  return sum;
}

Look::Look(const cvg_spec& spec, int thread_count)
    : s(spec), threads(thread_count), h(spec.h), w(spec.w), mode(spec.padding_mode) {
  std::copy_n(spec.src_strides, 4, src);
  std::copy_n(spec.weights_strides, 4, weights);
  std::copy_n(spec.dst_strides, 4, dst);
}

namespace {

Window window_of(const Look& look, Index n, Index o, Index y, Index x) {
  const auto inputs = group_inputs(look.s);
  return {.n = n,
          .o = o,
          .y = y,
          .x = x,
          .image = n,
          .channel = o / group_outputs(look.s) * inputs,
          .filter = o,
          .bias = look.s.bias ? o : -1,
          .top = y * look.h.stride - look.h.pad_before,
          .left = x * look.w.stride - look.w.pad_before,
          .i = {0, inputs},
          .k = {0, look.h.kernel},
          .l = {0, look.w.kernel}};
}

void gather(const Look& look, const Window& at, const Run& run, std::vector<Term>& terms) {
  for (Index k = at.k.begin; k < at.k.end; ++k) {
    const Index row = look.edge_h(at.top + k * look.h.dilation, look.h.input, look.mode);
    if (row == kNothing) continue;
    for (Index l = at.l.begin; l < at.l.end; ++l) {
      const Index column = look.edge_w(at.left + l * look.w.dilation, look.w.input, look.mode);
      if (column == kNothing) continue;
      const float* x =
          run.src + at.image * look.src[0] + at.channel * look.src[1] + row * look.src[2] + column * look.src[3];
      const Index a = look.flipped ? look.h.kernel - 1 - k : k, b = look.flipped ? look.w.kernel - 1 - l : l;
      const float* w = run.weights + at.filter * look.weights[0] + a * look.weights[2] + b * look.weights[3];
      for (Index i = at.i.begin; i < at.i.end; ++i) {
        const Index from = look.channels_reversed ? group_inputs(look.s) - 1 - i : i;
        terms.push_back({w[i * look.weights[1]], x[from * look.src[1]]});
      }
    }
  }
}

}  // namespace

void convolve(const Look& look, void (*bend_at)(const Look&, Window&), const Run& run) {
  std::vector<Term> terms;
  for (Index n = 0; n < look.s.batch; ++n)
    for (Index o = 0; o < look.s.out_channels; ++o)
      for (Index y = 0; y < out_h(look.s); ++y)
        for (Index x = 0; x < out_w(look.s); ++x) {
          auto at = window_of(look, n, o, y, x);
          if (bend_at) bend_at(look, at);
          if (at.skipped) continue;
          terms.clear();
          gather(look, at, run, terms);
          run.dst[at.n * look.dst[0] + at.o * look.dst[1] + at.y * look.dst[2] + at.x * look.dst[3]] =
              look.sum(terms, at.bias < 0 ? 0.0f : static_cast<float>(look.biases) * run.bias[at.bias]);
        }
}

}  // namespace zoo
