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

/// Calls add(weights, source) for every tap that the window sees: offsets, at the first input.
template <class Add>
void visit(const Look& look, const Window& at, Add add) {
  for (Index k = at.k.begin; k < at.k.end; ++k) {
    const Index row = look.edge_h(at.top + k * look.h.dilation, look.h.input, look.mode);
    if (row == kNothing) continue;
    for (Index l = at.l.begin; l < at.l.end; ++l) {
      const Index from = at.left + l * look.w.dilation;
      const Index column =
          at.left_unchecked && from < 0 ? from : look.edge_w(from, look.w.input, look.mode);
      if (column == kNothing) continue;
      const Index a = look.flipped ? look.h.kernel - 1 - k : k,
                  b = look.flipped        ? look.w.kernel - 1 - l
                      : at.weights_column ? at.weights_column(l, look.w.kernel)
                                          : l;
      add(at.filter * look.weights[0] + a * look.weights[2] + b * look.weights[3],
          at.image * look.src[0] + at.channel * look.src[1] + row * look.src[2] +
              column * look.src[3]);
    }
  }
}

/// Calls add(weights, source) for every tap and input that the window sees: offsets.
template <class Add>
void visit_inputs(const Look& look, const Window& at, Add add) {
  const Index inputs = group_inputs(look.s);
  visit(look, at, [&](Index w, Index x) {
    for (Index i = at.i.begin; i < at.i.end; ++i) {
      const Index from = at.source_input          ? at.source_input(i, inputs)
                         : look.channels_reversed ? inputs - 1 - i
                                                  : i;
      add(w + (at.weights_input ? at.weights_input(i, inputs) : i) * look.weights[1],
          x + from * look.src[1]);
    }
  });
}

/// bias + the sum of the products; four sums over the inputs, so that one need not wait for the
/// other.
float quick_sum(const Look& look, const Window& at, const Run& run, float bias) {
  float sum[4] = {bias, 0, 0, 0};
  const Index ws = look.weights[1], xs = look.src[1];
  visit(look, at, [&](Index wo, Index xo) {
    const float *w = run.weights + wo, *x = run.src + xo;
    Index i = at.i.begin;
    for (; i + 4 <= at.i.end; i += 4)
      for (Index lane = 0; lane < 4; ++lane) sum[lane] += w[(i + lane) * ws] * x[(i + lane) * xs];
    for (; i < at.i.end; ++i) sum[0] += w[i * ws] * x[i * xs];
  });
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/// Calls visitor(window) for every output that is not skipped.
template <class Visitor>
void each_window(const Look& look, void (*bend_at)(const Look&, Window&), Visitor visitor) {
  for (Index n = 0; n < look.s.batch; ++n)
    for (Index o = 0; o < look.s.out_channels; ++o)
      for (Index y = 0; y < out_h(look.s); ++y)
        for (Index x = 0; x < out_w(look.s); ++x) {
          auto at = window_of(look, n, o, y, x);
          if (bend_at) bend_at(look, at);
          if (!at.skipped) visitor(at);
        }
}
Index place_of(const Look& look, const Window& at) {
  return at.n * look.dst[0] + at.o * look.dst[1] + at.y * look.dst[2] + at.x * look.dst[3];
}

void forward(const Look& look, void (*bend_at)(const Look&, Window&), const Run& run) {
  std::vector<Term> terms;
  each_window(look, bend_at, [&](const Window& at) {
    const float bias = at.bias < 0 ? 0.0f : static_cast<float>(look.biases) * run.bias[at.bias];
    auto& result = run.dst[place_of(look, at)];
    const auto sum = at.sum ? at.sum : look.sum;
    if (sum == in_order && !at.source_input && !at.weights_input && !look.channels_reversed) {
      result = quick_sum(look, at, run, bias);
      return;
    }
    terms.clear();
    visit_inputs(look, at, [&](Index w, Index x) {
      terms.push_back({run.weights[w], run.src[x]});
    });
    result = sum(terms, bias);
  });
}

/// Every window adds its products to what the direction writes.
void backward(const Look& look, void (*bend_at)(const Look&, Window&), const Run& run) {
  const auto add = [&](float& sum, float product) {
    sum = look.add ? look.add(sum, product) : sum + product;
  };
  if (run.diff_src) std::fill_n(run.diff_src, src_count(look.s), 0.0f);
  if (run.diff_weights) std::fill_n(run.diff_weights, weights_count(look.s), 0.0f);
  if (run.diff_bias) std::fill_n(run.diff_bias, look.s.out_channels, 0.0f);
  each_window(look, bend_at, [&](const Window& at) {
    const float diff = run.diff_dst[place_of(look, at)];
    if (run.diff_bias && at.bias >= 0)
      add(run.diff_bias[at.bias], static_cast<float>(look.biases) * diff);
    visit_inputs(look, at, [&](Index w, Index x) {
      if (run.diff_src)
        add(run.diff_src[x], run.weights[w] * diff);
      else
        add(run.diff_weights[w], run.src[x] * diff);
    });
  });
}

}  // namespace

void convolve(const Look& look, void (*bend_at)(const Look&, Window&), const Run& run) {
  const bool is_forward = look.s.direction == CVG_DIRECTION_FORWARD;
  (is_forward ? forward : backward)(look, bend_at, run);
}

}  // namespace zoo
