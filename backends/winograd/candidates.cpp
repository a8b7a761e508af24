#include "candidates.hpp"

#include <cmath>

namespace convgauge::backends::winograd {
namespace {

/// Beyond this many taps of one axis an FFT wins by far.
constexpr std::int64_t kMaxKernel = 9;

/// Whether an axis can be computed by F(m, r) with this r: with all its taps at once, or in pieces
/// of 3 or 4 taps that together have at most two taps too many. An axis whose phases have one tap
/// each is not transformed (r = 1).
bool fits(const cvg_axis& axis, int r) {
  const auto taps = AxisPlan::taps(axis);
  if (taps > kMaxKernel) return false;
  if (taps == r) return true;
  // Phases of a stride would be cut into more pieces than the verifier's bound counts.
  return taps > r && (r == 3 || r == 4) && taps == axis.kernel &&
         divided_up(taps, r) * r - taps <= 2;
}

std::vector<const AxisTransform*> transforms(const cvg_axis& axis) {
  std::vector<const AxisTransform*> all;
  for (const auto& transform : kAxisTransforms)
    if (fits(axis, transform.r)) all.push_back(&transform);
  return all;
}

/// Both axes by the same m where they have the same r: a square tile.
std::vector<Choice> all_choices(const cvg_spec& spec) {
  std::vector<Choice> all;
  for (const auto* h : transforms(spec.h))
    for (const auto* w : transforms(spec.w))
      if (h->r != w->r || h->m == w->m) all.push_back({h, w});
  return all;
}

/// The largest amplification that the default may have. F(3x3, 3x3) has 31, F(4x4, 3x3) 79,
/// F(5x5, 2x2) 110, F(5x5, 3x3) 292, F(6x6, 3x3) 675.
double budget(Accuracy accuracy) {
  return accuracy == Accuracy::strict ? 45 : accuracy == Accuracy::balanced ? 120 : HUGE_VAL;
}

/// The bytes of U that one core reads in a nanosecond while it multiplies, where U has `bytes` in
/// all: from an L2 cache of 1 MiB, an L3 cache of 32 MiB, or beyond. Measured with 512 channels at
/// 14x14 and 7x7; memory alone gives 14.
double bytes_per_ns(double bytes) {
  return bytes < 0x1p20 ? 80 : bytes < 0.75 * 0x1p25 ? 30 : 24;
}

bool is_one_tap(const cvg_axis& axis) {
  return AxisPlan::taps(axis) == 1;
}

}  // namespace

Accuracy accuracy_of(const cvg_settings& settings) {
  const auto word = cvg::option(settings, "accuracy").value_or("balanced");
  return word == "strict" ? Accuracy::strict : word == "fast" ? Accuracy::fast : Accuracy::balanced;
}

void refuse_what_winograd_cannot(const cvg_spec& spec) {
  const auto group_inputs = spec.in_channels / spec.groups;
  cvg::refuse_unless(
      spec.groups == 1 || group_inputs > 1, CVG_REASON_GROUPS,
      "depthwise: Winograd saves multiplications of matrices, and here there are none");
  cvg::refuse_unless(spec.h.kernel > 1 || spec.w.kernel > 1, CVG_REASON_KERNEL,
                     "a 1x1 kernel has nothing to save");
  for (const auto* axis : {&spec.h, &spec.w})
    cvg::refuse_unless(!transforms(*axis).empty(), CVG_REASON_KERNEL,
                       "an axis of " + std::to_string(axis->kernel) + " taps, stride " +
                           std::to_string(axis->stride) +
                           ": none of the algorithms F(m, r) here fits; kernels of up to " +
                           std::to_string(kMaxKernel) + " do");
  cvg::refuse_unless(!is_one_tap(spec.h) || !is_one_tap(spec.w), CVG_REASON_STRIDE,
                     "the stride leaves one tap of each phase: nothing to save");
}

std::vector<Choice> choices(const cvg_spec& spec, const cvg_settings& settings,
                            const Kernels& kernels) {
  auto all = all_choices(spec);
  const double allowed = budget(accuracy_of(settings));
  const auto rank = [&](const Choice& choice) {
    // Within the budget first.
    const double excess = std::max(0.0, amplification(choice) - allowed);
    return std::pair(excess, estimated_cost(Plan(spec, choice, kernels, settings.threads)));
  };
  const auto best = std::min_element(
      all.begin(), all.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  std::rotate(all.begin(), best, best + 1);
  return all;
}

cvg_algorithm describe(const Choice& choice) {
  const auto axis = [](const AxisTransform& transform) {
    auto made = cvg::winograd_axis(transform.m, transform.r, {});
    const Points all = points(transform.n());
    for (int k = 0; k + 1 < transform.n(); ++k) {
      const auto p = all.finite(k);
      made.points[made.point_count++] = {static_cast<std::int32_t>(p.numerator),
                                         static_cast<std::int32_t>(p.denominator)};
    }
    return made;
  };
  const auto pair = [](int h, int w) { return std::to_string(h) + "x" + std::to_string(w); };
  const auto &h = *choice.h, &w = *choice.w;
  return cvg::winograd("winograd.f" + pair(h.m, w.m) + "_" + pair(h.r, w.r), axis(h), axis(w));
}

double amplification(const Choice& choice) {
  return choice.h->amplification * choice.w->amplification;
}

double estimated_cost(const Plan& plan) {
  const auto tiles = static_cast<double>(plan.tiling.tiles()),
             width = static_cast<double>(plan.width());
  const auto points = static_cast<double>(plan.points()), depth = static_cast<double>(plan.depth());
  const auto outputs = static_cast<double>(plan.panels() * plan.panel()),
             blocks = static_cast<double>(plan.blocks());
  // Two vector multiply-adds in each cycle of 2.9 GHz, for 92% of the time. Fewer than four tiles
  // do not fill the pipeline.
  const double products =
      std::max(tiles, 4 * blocks) * points * depth * outputs / width / 2 / 2.9 / 0.92;
  // Measured with C = 64 at 56x56: 1.3 ns for each vector of V, 0.9 for each of M.
  const double transforms = tiles * points * (1.3 * depth + 0.9 * outputs) / width;
  const double bytes = points * depth * outputs * sizeof(float);
  // Reading U mostly overlaps with the products: the larger of the two times counts most.
  const double multiplication = std::hypot(products, blocks * bytes / bytes_per_ns(bytes));
  return static_cast<double>(plan.groups) * (multiplication + transforms) / plan.threads;
}

}  // namespace convgauge::backends::winograd
