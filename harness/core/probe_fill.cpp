#include "core/probe_fill.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <limits>
#include <vector>

#include "core/generator.hpp"

namespace convgauge {

using namespace generator;

namespace {

/// Where an element of the source lies.
struct At {
  std::int64_t n, c, h, w;
};

At at_of(const Shape& s, std::int64_t index) {
  const auto w = index % s[3], row = index / s[3], h = row % s[2], plane = row / s[2];
  return {plane / s[1], plane % s[1], h, w};
}

std::uint64_t hashed(std::uint64_t key, std::int64_t a, std::int64_t b = 0, std::int64_t c = 0) {
  const auto step = [](std::uint64_t z, std::int64_t x) {
    return mixed(z + static_cast<std::uint64_t>(x) * kGolden);
  };
  return step(step(step(key, a), b), c);
}

std::int64_t below(std::uint64_t bits, std::int64_t end) {
  return static_cast<std::int64_t>(bits % static_cast<std::uint64_t>(end));
}

// ---- impulse ------------------------------------------------------------------------------------

/// Positions of one axis with `reach` between them, so that no window, which is `reach` long,
/// contains two. The first position is random, but inside the image.
struct Lattice {
  std::int64_t step = 1, first = 0;
  Lattice(const Axis& a, std::uint64_t bits)
      : step(a.reach()), first(below(bits, std::min<std::int64_t>(a.reach(), a.input))) {}
  bool holds(std::int64_t x) const { return x >= first && (x - first) % step == 0; }
};

class Impulses {
 public:
  Impulses(const Spec& spec, std::uint64_t key) : g_(spec.geometry), key_(key) {
    for (std::int64_t n = 0; n < g_.batch; ++n)
      rows_.emplace_back(g_.h, hashed(key, n, 1)), columns_.emplace_back(g_.w, hashed(key, n, 2));
  }

  double operator()(std::uint64_t bits, std::int64_t index) const {
    const auto [n, c, h, w] = at_of(g_.src_shape(), index);
    const auto image = static_cast<std::size_t>(n);
    if (!rows_[image].holds(h) || !columns_[image].holds(w)) return 0;
    const auto group = c / g_.group_inputs();
    const auto pixel = hashed(key_, n * g_.groups + group, h, w);
    return below(pixel, g_.group_inputs()) == c % g_.group_inputs() ? whole(bits, 1) : 0;
  }

