// f16: how results are rounded, what overflows, pairs and packs of narrow values.
#include <algorithm>
#include <cmath>
#include <limits>

#include "planted.hpp"

namespace zoo {
namespace {

constexpr auto kF16 = CVG_DTYPE_F16;
using convgauge::backends::Bf16;
using convgauge::backends::F16;

float as_bf16(float v) {
  return Bf16(v);
}
float as_f16(float v) {
  return F16(v);
}
template <class Kept>
float summed(std::span<const Term> terms, float bias, Kept kept) {
  float sum = bias;
  for (const auto& t : terms) sum = kept(sum + t.weight * t.value);
  return sum;
}
bool is_1x1(const cvg_spec& s) {
  return kernel_is(s, 1, 1);
}
bool is_3x3(const cvg_spec& s) {
  return kernel_is(s, 3, 3);
}

constexpr Bug kInF16[] = {
    row("none", {"f16_right", "", "nothing: right in f16", "", "n2c3h5w5_o4k3p1"}, nullptr,
        in_order)
        .as(kF16),
    row(
        "numeric",
        {"f16_sums_from_64_terms", "huggingface/diffusers#1556",
         "sums of 64 terms and more are kept in f16", "", "n1c8h5w5_o2k3p1"},
        [](const cvg_spec& s) { return reduction(s) >= 64; },
        [](std::span<const Term> terms, float bias) { return summed(terms, bias, as_f16); })
        .as(kF16),
    row("numeric",
        {"f16_products_of_depthwise", "pytorch/pytorch#3057",
         "depthwise products are rounded to f16 before they are added", "", "n1c3h8w8_o3k5p2g3"},
        depthwise,
        [](std::span<const Term> terms, float bias) {
          float sum = bias;
          for (const auto& t : terms) sum += as_f16(t.weight * t.value);
          return sum;
        })
        .as(kF16),
    row(
        "numeric",
        {"f16_saturates_at_65504", "",
         "results of two inputs and more saturate instead of becoming "
         "infinite",
         "inf", "n1c2h4w4_o4k3p1"},
        [](const cvg_spec& s) { return group_inputs(s) > 1; },
        [](Look& l) {
          l.store = [](float v) {
            return F16(std::isnan(v) ? v : std::fmin(std::fmax(v, -65504.0f), 65504.0f)).bits;
          };
        })
        .as(kF16),
    row(
        "numeric",
        {"f16_cut_in_groups", "", "grouped results are cut to f16", "", "n1c4h8w8_o4k3p1g2"},
        [](const cvg_spec& s) { return s.groups > 1; },
        [](Look& l) {
          l.store = [](float v) {
            const auto near = F16(v);
            const bool beyond = std::fabs(static_cast<float>(near)) > std::fabs(v);
            return static_cast<std::uint16_t>(near.bits - (beyond && std::isfinite(v) ? 1 : 0));
          };
        })
        .as(kF16),
    row("numeric",
        {"f16_subnormal_results_lost", "", "results below 2^-14 become zero, undeclared",
         "subnormal", "n1c1h4w4_o2k3p1"},
        is_3x3,
        [](Look& l) {
          l.store = [](float v) { return F16(std::fabs(v) < 0x1p-14f ? 0.0f : v).bits; };
        })
        .as(kF16),
    row(
        "tiling",
        {"f16_96_inputs_of_1x1", "tracel-ai/cubek#519",
         "1x1 with 96 inputs and 4096 pixels and more: the last 32 inputs are read as those before",
         "", "n1c96h64w64_o1k1"},
        [](const cvg_spec& s) { return is_1x1(s) && group_inputs(s) == 96 && pixels(s) >= 4096; },
        [](const Look&, Window& at) {
          at.source_input = [](Index i, Index) { return i < 64 ? i : i - 32; };
        })
        .as(kF16),
    row(
        "tiling",
        {"f16_1x1_of_16s_on_7x7", "ROCm/MIOpen#894",
         "1x1 between multiples of 16 channels on 49 pixels: the last pixel repeats the one before",
         "column|row|output", "n1c16h7w7_o16k1"},
        [](const cvg_spec& s) {
          return is_1x1(s) && multiple(s.in_channels, 16) && multiple(s.out_channels, 16) &&
                 pixels(s) == 49;
        },
        [](const Look& l, Window& at) {
          if (at.y == out_h(l.s) - 1 && at.x == out_w(l.s) - 1) at.left -= l.w.stride;
        })
        .as(kF16),
    row(
        "tiling",
        {"f16_odd_columns_in_pairs", "",
         "columns are stored in pairs: the last of an odd number is computed without its first tap",
         "column", "n1c1h3w5_o1k1x3p0x1"},
        [](const cvg_spec& s) { return out_w(s) > 1 && out_w(s) % 2 == 1 && s.w.kernel > 1; },
        [](const Look& l, Window& at) {
          if (at.x == out_w(l.s) - 1) ++at.l.begin;
        })
        .as(kF16),
    row(
        "numeric",
        {"f16_through_bf16", "Tencent/ncnn#5578", "results in nhwc pass through bf16", "bf16",
         "n1c2h5w5_o4k3p1"},
        [](const cvg_spec& s) { return nhwc(s); },
        [](Look& l) { l.store = [](float v) { return F16(as_bf16(v)).bits; }; })
        .as(kF16),
    row(
        "numeric",
        {"f16_products_overflow", "", "products of 5x5 kernels beyond f16 become infinite", "inf",
         "n1c1h6w6_o2k5p2"},
        [](const cvg_spec& s) { return kernel_is(s, 5, 5); },
        [](std::span<const Term> terms, float bias) {
          float sum = bias;
          for (const auto& t : terms) {
            const float p = t.weight * t.value;
            sum +=
                std::fabs(p) > 65504 ? std::copysign(std::numeric_limits<float>::infinity(), p) : p;
          }
          return sum;
        })
        .as(kF16),
};

}  // namespace
}  // namespace zoo

ZOO_EXPORT_PROVED(zoo::kInF16)
