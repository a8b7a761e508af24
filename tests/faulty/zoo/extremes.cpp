// Infinities, NaN, subnormal and very large numbers that are lost in a part of the output, or under
// some parameters.
#include <algorithm>
#include <cmath>
#include <limits>

#include "planted.hpp"

namespace zoo {
namespace {

constexpr float kMost = std::numeric_limits<float>::max(),
                kLeastNormal = std::numeric_limits<float>::min();

float clamped(float v) {
  return std::fmin(std::fmax(v, -kMost), kMost);
}
float flushed(float v) {
  return std::fabs(v) < kLeastNormal ? 0.0f : v;
}
/// The sum of products of which each value passes through `seen`.
template <class Seen>
float summed(std::span<const Term> terms, float bias, Seen seen) {
  float sum = bias;
  for (const auto& t : terms) sum += t.weight * seen(t.value);
  return sum;
}
float clamped_sum(std::span<const Term> terms, float bias) {
  return clamped(in_order(terms, bias));
}

constexpr Bug kExtremes[] = {
    row(
        "numeric",
        {"last_column_clamped", "",
         "the last column is stored through a clamp, which turns infinities and NaN to numbers",
         "inf|nan", "n1c1h3w5_o1k3p1"},
        [](const cvg_spec& s) { return s.w.pad_after > 0 && out_w(s) > 1; },
        [](const Look& l, Window& at) {
          if (at.x == out_w(l.s) - 1) at.sum = clamped_sum;
        }),
    row(
        "numeric",
        {"nan_in_odd_channels_is_lowest", "", "in nhwc, NaN in odd outputs become the least number",
         "inf|nan", "n1c1h4w4_o4k1"},
        [](const cvg_spec& s) { return nhwc(s); },
        [](const Look&, Window& at) {
          if (at.o % 2 == 1)
            at.sum = [](std::span<const Term> terms, float bias) {
              return std::fmax(in_order(terms, bias), -std::numeric_limits<float>::infinity());
            };
        }),
    row(
        "numeric",
        {"infinite_inputs_clamped_when_strided", "",
         "strided kernels of several inputs gather them through a clamp to finite numbers",
         "inf|nan", "n1c2h5w5_o2k2s2"},
        [](const cvg_spec& s) { return s.w.stride > 1 && group_inputs(s) > 1; },
        [](std::span<const Term> terms, float bias) { return summed(terms, bias, clamped); }),
    row(
        "numeric",
        {"nan_inputs_are_zero_in_groups", "",
         "grouped kernels compare inputs with zero: NaN count as zero", "nan|inf",
         "n1c4h4w4_o4k1g2"},
        [](const cvg_spec& s) { return s.groups > 1 && !depthwise(s); },
        [](std::span<const Term> terms, float bias) {
          return summed(terms, bias, [](float v) { return v > 0 || v < 0 ? v : 0.0f; });
        }),
    row(
        "numeric",
        {"subnormal_inputs_of_1x1", "", "1x1 kernels take subnormal inputs as zero, undeclared",
         "subnormal", "n1c3h4w4_o2k1"},
        [](const cvg_spec& s) { return kernel_is(s, 1, 1) && group_inputs(s) > 1; },
        [](std::span<const Term> terms, float bias) { return summed(terms, bias, flushed); }),
    row("numeric",
        {"subnormal_outputs_of_depthwise", "",
         "depthwise outputs that are subnormal become zero, undeclared", "subnormal",
         "n1c3h4w4_o3k2g3"},
        depthwise,
        [](std::span<const Term> terms, float bias) { return flushed(in_order(terms, bias)); }),
    row(
        "numeric",
        {"sums_end_at_2_to_100", "",
         "sums of nine terms and more end at 2^100, as those of a type with less range", "",
         "n1c2h5w5_o2k3"},
        [](const cvg_spec& s) { return reduction(s) >= 9; },
        [](std::span<const Term> terms, float bias) {
          const float sum = in_order(terms, bias);
          return std::fabs(sum) > 0x1p100f && std::isfinite(sum) ? std::copysign(0x1p100f, sum)
                                                                 : sum;
        }),
    row(
        "numeric",
        {"sum_relative_to_its_largest", "",
         "sums of eight inputs and more are kept in steps of 2^-12 of their largest product", "",
         "n1c8h3w3_o2k3"},
        [](const cvg_spec& s) { return group_inputs(s) >= 8 && s.w.kernel > 1; },
        [](std::span<const Term> terms, float bias) {
          float most = std::fabs(bias);
          for (const auto& t : terms) most = std::fmax(most, std::fabs(t.weight * t.value));
          const float step = most * 0x1p-12f;
          if (!(step > 0) || !std::isfinite(step)) return in_order(terms, bias);
          float sum = bias;
          for (const auto& t : terms) sum += std::nearbyint(t.weight * t.value / step) * step;
          return sum;
        }),
    row(
        "numeric",
        {"huge_weights_saturate", "", "weights above 2^40 saturate, in kernels with padding", "",
         "n1c1h4w4_o2k3p1"},
        [](const cvg_spec& s) { return padded_somewhere(s); },
        [](std::span<const Term> terms, float bias) {
          float sum = bias;
          for (const auto& t : terms)
            sum += std::fmin(std::fmax(t.weight, -0x1p40f), 0x1p40f) * t.value;
          return sum;
        }),
    row("numeric",
        {"small_results_are_zero", "ScalingIntelligence/KernelBench#165",
         "results below 1/1000 are zero, as an absolute tolerance would let pass", "",
         "n1c1h5w5_o2k2"},
        nullptr,
        [](std::span<const Term> terms, float bias) {
          const float sum = in_order(terms, bias);
          return std::fabs(sum) < 1e-3f ? 0.0f : sum;
        }),
};

}  // namespace
}  // namespace zoo

ZOO_EXPORT_PROVED(zoo::kExtremes)