 private:
  const Geometry& g_;
  std::uint64_t key_;
  std::vector<Lattice> rows_, columns_;
};

/// The largest weight of an impulse fill such that `copies` of them can be summed exactly; 0 where
/// there is none.
std::int64_t most_weight(const Spec& spec) {
  const auto& g = spec.geometry;
  const auto copies = g.padding_mode == PaddingMode::zeros ? 1 : g.h.kernel * g.w.kernel;
  const int held = std::min(precision(spec.accumulator_type), precision(spec.dst_type)) - 1;
  auto most = (std::int64_t{1} << held) / copies;
  most = std::min(most, (std::int64_t{1} << precision(spec.weights_type)) - 1);
  if (spec.math != MathMode::strict) most = std::min<std::int64_t>(most, 127);  // exact in bf16 too
  return most;
}

// ---- numbers far from 1 -------------------------------------------------------------------------

/// +-2^e (1 + f): sign and all bits of f are random, e is uniform in least ... most.
double far(std::uint64_t bits, int least, int most) {
  const auto exponent = least + below(mixed(bits), most - least + 1);
  const auto sign = bits & std::uint64_t{1} << 63, fraction = bits & 0xfffffffffffffu;
  return std::bit_cast<double>(sign | static_cast<std::uint64_t>(1023 + exponent) << 52 | fraction);
}

/// Exponents of the range fill. The largest f16 is 65504: a sum of a few of the largest products
/// must stay below it. In the other types products of every other problem reach 2^100, where a
/// kernel that limits its sums shows, and no transform of Winograd or FFT overflows yet.
struct Exponents {
  int least, most;
};
bool is_wide(const Geometry& g) {
  return (g.in_channels + g.out_channels + g.h.input + g.w.kernel) % 2 == 0;
}
Exponents src_exponents(Dtype t, const Geometry& g) {
  if (t == Dtype::f16) return {-10, 3};
  return is_wide(g) ? Exponents{-44, 44} : Exponents{-24, 24};
}
Exponents weight_exponents(Dtype t, const Geometry& g) {
  if (t == Dtype::f16) return {-6, 2};
  return is_wide(g) ? Exponents{-56, 56} : Exponents{-12, 12};
}

/// Scales of numbers that are tiny or huge compared to 1, or subnormal in the type.
double tiny(Dtype t) {
  return t == Dtype::f16 ? 0x1p-6 : 0x1p-12;
}
double huge(Dtype t) {
  return t == Dtype::f16 ? 0x1p6 : 0x1p12;
}
double subnormal(Dtype t) {
  return smallest_normal(t) * 0x1p-3;
}

/// The random pixel number `which` of a group of an image: one pixel of one channel.
At pixel(const Shape& s, const Filled& filled, std::int64_t n, std::int64_t group,
         std::int64_t which) {
  const auto channels = filled.group_channels;
  const auto bits = hashed(filled.key, n * (s[1] / channels) + group, which);
  return {n, group * channels + below(mixed(bits + 3), channels), below(mixed(bits + 1), s[2]),
          below(mixed(bits + 2), s[3])};
}

/// Calls each(n, group) for every group of every image, in the order in which they lie in NCHW.
template <class Each>
void each_group(const Shape& s, const Filled& filled, Each each) {
  for (std::int64_t n = 0; n < s[0]; ++n)
    for (std::int64_t group = 0; group < s[1] / filled.group_channels; ++group) each(n, group);
}

std::int64_t group_elements(const Shape& s, const Filled& filled) {
  return filled.group_channels * s[2] * s[3];
}

std::int64_t index_of(const Shape& s, const At& at) {
  return ((at.n * s[1] + at.c) * s[2] + at.h) * s[3] + at.w;
}

/// The spike fill: pixel 0 of each group is huge.
class Spikes {
 public:
  Spikes(const Shape& s, const Filled& filled) : group_(group_elements(s, filled)) {
    each_group(s, filled, [&](std::int64_t n, std::int64_t group) {
      pixels_.push_back(index_of(s, pixel(s, filled, n, group, 0)));
    });
  }
  bool at(std::int64_t index) const {
    return pixels_[static_cast<std::size_t>(index / group_)] == index;
  }

 private:
  std::int64_t group_;
  std::vector<std::int64_t> pixels_;
};

/// The nonfinite fill: an infinity at pixel 0 of each group, and a NaN or the other infinity at
/// pixel 1, where no output depends on both. An infinity then meets a zero weight, which makes a
/// NaN, in one output of eight, and a number in the others, however long the sums are.
class Specials {
 public:
  Specials(const Spec& spec, const Filled& filled)
      : spec_(spec), group_(group_elements(spec.shape(filled.role), filled)) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    const auto s = spec.shape(filled.role);
    each_group(s, filled, [&](std::int64_t n, std::int64_t group) {
      Group in;
      const auto kinds = hashed(filled.key, n, 7);
      const auto one = pixel(s, filled, n, group, 0), other = pixel(s, filled, n, group, 1);
      in.values = {kinds & 1 ? kInfinity : -kInfinity, std::numeric_limits<double>::quiet_NaN()};
      if (kinds & 2) in.values[1] = -in.values[0];
      // Gradients of weights sum over the images.
      if (spec.direction != Direction::backward_weights || n == 0) {
        in.at[0] = index_of(s, one);
        if (apart(one, other)) in.at[1] = index_of(s, other);
      }
      groups_.push_back(in);
    });
  }

  double operator()(std::int64_t index, double otherwise) const {
    const auto& in = groups_[static_cast<std::size_t>(index / group_)];
    return index == in.at[0] ? in.values[0] : index == in.at[1] ? in.values[1] : otherwise;
  }

 private:
  struct Group {
    std::array<std::int64_t, 2> at{-1, -1};
    std::array<double, 2> values{};
  };

