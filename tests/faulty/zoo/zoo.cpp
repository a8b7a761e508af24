// The loops: window by window, its terms gathered, then summed.
#include "zoo.hpp"

#include <algorithm>

namespace zoo {

Index padded(Index i, Index size, cvg_padding mode) {
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

/// Calls add(weights, values) for every tap that the window sees, at the first input.
template <class Add>
void visit(const Look& look, const Window& at, const Run& run, Add add) {
  for (Index k = at.k.begin; k < at.k.end; ++k) {
    const Index row = look.edge_h(at.top + k * look.h.dilation, look.h.input, look.mode);
    if (row == kNothing) continue;
    for (Index l = at.l.begin; l < at.l.end; ++l) {
      const Index from = at.left + l * look.w.dilation;
      const Index column =
          at.left_unchecked && from < 0 ? from : look.edge_w(from, look.w.input, look.mode);
      if (column == kNothing) continue;
      const Index a = look.flipped ? look.h.kernel - 1 - k : k,
                  b = look.flipped ? look.w.kernel - 1 - l : l;
      add(run.weights + at.filter * look.weights[0] + a * look.weights[2] + b * look.weights[3],
          run.src + at.image * look.src[0] + at.channel * look.src[1] + row * look.src[2] +
              column * look.src[3]);
    }
  }
}

/// The inputs of a tap are `step` apart; reversed: from the last to the first.
Index source_step(const Look& look) {
  return look.channels_reversed ? -look.src[1] : look.src[1];
}
const float* source_start(const Look& look, const float* x) {
  return look.channels_reversed ? x + (group_inputs(look.s) - 1) * look.src[1] : x;
}

void gather(const Look& look, const Window& at, const Run& run, std::vector<Term>& terms) {
  visit(look, at, run, [&](const float* w, const float* x) {
    x = source_start(look, x);
    for (Index i = at.i.begin; i < at.i.end; ++i)
      terms.push_back({w[i * look.weights[1]], x[i * source_step(look)]});
  });
}

/// bias + the sum of the products; four sums over the inputs, so that one need not wait for the
/// other.
float quick_sum(const Look& look, const Window& at, const Run& run, float bias) {
  float sum[4] = {bias, 0, 0, 0};
  const Index ws = look.weights[1], xs = source_step(look);
  visit(look, at, run, [&](const float* w, const float* x) {
    x = source_start(look, x);
    Index i = at.i.begin;
    for (; i + 4 <= at.i.end; i += 4)
      for (Index lane = 0; lane < 4; ++lane) sum[lane] += w[(i + lane) * ws] * x[(i + lane) * xs];
    for (; i < at.i.end; ++i) sum[0] += w[i * ws] * x[i * xs];
  });
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
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
          const float bias =
              at.bias < 0 ? 0.0f : static_cast<float>(look.biases) * run.bias[at.bias];
          auto& result = run.dst[at.n * look.dst[0] + at.o * look.dst[1] + at.y * look.dst[2] +
                                 at.x * look.dst[3]];
          if (look.sum == in_order) {
            result = quick_sum(look, at, run, bias);
            continue;
          }
          terms.clear();
          gather(look, at, run, terms);
          result = look.sum(terms, bias);
        }
}

}  // namespace zoo
