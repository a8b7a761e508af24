#include "weights.hpp"

namespace convgauge::backends::winograd {
namespace {

constexpr int kLanes = 8;  // output channels transformed side by side
using Lanes = std::array<double, kLanes>;

/// out[k] = sum over j of g[k][j] * in[j step]
void transform_taps(const AxisTransform& axis, const Lanes* in, std::int64_t step, Lanes* out,
                    std::int64_t out_step) {
  for (int k = 0; k < axis.n(); ++k) {
    Lanes sum{};
    for (int j = 0; j < axis.r; ++j)
      for (std::size_t lane = 0; lane < kLanes; ++lane)
        sum[lane] +=
            axis.g[static_cast<std::size_t>(k)][static_cast<std::size_t>(j)] * in[j * step][lane];
    out[k * out_step] = sum;
  }
}

/// Up to kLanes output channels, and one image and input channel of them.
struct Place {
  std::int64_t group, first, lanes;  // first: within the group
  std::int64_t image_h, image_w, input;
};

/// The taps of one image, r_h x r_w.
void gather_taps(const Plan& plan, const float* weights, const Place& at, Lanes* taps) {
  const auto &h = plan.tiling.h, &w = plan.tiling.w;
  const auto filter = h.axis.kernel * w.axis.kernel;
  for (int y = 0; y < h.transform->r; ++y)
    for (int x = 0; x < w.transform->r; ++x) {
      const auto k = h.tap(at.image_h, y), l = w.tap(at.image_w, x);
      Lanes& tap = taps[y * w.transform->r + x];
      tap = {};
      if (k < 0 || l < 0) continue;
      const auto* from =
          weights +
          ((at.group * plan.group_outputs + at.first) * plan.group_inputs + at.input) * filter +
          k * w.axis.kernel + l;
      for (std::int64_t lane = 0; lane < at.lanes; ++lane)
        tap[static_cast<std::size_t>(lane)] = from[lane * plan.group_inputs * filter];
    }
}

/// All points of up to kLanes output channels at one depth. The first point goes to `u`, the next
/// ones `step` floats apart.
void pack_filters(const Plan& plan, const float* weights, const Place& at, std::int64_t step,
                  float* u) {
  const auto &h = *plan.tiling.h.transform, &w = *plan.tiling.w.transform;
  Lanes taps[kMaxTaps * kMaxTaps], half[kMaxPoints * kMaxTaps], points[kMaxPoints * kMaxPoints];
  gather_taps(plan, weights, at, taps);
  for (int x = 0; x < w.r; ++x) transform_taps(h, taps + x, w.r, half + x, w.r);
  for (int k = 0; k < h.n(); ++k) transform_taps(w, half + k * w.r, 1, points + k * w.n(), 1);
  for (int k = 0; k < h.n() * w.n(); ++k)
    for (std::size_t lane = 0; lane < kLanes; ++lane)
      if (static_cast<std::int64_t>(lane) < plan.panel())
        u[k * step + static_cast<std::int64_t>(lane)] = static_cast<float>(points[k][lane]);
}

/// `u` is that of the group.
void pack_panel(const Plan& plan, const float* weights, std::int64_t group, std::int64_t panel,
                float* u) {
  for (std::int64_t image = 0; image < plan.images(); ++image)
    for (std::int64_t input = 0; input < plan.group_inputs; ++input)
      for (std::int64_t lane = 0; lane < plan.panel(); lane += kLanes) {
        const auto first = panel * plan.panel() + lane;
        const auto lanes = std::clamp<std::int64_t>(plan.group_outputs - first, 0, kLanes);
        const auto images_w = plan.tiling.w.images();
        pack_filters(
            plan, weights, {group, first, lanes, image / images_w, image % images_w, input},
            plan.packed(panel, 1) - plan.packed(panel, 0),
            u + plan.packed(panel, 0) + (image * plan.group_inputs + input) * plan.panel() + lane);
      }
}

}  // namespace

void pack_weights(const Plan& plan, const float* weights, const float* bias,
                  const PackedWeights& packed) {
#pragma omp parallel for num_threads(plan.threads) schedule(static)
  for (std::int64_t i = 0; i < plan.groups * plan.panels(); ++i) {
    const auto group = i / plan.panels();
    pack_panel(plan, weights, group, i % plan.panels(),
               packed.u + group * plan.panels() * plan.packed_panel());
    for (std::int64_t lane = 0; lane < plan.panel(); ++lane) {
      const auto o = i % plan.panels() * plan.panel() + lane;
      packed.bias[i * plan.panel() + lane] =
          bias && o < plan.group_outputs ? bias[group * plan.group_outputs + o] : 0.0f;
    }
  }
}

}  // namespace convgauge::backends::winograd
