#include "verify/random_case.hpp"

#include <algorithm>

#include "core/layers.hpp"
#include "core/random.hpp"

namespace convgauge::verify {
namespace {

/// What kernels specialise on.
namespace values {
#define CLASSES(...)
#define WORDS(...)
#define VALUES(parameter, ...) constexpr std::int64_t parameter[] = {__VA_ARGS__};
#include "verify/axes_of_coverage.inc"
#undef VALUES
#undef WORDS
#undef CLASSES
}  // namespace values

template <std::size_t Count>
std::int64_t one_of(Random& random, const std::int64_t (&list)[Count]) {
  return list[random.below(Count)];
}

std::int64_t size(Random& random) {
  const auto kind = random.below(100);
  return kind < 15   ? random.between(1, 3)
         : kind < 50 ? random.between(2, 14)
                     : one_of(random, values::output);
}

std::int64_t channels(Random& random) {
  const auto kind = random.below(100);
  if (kind < 20) return 1;
  return kind < 45 ? random.between(2, 9) : one_of(random, values::channels);
}

std::int64_t kernel(Random& random) {
  const auto kind = random.below(100);
  if (kind < 25) return 1;
  if (kind < 55) return 3;
  return kind < 80 ? random.pick<std::int64_t>({2, 4, 5, 5, 7}) : one_of(random, values::kernel);
}

std::int64_t stride(Random& random, std::int64_t kernel) {
  const auto kind = random.below(100);
  if (kind < 52) return 1;
  if (kind < 76) return 2;
  if (kind < 82) return kernel;  // patches, as of an image transformer
  return kind < 92 ? one_of(random, values::stride) : kernel + random.between(1, 2);
}

std::int64_t dilation(Random& random) {
  const auto kind = random.below(100);
  return kind < 70 ? 1 : kind < 85 ? 2 : one_of(random, values::dilation);
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
    g.groups = g.in_channels =
        random.percent(50) ? channels(random) : one_of(random, values::groups);
    g.out_channels = g.groups * random.pick<std::int64_t>({1, 1, 1, 2, 3});
  } else {
    g.groups = random.percent(60) ? random.between(2, 8) : one_of(random, values::groups);
    const auto each = [&] {
      return random.percent(70) ? random.pick<std::int64_t>({1, 2, 3, 4, 7, 8, 9})
                                : channels(random);
    };
    g.in_channels = g.groups * each();
    g.out_channels = g.groups * each();
  }
}

/// A sum whose length is at a limit, where one input channel less or more would miss it.
void draw_terms(Random& random, Geometry& g) {
  const auto terms = one_of(random, values::terms), taps = g.h.kernel * g.w.kernel;
  if (g.depthwise() || terms % taps != 0) return;
  g.in_channels = g.groups * (terms / taps);
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

/// Halves the input, but not below what kernel and padding mode need. False where it is that small.
bool smaller(Axis& a, PaddingMode mode) {
  auto least = std::max<std::int64_t>(1, a.reach() - a.pad_before - a.pad_after);
  const auto most_padding = std::max(a.pad_before, a.pad_after);
  if (mode == PaddingMode::reflect) least = std::max(least, most_padding + 1);
  if (mode == PaddingMode::circular) least = std::max(least, most_padding);
  if (a.input <= least) return false;
  a.input = std::max(least, a.input / 2);
  return true;
}

bool smaller_map(Geometry& g) {
  auto &larger = g.h.output() >= g.w.output() ? g.h : g.w, &other = &larger == &g.h ? g.w : g.h;
  return smaller(larger, g.padding_mode) || smaller(other, g.padding_mode);
}

bool fewer_channels(Geometry& g) {
  if (g.group_inputs() > 1 && g.in_channels >= g.out_channels)
    g.in_channels = half_of(g.in_channels, g.groups);
  else if (g.group_outputs() > 1)
    g.out_channels = half_of(g.out_channels, g.groups);
  else if (g.group_inputs() > 1)
    g.in_channels = half_of(g.in_channels, g.groups);
  else if (g.groups > 1)
    g.groups = g.in_channels = g.out_channels = g.groups / 2;
  else
    return false;
  return true;
}

/// Halves the larger kernel, and what padding would reach beyond it.
bool smaller_kernel(Geometry& g) {
  auto& a = g.h.kernel >= g.w.kernel ? g.h : g.w;
  if (a.kernel == 1) return false;
  a.kernel /= 2;
  a.pad_before = std::min(a.pad_before, a.reach());
  a.pad_after = std::min(a.pad_after, a.reach());
  return true;
}

/// Halves the batch, then the map or the channels, and at last the kernel, until the case is small
/// enough; the other parameters stay as they are.
void lighten(Geometry& g, std::int64_t most_flops, bool map_first) {
  const auto heavy = [&] {
    return g.flops() > most_flops || 4 * elements(g.src_shape()) > most_flops ||
           4 * elements(g.weights_shape()) > most_flops;
  };
  const auto less = [&] {
    return map_first ? smaller_map(g) || fewer_channels(g) : fewer_channels(g) || smaller_map(g);
  };
  while (heavy() && (g.batch > 1 ? (g.batch /= 2) > 0 : less() || smaller_kernel(g))) continue;
}

Geometry draw(Random& random) {
  Geometry g;
  const auto kind = random.below(100);
  g.batch = kind < 60 ? 1 : kind < 75 ? 2 : kind < 96 ? one_of(random, values::batch) : 0;
  draw_channels(random, g);
  draw_axes(random, g);
  if (random.percent(6)) draw_terms(random, g);
  g.bias = random.percent(50);
  constexpr std::int64_t kFew = 100'000, kSome = 400'000, kMany = 4'000'000;
  const auto most = random.below(100);
  const auto flops = most < 72 ? kFew : most < 96 ? kSome : kMany;
  const bool map_first = random.percent(60);
  if (!flaw(g)) lighten(g, flops, map_first);
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
