#include "verify/random_case.hpp"

#include <algorithm>

#include "core/layers.hpp"
#include "core/random.hpp"

namespace convgauge::verify {
namespace {

/// A size around the width of a vector or tile.
std::int64_t near_a_width(Random& random) {
  return random.pick<std::int64_t>({8, 8, 16, 16, 32}) + random.between(-1, 1);
}

std::int64_t size(Random& random) {
  const auto kind = random.below(100);
  return kind < 15   ? random.between(1, 3)
         : kind < 60 ? random.between(2, 14)
                     : near_a_width(random);
}

std::int64_t channels(Random& random) {
  const auto kind = random.below(100);
  if (kind < 25) return 1;
  if (kind < 60) return random.between(2, 9);
  return kind < 97 ? near_a_width(random) : 64 + random.between(-1, 1);
}

std::int64_t kernel(Random& random) {
  const auto kind = random.below(100);
  if (kind < 25) return 1;
  if (kind < 55) return 3;
  return kind < 85 ? random.pick<std::int64_t>({2, 4, 5, 5, 7}) : random.between(1, 11);
}

std::int64_t stride(Random& random, std::int64_t kernel) {
  const auto kind = random.below(100);
  if (kind < 55) return 1;
  return kind < 80 ? 2 : kind < 92 ? 3 : kernel + random.between(1, 2);
}

std::int64_t dilation(Random& random) {
  const auto kind = random.below(100);
  return kind < 70 ? 1 : kind < 88 ? 2 : random.between(3, 4);
}

enum class Padding { none, half, same, each, all_of_it };

void pad(Random& random, Padding how, Axis& axis) {
  const auto beyond = axis.reach() - 1;
  switch (how) {
    case Padding::none:
      break;
    case Padding::half:
      axis.pad_before = axis.pad_after = axis.kernel / 2;
      break;
    case Padding::same:  // as in torch: an odd one goes to the end
      axis.pad_before = beyond / 2;
      axis.pad_after = beyond - axis.pad_before;
      break;
    case Padding::each:
      axis.pad_before = random.between(0, axis.kernel);
      axis.pad_after = random.between(0, axis.kernel);
      break;
    case Padding::all_of_it:  // the first and the last outputs see padding alone
      axis.pad_before = beyond + random.between(0, 1);
      axis.pad_after = beyond + random.between(0, 1);
      break;
  }
}

Padding padding(Random& random) {
  const auto kind = random.below(100);
  return kind < 25   ? Padding::none
         : kind < 55 ? Padding::half
         : kind < 68 ? Padding::same
         : kind < 92 ? Padding::each
                     : Padding::all_of_it;
}

Axis axis(Random& random, Padding how) {
  Axis a;
  a.input = size(random);
  a.kernel = kernel(random);
  a.stride = stride(random, a.kernel);
  a.dilation = dilation(random);
  pad(random, how, a);
  return a;
}

/// Limits the padding to what the padding mode allows, and enlarges the input where the kernel
/// needs it.
void make_legal(Axis& a, PaddingMode mode) {
  if (mode == PaddingMode::reflect || mode == PaddingMode::circular) {
    const auto most = a.input - (mode == PaddingMode::reflect ? 1 : 0);
    a.pad_before = std::min(a.pad_before, most);
    a.pad_after = std::min(a.pad_after, most);
  }
  a.input += std::max<std::int64_t>(0, a.reach() - a.padded());
}

void draw_channels(Random& random, Geometry& g) {
  const auto kind = random.below(100);
  if (kind < 60) {  // dense
    g.in_channels = channels(random);
    g.out_channels = channels(random);
  } else if (kind < 80) {  // depthwise, with a multiplier
    g.groups = g.in_channels = channels(random);
    g.out_channels = g.groups * random.pick<std::int64_t>({1, 1, 1, 2, 3});
  } else {
    g.groups = random.between(2, 8);
    g.in_channels = g.groups * random.pick<std::int64_t>({1, 2, 3, 4, 7, 8, 9});
    g.out_channels = g.groups * random.pick<std::int64_t>({1, 2, 3, 4, 7, 8, 9});
  }
}

void draw_axes(Random& random, Geometry& g) {
  const auto how = padding(random);
  g.h = axis(random, how);
  if (random.percent(50)) {  // both axes alike, as in most networks
    g.w = g.h;
    g.w.input = size(random);
  } else {
    g.w = axis(random, random.percent(60) ? how : padding(random));
  }
  if (random.percent(4)) g.w.input = random.between(60, 130);  // a long row
  if (random.percent(10)) {                                    // 1xk and kx1
    auto& flat = random.percent(50) ? g.h : g.w;
    flat.kernel = 1;
    flat.pad_before = flat.pad_after = 0;
  }
  const auto mode = random.below(100);
  g.padding_mode = mode < 58   ? PaddingMode::zeros
                   : mode < 72 ? PaddingMode::reflect
                   : mode < 86 ? PaddingMode::replicate
                               : PaddingMode::circular;
  make_legal(g.h, g.padding_mode);
  make_legal(g.w, g.padding_mode);
}

std::int64_t half_of(std::int64_t value, std::int64_t unit) {
  return std::max(unit, value / 2 / unit * unit);
}

/// Halves batch, channels or groups until the case is small enough; the other parameters stay as
/// they are.
void lighten(Geometry& g, std::int64_t most_flops) {
  while (g.flops() > most_flops) {
    if (g.batch > 1)
      g.batch /= 2;
    else if (g.group_inputs() > 1 && g.in_channels >= g.out_channels)
      g.in_channels = half_of(g.in_channels, g.groups);
    else if (g.group_outputs() > 1)
      g.out_channels = half_of(g.out_channels, g.groups);
    else if (g.group_inputs() > 1)
      g.in_channels = half_of(g.in_channels, g.groups);
    else if (g.groups > 1)
      g.groups = g.in_channels = g.out_channels = g.groups / 2;
    else
      return;
  }
}

Geometry draw(Random& random) {
  Geometry g;
  const auto kind = random.below(100);
  g.batch = kind < 62 ? 1 : kind < 82 ? 2 : kind < 96 ? random.between(3, 5) : 0;
  draw_channels(random, g);
  draw_axes(random, g);
  g.bias = random.percent(50);
  constexpr std::int64_t kFew = 100'000, kMany = 4'000'000;
  if (!flaw(g)) lighten(g, random.percent(6) ? kMany : kFew);
  return g;
}

}  // namespace

RandomCase random_case(std::uint64_t seed, std::uint64_t index) {
  Random random(seed, index);
  RandomCase c;
  do c.geometry = draw(random);
  while (flaw(c.geometry));
  const auto type = random.below(100), order = random.below(100), team = random.below(100);
  c.dtype = type < 70 ? Dtype::f32 : type < 80 ? Dtype::f64 : type < 90 ? Dtype::f16 : Dtype::bf16;
  c.layout = order < 50 ? Layout::nchw : order < 80 ? Layout::nhwc : Layout::native;
  c.threads = team < 60 ? 1 : team < 85 ? 2 : 3;
  c.algorithm = random.percent(60) ? 0 : 1 + static_cast<std::uint64_t>(random.below(1 << 20));
  c.fill = random.percent(50) ? 0 : 1 + static_cast<std::uint64_t>(random.below(1 << 20));
  return c;
}

}  // namespace convgauge::verify
