// Right convolutions that add in unusual ways: none of them may be accused.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "planted.hpp"

namespace zoo {
namespace {

float bf16(float v) {
  return convgauge::backends::Bf16(v);
}
/// Halves are summed apart, down to single terms.
float pairwise(std::span<const Term> terms) {
  if (terms.empty()) return 0;
  if (terms.size() == 1) return terms[0].weight * terms[0].value;
  return pairwise(terms.first(terms.size() / 2)) + pairwise(terms.subspan(terms.size() / 2));
}
/// `lanes` sums side by side, as vectors keep them, added at the end.
template <std::size_t kLanes>
float by_lanes(std::span<const Term> terms, float bias) {
  std::array<float, kLanes> sums{};
  for (std::size_t i = 0; i < terms.size(); ++i)
    sums[i % kLanes] += terms[i].weight * terms[i].value;
  float sum = 0;
  for (const float s : sums) sum += s;
  return sum + bias;
}
/// Parts of `part` terms, each summed apart.
float in_parts(std::span<const Term> terms, float bias, std::size_t part) {
  float sum = 0;
  for (std::size_t i = 0; i < terms.size(); i += part)
    sum += in_order(terms.subspan(i, std::min(part, terms.size() - i)), 0);
  return sum + bias;
}
float flushed(float v) {
  return std::fabs(v) < std::numeric_limits<float>::min() ? std::copysign(0.0f, v) : v;
}
/// A product of three bf16 and three bf16, from small to large; what is not finite is multiplied as
/// it is.
float product_of_bf16(float a, float b) {
  if (!std::isfinite(a) || !std::isfinite(b) || std::fabs(a) > 0x1p126f || std::fabs(b) > 0x1p126f)
    return a * b;
  const auto split = [](float v) {
    const float high = bf16(v), middle = bf16(v - high);
    return std::array<float, 3>{high, middle, bf16(v - high - middle)};
  };
  const auto x = split(a), y = split(b);
  float sum = 0;
  for (int order = 4; order >= 0; --order)
    for (int i = 0; i < 3; ++i)
      if (order - i >= 0 && order - i < 3)
        sum += x[static_cast<std::size_t>(i)] * y[static_cast<std::size_t>(order - i)];
  return sum;
}

constexpr const char* kWitness = "n1c9h5w5_o3k3p1";

constexpr Bug kRight[] = {
    row("none", {"right_kahan", "", "nothing: compensated sums (Kahan 1965)", "", kWitness},
        nullptr,
        [](std::span<const Term> terms, float bias) {
          float sum = bias, lost = 0;
          for (const auto& t : terms) {
            const float next = t.weight * t.value - lost, total = sum + next;
            if (!std::isfinite(total)) return in_order(terms, bias);
            lost = (total - sum) - next;
            sum = total;
          }
          return sum;
        }),
    row("none", {"right_pairwise", "", "nothing: pairwise sums", "", kWitness}, nullptr,
        [](std::span<const Term> terms, float bias) { return pairwise(terms) + bias; }),
    row("none", {"right_reversed", "", "nothing: from the last term to the first", "", kWitness},
        nullptr,
        [](std::span<const Term> terms, float bias) {
          float sum = 0;
          for (auto t = terms.rbegin(); t != terms.rend(); ++t) sum += t->weight * t->value;
          return sum + bias;
        }),
    row("none", {"right_16_lanes", "", "nothing: sixteen sums side by side", "", kWitness}, nullptr,
        by_lanes<16>),
    row("none",
        {"right_split_k", "", "nothing: four parts of the sum, added at the end", "", kWitness},
        nullptr,
        [](std::span<const Term> terms, float bias) {
          return in_parts(terms, bias, (terms.size() + 3) / 4 + (terms.empty() ? 1 : 0));
        }),
    row("none",
        {"right_blocks_of_64", "", "nothing: sums of 64 terms, then their sum", "",
         "n1c40h4w4_o2k3p1"},
        nullptr, [](std::span<const Term> terms, float bias) { return in_parts(terms, bias, 64); }),
    row("none", {"right_fused", "", "nothing: products are added without rounding", "", kWitness},
        nullptr,
        [](std::span<const Term> terms, float bias) {
          float sum = bias;
          for (const auto& t : terms) sum = std::fma(t.weight, t.value, sum);
          return sum;
        }),
    row("none", {"right_in_double", "", "nothing: sums in double, rounded once", "", kWitness},
        nullptr,
        [](std::span<const Term> terms, float bias) {
          double sum = static_cast<double>(bias);
          for (const auto& t : terms)
            sum += static_cast<double>(t.weight) * static_cast<double>(t.value);
          return static_cast<float>(sum);
        }),
    row("none",
        {"right_every_seventh", "", "nothing: every seventh term, seven times", "", kWitness},
        nullptr,
        [](std::span<const Term> terms, float bias) {
          float sum = bias;
          for (std::size_t first = 0; first < 7; ++first)
            for (std::size_t i = first; i < terms.size(); i += 7)
              sum += terms[i].weight * terms[i].value;
          return sum;
        }),
    row("none",
        {"right_sorted", "", "nothing: from the smallest product to the largest", "", kWitness},
        nullptr,
        [](std::span<const Term> terms, float bias) {
          std::vector<Term> sorted(terms.begin(), terms.end());
          const auto size = [](const Term& t) {
            const float p = std::fabs(t.weight * t.value);
            return std::isnan(p) ? std::numeric_limits<float>::infinity() : p;
          };
          std::stable_sort(sorted.begin(), sorted.end(),
                           [&](const Term& a, const Term& b) { return size(a) < size(b); });
          return in_order(sorted, 0) + bias;
        }),
    row("none",
        {"right_flushing", "", "nothing: subnormal numbers are zero, as it declares", "", kWitness},
        nullptr,
        [](std::span<const Term> terms, float bias) {
          float sum = flushed(bias);
          for (const auto& t : terms)
            sum = flushed(sum + flushed(flushed(t.weight) * flushed(t.value)));
          return sum;
        })
        .flushing(),
    row("none",
        {"right_three_bf16", "",
         "nothing: each factor in three bf16, nine products; declares that it flushes", "",
         kWitness},
        nullptr,
        [](std::span<const Term> terms, float bias) {
          float sum = bias;
          for (const auto& t : terms) sum += product_of_bf16(t.weight, t.value);
          return sum;
        })
        .flushing(),
};

}  // namespace
}  // namespace zoo

ZOO_EXPORT_PROVED(zoo::kRight)
