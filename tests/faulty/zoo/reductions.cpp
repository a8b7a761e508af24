// Long sums: split among workers, counted in blocks, kept too narrow; and the shortest ones.
#include <algorithm>
#include <cmath>

#include "planted.hpp"

namespace zoo {
namespace {

/// `value` with its lowest `bits` bits of significand rounded off.
float narrowed(float value, int bits) {
  if (!std::isfinite(value)) return value;
  const auto u = std::bit_cast<std::uint32_t>(value) + (1u << (bits - 1));
  return std::bit_cast<float>(u & ~((1u << bits) - 1));
}
/// The sum of parts of `part` terms, each of which passes through `kept`.
template <class Kept>
float in_parts(std::span<const Term> terms, float bias, std::size_t part, Kept kept) {
  float sum = bias;
  for (std::size_t i = 0; i < terms.size(); i += part)
    sum += kept(in_order(terms.subspan(i, std::min(part, terms.size() - i)), 0));
  return sum;
}
float without_last(std::span<const Term> terms, float bias, std::size_t count) {
  return in_order(terms.first(terms.size() - std::min(count, terms.size())), bias);
}

constexpr Bug kReductions[] = {
    row(
        "tiling",
        {"rest_after_256s_dropped", "",
         "sums of more than 256 terms are split in 256s, and what is left over is dropped", "",
         "n1c33h3w3_o1k3"},
        [](const cvg_spec& s) { return reduction(s) > 256 && reduction(s) % 256 != 0; },
        [](std::span<const Term> terms, float bias) {
          return without_last(terms, bias, terms.size() % 256);
        }),
    row(
        "tiling",
        {"last_8_of_256s_dropped", "",
         "sums of exactly 256, 512, ... terms end one vector of 8 early", "", "n1c64h2w2_o1k2"},
        [](const cvg_spec& s) { return multiple(reduction(s), 256); },
        [](std::span<const Term> terms, float bias) { return without_last(terms, bias, 8); }),
    row(
        "numeric",
        {"parts_of_512_in_bf16", "ROCm/rocm-libraries#8029",
         "sums of more than 512 terms: each 512 are kept in bf16", "", "n1c64h3w3_o2k3"},
        [](const cvg_spec& s) { return reduction(s) > 512; },
        [](std::span<const Term> terms, float bias) {
          return in_parts(terms, bias, 512, [](float v) { return narrowed(v, 16); });
        }),
    row(
        "tiling",
        {"terms_beyond_4096_dropped", "", "sums have room for 4096 terms", "", "n1c456h3w3_o1k3"},
        [](const cvg_spec& s) { return reduction(s) > 4096; },
        [](std::span<const Term> terms, float bias) {
          return in_order(terms.first(std::min<std::size_t>(terms.size(), 4096)), bias);
        }),
    row(
        "tiling",
        {"second_half_of_4096", "",
         "sums of 4096 terms and more are halved, and the second half overwrites the first", "",
         "n1c1024h2w2_o1k2_nobias"},
        [](const cvg_spec& s) { return reduction(s) >= 4096; },
        [](std::span<const Term> terms, float bias) {
          return in_order(terms.subspan(terms.size() / 2), bias);
        }),
    row(
        "numeric",
        {"tf32_from_1024_terms", "",
         "from 1024 terms on, factors are rounded to tf32, though strict is asked for", "tf32",
         "n1c128h3w3_o2k3"},
        [](const cvg_spec& s) { return reduction(s) >= 1024; },
        [](std::span<const Term> terms, float bias) {
          float sum = bias;
          for (const auto& t : terms) sum += narrowed(t.weight, 13) * narrowed(t.value, 13);
          return sum;
        }),
    row(
        "specification",
        {"bias_from_each_half", "", "from 512 terms on, each of two halves adds the bias",
         "bias added|doubled", "n1c128h2w2_o2k2"},
        [](const cvg_spec& s) { return s.bias && reduction(s) >= 512; },
        [](Look& l) { l.biases = 2; }),
    row(
        "tiling",
        {"columns_beyond_1024", "ggml-org/ggml#1532",
         "kernels of one row: inputs times taps beyond 1024 are dropped", "", "n1c352h1w4_o1k1x3"},
        [](const cvg_spec& s) { return s.h.kernel == 1 && s.w.kernel > 1 && reduction(s) > 1024; },
        [](std::span<const Term> terms, float bias) {
          return in_order(terms.first(std::min<std::size_t>(terms.size(), 1024)), bias);
        }),
    row(
        "tiling",
        {"odd_stage_of_16_twice", "",
         "sums of an odd number of 16s, three and more: the last 16 are added twice", "",
         "n1c16h3w3_o1k3"},
        [](const cvg_spec& s) {
          return reduction(s) % 32 == 16 && reduction(s) >= 48 && s.w.kernel > 1;
        },
        [](std::span<const Term> terms, float bias) {
          const auto last = std::min<std::size_t>(terms.size(), 16);
          return in_order(terms.last(last), in_order(terms, bias));
        }),
    row(
        "tiling",
        {"sum_of_one_term", "triton-lang/triton#934",
         "sums of a single term leave the bias out, if there are 16 outputs and more", "bias",
         "n1c1h3w3_o16k1"},
        [](const cvg_spec& s) { return reduction(s) == 1 && s.bias && s.out_channels >= 16; },
        [](std::span<const Term> terms, float) { return in_order(terms, 0); }),
    row(
        "numeric",
        {"depthwise_49_taps_in_f16", "",
         "depthwise kernels of 49 and more taps keep their sum in ten bits", "",
         "n1c2h9w9_o2k7p3g2"},
        [](const cvg_spec& s) { return depthwise(s) && reduction(s) >= 49; },
        [](std::span<const Term> terms, float bias) {
          float sum = bias;
          for (const auto& t : terms) sum = narrowed(sum + t.weight * t.value, 13);
          return sum;
        }),
    row(
        "numeric",
        {"scaled_by_a_cut_reciprocal", "",
         "sums of 1024 terms and more are divided by their number and multiplied again, in 16 bits",
         "", "n1c115h3w3_o2k3"},
        [](const cvg_spec& s) { return reduction(s) >= 1024; },
        [](std::span<const Term> terms, float bias) {
          const auto n = static_cast<float>(std::max<std::size_t>(terms.size(), 1));
          return in_order(terms, bias) * (n * narrowed(1 / n, 8));
        }),
};

}  // namespace
}  // namespace zoo

ZOO_EXPORT_PROVED(zoo::kReductions)
