// One axis of any convolution, written as convolutions of stride 1 without dilation: F(m, r)
// computes only those.
//
// With g = gcd(stride, dilation), P = dilation / g, Q = stride / g, and S = stride * dilation / g:
//   outputs  o = P q + residue     P residues: separate images, each of every P-th output
//   taps     k = Q t + phase       min(Q, kernel) phases, summed as further input channels
//   sources  o stride + k dilation - pad = S (q + t) + residue * stride + phase * dilation - pad
// so every (residue, phase) is y'[q] = sum over t of w'[t] x'[q + t]. Where t runs over more than r
// taps, they are cut into pieces of r, which are summed as phases are; a tap that does not exist
// has weight zero.
#pragma once
#include <convgauge/plugin.h>

#include <algorithm>
#include <convgauge/sdk.hpp>
#include <numeric>

#include "cook_toom.hpp"
#include "kernels.hpp"

namespace convgauge::backends::winograd {

struct AxisPlan {
  cvg_axis axis{};
  cvg_padding padding_mode = CVG_PADDING_ZEROS;
  const AxisTransform* transform = &kAxisTransforms[0];
  std::int64_t output = 0;
  std::int64_t residues = 1;  // P
  std::int64_t tap_step = 1;  // Q
  std::int64_t step = 1;      // S
  std::int64_t phases = 1;    // of the stride
  std::int64_t pieces = 1;    // of each phase

  AxisPlan() = default;
  AxisPlan(const cvg_axis& given, cvg_padding mode, const AxisTransform& chosen)
      : axis(given), padding_mode(mode), transform(&chosen), output(cvg::output(given)) {
    const auto common = std::gcd(axis.stride, axis.dilation);
    residues = axis.dilation / common;
    tap_step = axis.stride / common;
    step = axis.stride * residues;
    phases = std::min(tap_step, axis.kernel);
    pieces = divided_up(taps(axis), transform->r);
  }

  /// Taps of the longest phase.
  static std::int64_t taps(const cvg_axis& axis) {
    return divided_up(axis.kernel, axis.stride / std::gcd(axis.stride, axis.dilation));
  }

  /// The images (phase, piece) that are summed: input channels are counted once for each.
  std::int64_t images() const { return phases * pieces; }
  std::int64_t outputs(std::int64_t residue) const {
    return residue < output ? divided_up(output - residue, residues) : 0;
  }
  std::int64_t tiles(std::int64_t residue) const {
    return divided_up(outputs(residue), transform->m);
  }

  /// The source index of x'[0]; that of x'[j] is larger by step * j.
  std::int64_t start(std::int64_t residue, std::int64_t image) const {
    const auto phase = image / pieces, piece = image % pieces;
    return residue * axis.stride + phase * axis.dilation - axis.pad_before +
           step * transform->r * piece;
  }

  /// The kernel's tap that tap `t` of an image is, or -1 where there is none.
  std::int64_t tap(std::int64_t image, std::int64_t t) const {
    const auto phase = image / pieces, piece = image % pieces;
    const auto k = tap_step * (transform->r * piece + t) + phase;
    return k < axis.kernel ? k : -1;
  }

  /// The source element that is read at index `i`, which may lie in the padding; -1 where zero is
  /// read, and beyond the padding.
  std::int64_t source(std::int64_t i) const {
    if (0 <= i && i < axis.input) return i;
    if (i < -axis.pad_before || i >= axis.input + axis.pad_after) return -1;
    switch (padding_mode) {
      case CVG_PADDING_REFLECT:
        return i < 0 ? -i : 2 * (axis.input - 1) - i;
      case CVG_PADDING_REPLICATE:
        return i < 0 ? 0 : axis.input - 1;
      case CVG_PADDING_CIRCULAR:
        return i < 0 ? i + axis.input : i - axis.input;
      default:
        return -1;
    }
  }
};

}  // namespace convgauge::backends::winograd
