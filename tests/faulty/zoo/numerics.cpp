// The right terms, summed wrongly: too narrow, cut off, saturated, or with values that are taken to
// never come.
#include <bit>
#include <cmath>
#include <limits>

#include "planted.hpp"

namespace zoo {
namespace {

/// `value` with its lowest `bits` bits of significand rounded off (to nearest, ties away), or cut.
float narrowed(float value, int bits, bool cut = false) {
  auto u = std::bit_cast<std::uint32_t>(value);
  if ((u & 0x7f800000u) == 0x7f800000u) return value;
  if (!cut) u += 1u << (bits - 1);
  return std::bit_cast<float>(u & ~((1u << bits) - 1));
}
constexpr int kBf16 = 16, kTf32 = 13;  // bits of f32 that they lack; f16 as tf32, within its range

template <class Product, class Sum>
float summed(std::span<const Term> terms, float bias, Product product, Sum add) {
  float sum = bias;
  for (const auto& t : terms) sum = add(sum, product(t.weight, t.value));
  return sum;
}
float times(float a, float b) {
  return a * b;
}
float plus(float a, float b) {
  return a + b;
}
bool is_3x3(const cvg_spec& s) {
  return kernel_is(s, 3, 3);
}
bool deep(const cvg_spec& s) {
  return group_inputs(s) * s.h.kernel * s.w.kernel >= 64;
}
bool is_1x1(const cvg_spec& s) {
  return kernel_is(s, 1, 1);
}
/// A step towards zero, as a processor takes it that was left in that mode.
float cut_sum(float a, float b) {
  const double exact = static_cast<double>(a) + static_cast<double>(b);
  const float nearest = static_cast<float>(exact);
  return std::fabs(static_cast<double>(nearest)) > std::fabs(exact) ? std::nextafter(nearest, 0.0f)
                                                                    : nearest;
}

constexpr Bug kNumerics[] = {
    {.name = "products_of_bf16",
     .kind = "numeric",
     .source = "",
     .story = "3x3 kernels round their inputs to bf16",
     .says = "bf16",
     .when = is_3x3,
     .sum =
         [](std::span<const Term> terms, float bias) {
           return summed(
               terms, bias,
               [](float w, float x) { return narrowed(w, kBf16) * narrowed(x, kBf16); }, plus);
         }},
    {.name = "products_of_tf32",
     .kind = "numeric",
     .source = "",
     .story = "1x1 kernels round their inputs to tf32, unasked",
     .says = "tf32",
     .when = is_1x1,
     .sum =
         [](std::span<const Term> terms, float bias) {
           return summed(
               terms, bias,
               [](float w, float x) { return narrowed(w, kTf32) * narrowed(x, kTf32); }, plus);
         }},
    {.name = "products_of_cut_tf32",
     .kind = "numeric",
     .source = "",
     .story = "5x5 kernels cut their inputs to tf32",
     .says = "tf32",
     .when = [](const cvg_spec& s) { return kernel_is(s, 5, 5); },
     .sum =
         [](std::span<const Term> terms, float bias) {
           return summed(
               terms, bias,
               [](float w, float x) { return narrowed(w, kTf32, true) * narrowed(x, kTf32, true); },
               plus);
         }},
    {.name = "weights_of_f16",
     .kind = "numeric",
     .source = "Tencent/ncnn#5990",
     .story = "depthwise weights are kept in f16",
     .says = "f16|tf32|normal",
     .when = depthwise,
     .sum =
         [](std::span<const Term> terms, float bias) {
           return summed(
               terms, bias, [](float w, float x) { return narrowed(w, kTf32) * x; }, plus);
         }},
    {.name = "sums_of_bf16",
     .kind = "numeric",
     .source = "",
     .story = "sums of 64 and more terms are kept in bf16",
     .says = "",
     .when = deep,
     .sum =
         [](std::span<const Term> terms, float bias) {
           return summed(terms, bias, times,
                         [](float a, float b) { return narrowed(a + b, kBf16); });
         }},
    {.name = "sums_of_f16",
     .kind = "numeric",
     .source = "Tencent/ncnn#4492",
     .story = "sums of strided kernels are kept in f16",
     .says = "",
     .when = [](const cvg_spec& s) { return s.h.stride == 2; },
     .sum =
         [](std::span<const Term> terms, float bias) {
           return summed(terms, bias, times,
                         [](float a, float b) { return narrowed(a + b, kTf32); });
         }},
    {.name = "output_of_bf16",
     .kind = "numeric",
     .source = "",
     .story = "grouped outputs pass through bf16",
     .says = "output rounded to bf16",
     .when = [](const cvg_spec& s) { return s.groups > 1; },
     .sum = [](std::span<const Term> terms,
               float bias) { return narrowed(in_order(terms, bias), kBf16); }},
    {.name = "bias_of_bf16",
     .kind = "numeric",
     .source = "",
     .story = "the bias is kept in bf16",
     .says = "bias|normal",
     .sum = [](std::span<const Term> terms,
               float bias) { return in_order(terms, narrowed(bias, kBf16)); }},
    {.name = "sums_cut_towards_zero",
     .kind = "numeric",
     .source = "",
     .story = "every sum is cut towards zero, as the rounding mode was left",
     .says = "",
     .sum = [](std::span<const Term> terms,
               float bias) { return summed(terms, bias, times, cut_sum); }},
    {.name = "zero_point_of_128",
     .kind = "numeric",
     .source = "uxlfoundation/oneDNN#476",
     .story = "inputs are moved by 128 as unsigned bytes would be, and the sum of weights taken "
              "off again",
     .says = "",
     .when = deep,
     .sum =
         [](std::span<const Term> terms, float bias) {
           float sum = bias, weights = 0;
           for (const auto& t : terms) sum += t.weight * (t.value + 128), weights += t.weight;
           return sum - 128 * weights;
         }},
    {.name = "fixed_point_of_16_bits",
     .kind = "numeric",
     .source = "",
     .story = "1xk kernels sum in steps of 2^-16",
     .says = "",
     .when = [](const cvg_spec& s) { return s.h.kernel == 1 && s.w.kernel > 1; },
     .sum =
         [](std::span<const Term> terms, float bias) {
           return summed(
               terms, bias,
               [](float w, float x) { return std::nearbyint(w * x * 0x1p16f) * 0x1p-16f; }, plus);
         }},
    {.name = "saturates_at_15_bits",
     .kind = "numeric",
     .source = "microsoft/onnxruntime#16105",
     .story = "sums saturate at 32767, as pairs of 8-bit products do",
     .says = "",
     .sum =
         [](std::span<const Term> terms, float bias) {
           return summed(terms, bias, times, [](float a, float b) {
             return std::fmin(std::fmax(a + b, -32768.0f), 32767.0f);
           });
         }},
    {.name = "saturates_at_range_of_f16",
     .kind = "numeric",
     .source = "",
     .story = "sums beyond the range of f16 are infinite",
     .says = "",
     .sum =
         [](std::span<const Term> terms, float bias) {
           const float sum = in_order(terms, bias);
           return std::fabs(sum) > 65504
                      ? std::copysign(std::numeric_limits<float>::infinity(), sum)
                      : sum;
         }},
    {.name = "scaled_by_a_hair",
     .kind = "numeric",
     .source = "",
     .story = "7x7 kernels are normalised by 49 times a rounded 1/49",
     .says = "",
     .when = [](const cvg_spec& s) { return kernel_is(s, 7, 7); },
     .sum = [](std::span<const Term> terms,
               float bias) { return in_order(terms, bias) * (49.0f * narrowed(1 / 49.0f, 8)); }},
    {.name = "small_weights_pruned",
     .kind = "numeric",
     .source = "",
     .story = "weights below 1/1000 are taken as zero",
     .says = "",
     .sum =
         [](std::span<const Term> terms, float bias) {
           return summed(
               terms, bias, [](float w, float x) { return std::fabs(w) < 1e-3f ? 0.0f : w * x; },
               plus);
         }},
    {.name = "small_inputs_skipped",
     .kind = "numeric",
     .source = "",
     .story = "inputs below 1e-6 are skipped as zeros",
     .says = "",
     .sum =
         [](std::span<const Term> terms, float bias) {
           return summed(
               terms, bias, [](float w, float x) { return std::fabs(x) < 1e-6f ? 0.0f : w * x; },
               plus);
         }},
    {.name = "subnormals_flushed",
     .kind = "numeric",
     .source = "",
     .story = "subnormal products become zero, undeclared",
     .says = "subnormal",
     .sum =
         [](std::span<const Term> terms, float bias) {
           return summed(
               terms, bias,
               [](float w, float x) {
                 const float product = w * x;
                 return std::fabs(product) < std::numeric_limits<float>::min() ? 0.0f : product;
               },
               plus);
         }},
    {.name = "nan_dropped",
     .kind = "numeric",
     .source = "pytorch/pytorch#12484",
     .story = "products that are NaN are dropped, as a maximum does",
     .says = "NaN|nan",
     .sum =
         [](std::span<const Term> terms, float bias) {
           return summed(
               terms, bias, [](float w, float x) { return std::isnan(w * x) ? 0.0f : w * x; },
               plus);
         }},
    {.name = "zero_weights_skipped",
     .kind = "numeric",
     .source = "",
     .story = "zero weights are skipped: 0 times infinity is lost",
     .says = "NaN|nan|inf",
     .sum =
         [](std::span<const Term> terms, float bias) {
           return summed(
               terms, bias, [](float w, float x) { return w == 0 ? 0.0f : w * x; }, plus);
         }},
    {.name = "infinity_clamped",
     .kind = "numeric",
     .source = "",
     .story = "infinite sums are clamped to the largest number",
     .says = "inf",
     .sum =
         [](std::span<const Term> terms, float bias) {
           const float sum = in_order(terms, bias), most = std::numeric_limits<float>::max();
           return std::isinf(sum) ? std::copysign(most, sum) : sum;
         }},
    {.name = "half_of_a_split_lost",
     .kind = "numeric",
     .source = "",
     .story = "f32 is split in two bf16; the product of high and low is left out once",
     .says = "",
     .when = [](const cvg_spec& s) { return group_inputs(s) >= 8; },
     .sum =
         [](std::span<const Term> terms, float bias) {
           return summed(
               terms, bias,
               [](float w, float x) {
                 const float high = narrowed(w, kBf16), xh = narrowed(x, kBf16);
                 return high * xh + (w - high) * xh;
               },
               plus);
         }},
};

}  // namespace
}  // namespace zoo

ZOO_EXPORT(zoo::kNumerics)
