// bf16: how results are rounded, what sums are kept in, pairs of narrow values.
#include <algorithm>
#include <cmath>
#include <limits>

#include "planted.hpp"

namespace zoo {
namespace {

constexpr auto kBf16 = CVG_DTYPE_BF16;
using convgauge::backends::Bf16;

std::uint32_t bits_of(float v) {
  return std::bit_cast<std::uint32_t>(v);
}
/// As bf16, cut towards zero.
std::uint16_t cut_bf16(float v) {
  return static_cast<std::uint16_t>(bits_of(v) >> 16 | (std::isnan(v) ? 1u : 0u));
}
/// `v` with all but `bits` bits of its fraction rounded off, to nearest even.
float rounded_to(float v, int bits) {
  if (!std::isfinite(v)) return v;
  const int off = 23 - bits;
  const auto u = bits_of(v);
  return std::bit_cast<float>((u + (1u << (off - 1)) - 1 + (u >> off & 1u)) & ~((1u << off) - 1));
}
float as_bf16(float v) {
  return Bf16(v);
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
bool odd_inputs(const cvg_spec& s) {
  return group_inputs(s) % 2 == 1 && group_inputs(s) > 1;
}

constexpr Bug kInBf16[] = {
    row("none", {"bf16_right", "", "nothing: right in bf16", "", "n2c3h5w5_o4k3p1"}, nullptr,
        in_order)
        .as(kBf16),
    row("numeric",
        {"bf16_depthwise_cut", "uxlfoundation/oneDNN#5653",
         "depthwise results are cut to bf16 instead of rounded", "", "n1c4h9w9_o4k3p1g4"},
        depthwise, [](Look& l) { l.store = cut_bf16; })
        .as(kBf16),
    row(
        "numeric",
        {"bf16_tail_columns_cut", "tenstorrent/tt-metal#27171",
         "columns after the last full vector of 8 are cut to bf16", "column", "n1c3h4w12_o4k3p1"},
        [](const cvg_spec& s) { return out_w(s) > 8 && out_w(s) % 8 != 0; },
        [](const Look& l, Window& at) {
          if (at.x >= out_w(l.s) / 8 * 8)
            at.sum = [](std::span<const Term> terms, float bias) {
              return static_cast<float>(std::bit_cast<Bf16>(cut_bf16(in_order(terms, bias))));
            };
        })
        .as(kBf16),
    row("numeric",
        {"bf16_rounded_twice", "",
         "results of 3x3 kernels are rounded to nine bits, and then to bf16", "",
         "n1c24h6w6_o2k3p1"},
        is_3x3,
        [](std::span<const Term> terms, float bias) {
          return rounded_to(in_order(terms, bias), 9);
        })
        .as(kBf16),
    row(
        "numeric",
        {"bf16_sums_from_32_terms", "", "sums of 32 terms and more are kept in bf16", "",
         "n1c4h5w5_o2k3p1"},
        [](const cvg_spec& s) { return reduction(s) >= 32; },
        [](std::span<const Term> terms, float bias) { return summed(terms, bias, as_bf16); })
        .as(kBf16),
    row(
        "numeric",
        {"bf16_bias_after_rounding", "",
         "1x1 results are rounded to bf16, and again after the bias is added", "bias",
         "n1c8h6w6_o4k1"},
        [](const cvg_spec& s) { return s.bias && is_1x1(s); },
        [](std::span<const Term> terms, float bias) { return as_bf16(in_order(terms, 0)) + bias; })
        .as(kBf16),
    row("numeric",
        {"bf16_infinity_stored_as_largest", "",
         "infinite results of 3x3 kernels become the largest "
         "number",
         "inf", "n1c1h5w5_o1k3p1"},
        is_3x3,
        [](Look& l) {
          l.store = [](float v) {
            return std::isinf(v) ? static_cast<std::uint16_t>(std::signbit(v) ? 0xff7f : 0x7f7f)
                                 : Bf16(v).bits;
          };
        })
        .as(kBf16),
    row("numeric",
        {"bf16_subnormal_results_lost", "",
         "subnormal results of 1x1 kernels become zero, undeclared", "subnormal", "n1c2h4w4_o2k1"},
        is_1x1,
        [](Look& l) {
          l.store = [](float v) {
            return Bf16(std::fabs(v) < std::numeric_limits<float>::min() ? 0.0f : v).bits;
          };
        })
        .as(kBf16),
    row("tiling",
        {"bf16_odd_input_of_pairs", "", "inputs are multiplied in pairs: an odd one is forgotten",
         "", "n1c5h3w3_o2k2"},
        odd_inputs, [](const Look&, Window& at) { --at.i.end; })
        .as(kBf16),
    row(
        "numeric",
        {"bf16_parts_of_256", "ROCm/rocm-libraries#8029",
         "sums of more than 256 terms: each 256 are rounded to bf16", "", "n1c64h4w4_o2k3"},
        [](const cvg_spec& s) { return reduction(s) > 256; },
        [](std::span<const Term> terms, float bias) {
          float sum = bias;
          for (std::size_t i = 0; i < terms.size(); i += 256)
            sum += as_bf16(
                in_order(terms.subspan(i, std::min<std::size_t>(256, terms.size() - i)), 0));
          return sum;
        })
        .as(kBf16),
    row(
        "tiling",
        {"bf16_1x1_odd_pixels", "ROCm/MIOpen#2038",
         "1x1 on an odd number of pixels, three and more: the last repeats the one before",
         "column|row|output", "n2c4h3w3_o2k1"},
        [](const cvg_spec& s) { return is_1x1(s) && pixels(s) % 2 == 1 && out_w(s) > 1; },
        [](const Look& l, Window& at) {
          if (at.y == out_h(l.s) - 1 && at.x == out_w(l.s) - 1) at.left -= l.w.stride;
        })
        .as(kBf16),
};

}  // namespace
}  // namespace zoo

ZOO_EXPORT_PROVED(zoo::kInBf16)