  /// Whether no output depends on both pixels.
  bool apart(const At& one, const At& other) const {
    if (spec_.direction == Direction::backward_weights) return one.c != other.c;
    const auto& g = spec_.geometry;
    const bool forward = spec_.direction == Direction::forward;
    const auto far = [forward](const Axis& a, std::int64_t x, std::int64_t y) {
      return std::abs(x - y) * (forward ? 1 : a.stride) >= a.reach();
    };
    return far(g.h, one.h, other.h) || far(g.w, one.w, other.w);
  }

  const Spec& spec_;
  std::int64_t group_;
  std::vector<Group> groups_;
};

}  // namespace

bool is_probe(Fill fill) {
  return fill != Fill::integer && fill != Fill::normal && fill != Fill::uniform;
}

bool impulse_fits(const Spec& spec) {
  return spec.direction == Direction::forward && most_weight(spec) >= 1;
}

void probe_source(const Spec& spec, const Filled& filled, Fill fill, void* out) {
  const auto shape = spec.shape(filled.role);
  const auto type = spec.type(filled.role);
  const auto go = [&](auto value) {
    fill_tensor(shape, spec.strides(filled.role), type, filled.key, out, value);
  };
  if (fill == Fill::impulse) return go(Impulses(spec, filled.key));
  if (fill == Fill::range)
    return go([e = src_exponents(type, spec.geometry)](std::uint64_t bits, std::int64_t) {
      return far(bits, e.least, e.most);
    });
  if (fill == Fill::subnormal)
    return go([s = subnormal(type)](std::uint64_t bits, std::int64_t) { return s * normal(bits); });
  if (fill == Fill::spike)
    return go([spikes = Spikes(shape, filled), low = tiny(type), high = huge(type)](
                  std::uint64_t bits, std::int64_t index) {
      return (spikes.at(index) ? high : low) * normal(bits);
    });
  go([specials = Specials(spec, filled)](std::uint64_t bits, std::int64_t index) {
    return specials(index, normal(bits));
  });
}

void probe_factor(const Spec& spec, const Filled& filled, Fill fill, void* out) {
  const auto type = spec.type(filled.role);
  const auto go = [&](auto value) {
    fill_tensor(spec.shape(filled.role), spec.strides(filled.role), type, filled.key, out, value);
  };
  if (fill == Fill::impulse)
    return go(
        [most = most_weight(spec)](std::uint64_t bits, std::int64_t) { return whole(bits, most); });
  if (fill == Fill::range)
    return go([e = weight_exponents(type, spec.geometry)](std::uint64_t bits, std::int64_t) {
      return far(bits, e.least, e.most);
    });
  const double scale = inverse_root(spec.terms());
  // A zero times an infinity is a NaN, which a kernel that skips zeros loses.
  if (fill == Fill::nonfinite)
    return go([=](std::uint64_t bits, std::int64_t) {
      return bits % 8 == 0 ? 0.0 : scale * normal(bits);
    });
  go([=](std::uint64_t bits, std::int64_t) { return scale * normal(bits); });
}

void probe_bias(const Spec& spec, Fill fill, std::uint64_t seed, void* bias) {
  const auto& g = spec.geometry;
  const auto type = spec.dst_type;
  const Shape shape{1, 1, 1, g.bias ? g.out_channels : 0};
  const auto go = [&](auto value) {
    fill_tensor(shape, nchw_strides(shape), type, key_of(seed, Role::bias), bias, value);
  };
  // The bias is small compared to possible sums, so that it does not hide small ones.
  const auto most = std::max<std::int64_t>(1, std::min<std::int64_t>(127, most_weight(spec) / 8));
  if (fill == Fill::impulse)
    return go([=](std::uint64_t bits, std::int64_t) { return whole(bits, most); });
  const double scale = fill == Fill::subnormal   ? subnormal(type)
                       : fill == Fill::nonfinite ? 1
                                                 : tiny(type);
  go([=](std::uint64_t bits, std::int64_t) { return scale * uniform(bits); });
}

}  // namespace convgauge
