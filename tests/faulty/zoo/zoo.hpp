// A correct convolution in which a bug can change ("bend") every value that its loops look up, and
// the table of bugs, in which each bug is one row.
#pragma once
#include <convgauge/plugin.h>
#include <convgauge/sdk/hidden.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace CVG_HIDDEN zoo {

using Index = std::int64_t;

struct Range {
  Index begin, end;
};
struct Term {
  float weight, value;
};

/// The result of padded() for an index at which padding reads zero: the tap is left out.
constexpr Index kNothing = INT64_MIN;

/// The source index that is read at index `i`, or kNothing. `i` may be any number, since a bug may
/// bend it beyond all bounds.
Index padded(Index i, Index size, cvg_padding mode);

/// bias + the sum of the products, in order. The loops sum in a faster order where a bug does not
/// replace this.
float in_order(std::span<const Term> terms, float bias);

/// The values that the loops look up, set once for a plan: those of the problem, until a bug bends
/// them.
struct Look {
  Look(const cvg_spec& spec, int thread_count);

  cvg_spec s;  // the true problem, for the sizes of tensors; not bent
  int threads;
  cvg_axis h, w;                     // can be bent
  Index src[4], weights[4], dst[4];  // strides; can be bent
  cvg_padding mode;                  // can be bent
  decltype(&padded) edge_h = padded, edge_w = padded;
  bool flipped = false;            // the kernel is reversed on both axes
  bool channels_reversed = false;  // the input channels are reversed
  Index biases = 1;                // how often the bias is added
  decltype(&in_order) sum = in_order;
  float (*add)(float, float) = nullptr;  // gradients: how a product joins its sum; null: a + b
  // How a result of 16 bits is rounded; null: to nearest even.
  std::uint16_t (*store)(float) = nullptr;
};

/// One output: where it is written, and what the loops read for it. In the gradients the same of
/// diff_dst, which is read there, and what the loops add to (backward_data: diff_src,
/// backward_weights: diff_weights and diff_bias).
struct Window {
  Index n, o, y, x;             // where it is written
  Index image, channel;         // the first input channel of the group
  Index filter, bias;           // which weights; -1: no bias
  Index top, left;              // source index of the first tap
  Range i, k, l;                // inputs of the group, taps
  bool skipped = false;         // left unwritten; in the gradients: left out
  bool left_unchecked = false;  // no padding at the left
  // Which input channel of the source, and of the weights, is read for input i of n; which column
  // of the weights for tap l of n; null: the same.
  Index (*source_input)(Index i, Index n) = nullptr;
  Index (*weights_input)(Index i, Index n) = nullptr;
  Index (*weights_column)(Index l, Index n) = nullptr;
  decltype(&in_order) sum = nullptr;  // null: the one of the Look
};

/// What is kept between executions, by a plan or by the whole library.
struct Kept {
  Index executions = 0;
  const void* address = nullptr;
  std::vector<cvg_spec> specs;
  std::vector<float> values, more;
};

/// One execution. Pointers may be changed by a bug before the loops run; null where the direction
/// does not use them. Tensors of 16 bits are here as floats, and without `prepare`.
struct Run {
  const Look& look;
  const float *src, *weights, *bias;
  float *dst, *workspace;
  Kept &plan, &library;
  Index slot = 0;
  const float* diff_dst = nullptr;
  float *diff_src = nullptr, *diff_weights = nullptr, *diff_bias = nullptr;
};

/// The kinds: specification (the wrong convolution), tiling (a part of the output, at tails and
/// edges), numeric, memory, state, transform (Winograd, FFT), gradient; none: a right one, which
/// must not be accused.
struct Bug {
  const char* name;  // the backend's
  const char* kind;
  const char* source;  // owner/repo#N it is modelled on; empty: none in particular
  const char* story;   // what is wrong, and under which parameters
  const char* says;    // a regular expression: what a right diagnosis names
  bool (*when)(const cvg_spec&) = nullptr;  // the parameters under which it shows; null: always
  void (*bend)(Look&) = nullptr;            // once for a plan
  void (*bend_at)(const Look&, Window&) = nullptr;  // for each output
  decltype(&in_order) sum = nullptr;
  void (*prepare)(Run&) = nullptr;  // in prepare_weights; only src is not there yet
  bool (*before)(Run&) = nullptr;   // false: the loops are left out
  void (*after)(Run&) = nullptr;
  std::size_t workspace_bytes = 0;
  // One or several problems, run in this order, of which one shows the bug; empty: not proved.
  const char* witness = "";
  cvg_dtype type = CVG_DTYPE_F32;                   // the only one that is offered
  cvg_direction direction = CVG_DIRECTION_FORWARD;  // likewise
  bool flushes = false;                             // declares flushes_subnormals

  constexpr Bug as(cvg_dtype t) const {
    Bug b = *this;
    b.type = t;
    return b;
  }
  constexpr Bug of(cvg_direction d) const {
    Bug b = *this;
    b.direction = d;
    return b;
  }
  constexpr Bug flushing() const {
    Bug b = *this;
    b.flushes = true;
    return b;
  }
};

/// What a row says of its bug.
struct Words {
  const char *name, *source, *story, *says, *witness;
};
using When = bool (*)(const cvg_spec&);

/// A row whose bug is in the Look, in the windows, in the sum, or before and after the loops.
constexpr Bug row(const char* kind, Words w, When when, void (*bend)(Look&)) {
  return {.name = w.name,
          .kind = kind,
          .source = w.source,
          .story = w.story,
          .says = w.says,
          .when = when,
          .bend = bend,
          .witness = w.witness};
}
constexpr Bug row(const char* kind, Words w, When when, void (*bend_at)(const Look&, Window&)) {
  return {.name = w.name,
          .kind = kind,
          .source = w.source,
          .story = w.story,
          .says = w.says,
          .when = when,
          .bend_at = bend_at,
          .witness = w.witness};
}
constexpr Bug row(const char* kind, Words w, When when, decltype(&in_order) sum) {
  return {.name = w.name,
          .kind = kind,
          .source = w.source,
          .story = w.story,
          .says = w.says,
          .when = when,
          .sum = sum,
          .witness = w.witness};
}
constexpr Bug row(const char* kind, Words w, When when, bool (*before)(Run&), void (*after)(Run&),
                  void (*prepare)(Run&) = nullptr) {
  return {.name = w.name,
          .kind = kind,
          .source = w.source,
          .story = w.story,
          .says = w.says,
          .when = when,
          .prepare = prepare,
          .before = before,
          .after = after,
          .witness = w.witness};
}

/// Computes one execution with the loops.
void convolve(const Look& look, void (*bend_at)(const Look&, Window&), const Run& run);

// Short names for the conditions of bugs.
inline Index out_h(const cvg_spec& s) {
  return (s.h.pad_before + s.h.input + s.h.pad_after - s.h.dilation * (s.h.kernel - 1) - 1) /
             s.h.stride +
         1;
}
inline Index out_w(const cvg_spec& s) {
  return (s.w.pad_before + s.w.input + s.w.pad_after - s.w.dilation * (s.w.kernel - 1) - 1) /
             s.w.stride +
         1;
}
inline Index group_inputs(const cvg_spec& s) {
  return s.in_channels / s.groups;
}
inline Index group_outputs(const cvg_spec& s) {
  return s.out_channels / s.groups;
}
inline bool depthwise(const cvg_spec& s) {
  return s.groups > 1 && s.groups == s.in_channels;
}
inline bool kernel_is(const cvg_spec& s, Index h, Index w) {
  return s.h.kernel == h && s.w.kernel == w;
}
inline bool stride_is(const cvg_spec& s, Index h, Index w) {
  return s.h.stride == h && s.w.stride == w;
}
inline Index reduction(const cvg_spec& s) {
  return group_inputs(s) * s.h.kernel * s.w.kernel;
}
inline Index pixels(const cvg_spec& s) {
  return out_h(s) * out_w(s);
}
inline bool multiple(Index n, Index of) {
  return n > 0 && n % of == 0;
}
inline bool dilated(const cvg_spec& s) {
  return s.h.dilation > 1 || s.w.dilation > 1;
}
inline bool padded_somewhere(const cvg_spec& s) {
  return s.h.pad_before + s.h.pad_after + s.w.pad_before + s.w.pad_after > 0;
}
inline bool asymmetric(const cvg_spec& s) {
  return s.h.pad_before != s.h.pad_after || s.w.pad_before != s.w.pad_after;
}
inline bool nhwc(const cvg_spec& s) {
  return s.layout == CVG_LAYOUT_NHWC;
}
inline Index src_count(const cvg_spec& s) {
  return s.batch * s.in_channels * s.h.input * s.w.input;
}
inline Index weights_count(const cvg_spec& s) {
  return s.out_channels * group_inputs(s) * s.h.kernel * s.w.kernel;
}
inline Index dst_count(const cvg_spec& s) {
  return s.batch * s.out_channels * out_h(s) * out_w(s);
}

}  // namespace zoo
