#include "verify/projection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <new>

#include "core/blocks.hpp"
#include "core/buffer.hpp"
#include "core/convert.hpp"
#include "core/generator.hpp"
#include "core/layers.hpp"
#include "verify/gate.hpp"
#include "verify/mutant.hpp"

namespace convgauge::verify {
namespace {

std::size_t index(std::int64_t i) {
  return static_cast<std::size_t>(i);
}

std::int64_t parts_of(const Geometry& g) {
  return (g.group_outputs() + Projection::kPartChannels - 1) / Projection::kPartChannels;
}

std::int64_t plane_of(const Geometry& g) {
  return g.h.output() * g.w.output();
}

/// +-(1 + k / 1024), k < 1024. Similar magnitudes, so that no channel's error is hidden by a larger
/// channel; multiples of 2^-10, so that sums of integers stay exact; rarely equal, so that swapped
/// channels are noticed.
double factor_of(std::uint64_t seed, std::int64_t channel) {
  const auto bits = mixed(mixed(seed) + static_cast<std::uint64_t>(channel) * kGolden);
  const double magnitude = 1 + static_cast<double>(bits >> 54) / 1024;
  return bits & 1 ? magnitude : -magnitude;
}

std::int64_t images_at_once(const Geometry& g) {
  return std::max<std::int64_t>(1, std::min(g.batch, usual_threads()));
}

/// Calls work(image) for every image, each on one of `threads` threads.
/// Throws std::bad_alloc where work() does.
template <class Work>
void each_image(std::int64_t images, int threads, Work work) {
  std::atomic<bool> got_memory = true;
  const auto one = [&](std::int64_t image, std::int64_t) {
    try {
      work(image);
    } catch (const std::bad_alloc&) {
      got_memory = false;
    }
  };
  each_block(images, 1, one, threads);
  if (!got_memory) throw std::bad_alloc();
}

/// One image of the source, and the spec of a problem of that image alone.
std::pair<Spec, Buffer> image_of(const Spec& spec, const ImageSource& source, std::int64_t image) {
  std::pair<Spec, Buffer> one(spec, Buffer());
  one.first.geometry.batch = 1;
  one.second = Buffer(one.first.src_bytes());
  source(image, one.second.data());
  return one;
}

}  // namespace

double Projection::bytes(const Spec& spec) {
  const auto& g = spec.geometry;
  return 16.0 * static_cast<double>(g.batch * g.groups * parts_of(g) * plane_of(g));
}

double Projection::bound_bytes(const Spec& spec, const Algorithm& algorithm) {
  auto some = spec;
  some.geometry.batch = images_at_once(spec.geometry);
  some.geometry.out_channels = spec.geometry.groups * parts_of(spec.geometry);
  return verify::bound_bytes(some, algorithm);
}

double Projection::working_bytes(const Spec& spec) {
  const auto& g = spec.geometry;
  if (g.batch == 0) return 0;
  return static_cast<double>(images_at_once(g)) *
         (static_cast<double>(spec.src_bytes()) / static_cast<double>(g.batch) +
          2 * bytes(spec) / static_cast<double>(g.batch));
}

double Projection::saving(const Spec& spec) {
  const auto& g = spec.geometry;
  return static_cast<double>(g.group_outputs()) / static_cast<double>(2 * parts_of(g));
}

std::int64_t Projection::part_of(std::int64_t channel) const {
  const auto& g = spec_.geometry;
  return channel / g.group_outputs() * parts_ + channel % g.group_outputs() % parts_;
}

void Projection::add_channel(const Factors& factors, std::int64_t channel) {
  const auto& g = spec_.geometry;
  const auto part = part_of(channel), taps = g.h.kernel * g.w.kernel;
  const double r = factors_[index(channel)];
  std::vector<double> line(index(g.terms()));
  load_line(spec_.weights_type, factors.weights, channel * g.terms(), 1, g.terms(), line.data());
  double* combined = weights_.data() + 2 * part * g.terms();
  for (std::int64_t t = 0; t < g.terms(); ++t) {
    combined[t] += r * line[index(t)];
    combined[g.terms() + t] += std::fabs(r * line[index(t)]);
  }
  for (std::int64_t c = 0; c < g.group_inputs(); ++c) {
    const auto* of_channel = line.data() + c * taps;
    double largest = 0;
    for (std::int64_t t = 0; t < taps; ++t) largest = std::max(largest, std::fabs(of_channel[t]));
    largest_[index(part * g.group_inputs() + c)] += std::fabs(r) * largest;
    norm_[index(part * g.group_inputs() + c)] +=
        std::fabs(r) * std::sqrt(square_sum(of_channel, taps));
  }
  factor_sums_[index(part)] += std::fabs(r);
  if (!g.bias) return;
  const double bias = load(spec_.dst_type, factors.bias, channel);
  bias_[index(2 * part)] += r * bias;
  bias_[index(2 * part + 1)] += std::fabs(r * bias);
}

Projection::Projection(const Spec& spec, Fill fill, const ImageSource& source,
                       const Factors& factors, std::uint64_t seed, int threads)
    : spec_(spec), fill_(fill), threads_(threads), parts_(parts_of(spec.geometry)) {
  const auto& g = spec_.geometry;
  const auto parts = total_parts(), plane = plane_of(g);
  weights_.resize(index(2 * parts * g.terms()));
  bias_.resize(index(2 * parts));
  largest_.resize(index(parts * g.group_inputs()));
  norm_.resize(largest_.size());
  factor_sums_.resize(index(parts));
  for (std::int64_t o = 0; o < g.out_channels; ++o) factors_.push_back(factor_of(seed, o));
  for (std::int64_t o = 0; o < g.out_channels; ++o) add_channel(factors, o);
  want_.resize(index(g.batch * parts * plane));
  magnitude_.resize(want_.size());
  each_image(g.batch, threads_, [&](std::int64_t image) {
    std::vector<double> want(index(2 * parts * plane)), magnitude(want.size());
    auto [combined, src] = image_of(spec_, source, image);
    combined.geometry.out_channels = 2 * parts;
    combined.weights_type = combined.dst_type = Dtype::f64;
    reference_fast(combined, {src.data(), weights_.data(), bias_.data()},
                   {want.data(), magnitude.data()}, 1);
    for (std::int64_t part = 0; part < parts; ++part) {
      const auto to = (image * parts + part) * plane;
      std::copy_n(want.data() + 2 * part * plane, plane, want_.data() + to);
      std::copy_n(magnitude.data() + (2 * part + 1) * plane, plane, magnitude_.data() + to);
    }
  });
}

/// The bound's coefficients, and S of the combined channels. S of a part is the sum over its
/// channels of |r| S, and S is linear in the largest weight (winograd), or the norm of the weights
/// (fft), of each input channel. So weights that are constant over the taps, with that maximum or
/// norm, give it.
Bound Projection::bound_of_image(const Algorithm& algorithm, const ImageSource& source,
                                 std::int64_t image) const {
  const bool reads = bound_depends_on_source(algorithm, spec_.math);
  auto [spec, src] = image_of(
      spec_, reads ? source : [](std::int64_t, std::byte*) {}, image);
  auto& g = spec.geometry;
  g.out_channels = total_parts();
  g.bias = false;  // counted with the magnitudes
  const auto taps = g.h.kernel * g.w.kernel;
  const bool norms = algorithm.algorithm_class == AlgorithmClass::fft;
  const double up = (1 + 4 * unit_roundoff(spec.weights_type)) /
                    (norms ? std::sqrt(static_cast<double>(taps)) : 1);
  std::vector<double> values(largest_.size() * index(taps)), weights(values.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = up * (norms ? norm_ : largest_)[i / index(taps)];
  store_line(spec.weights_type, weights.data(), 0, 1, static_cast<std::int64_t>(values.size()),
             values.data());
  return bound_of({spec, algorithm, fill_, {src.data(), weights.data(), nullptr}, {}, nullptr});
}

/// sum_o r_o got[o] for every part and output position of an image.
std::vector<double> Projection::projected(const void* got, const Relation& relation,
                                          std::int64_t image) const {
  const auto& g = spec_.geometry;
  const auto oh = g.h.output(), ow = g.w.output();
  const Strides stride = spec_.dst_strides();
  std::vector<double> sums(index(total_parts() * oh * ow)),
      line(index(std::max(ow, g.out_channels)));
  std::vector<double> factors(index(g.out_channels));
  std::vector<std::int64_t> parts(index(g.out_channels));
  for (std::int64_t q = 0; q < g.out_channels; ++q) {
    const auto was = relation.channels.empty() ? q : relation.channels[index(q)];
    factors[index(q)] = factors_[index(was)];
    parts[index(q)] = part_of(was);
  }
  // Follow the order of memory: rows of a channel, or channels of a pixel.
  if (stride[3] == 1 || stride[1] != 1) {
    for (std::int64_t q = 0; q < g.out_channels; ++q)
      for (std::int64_t h = 0; h < oh; ++h) {
        load_line(spec_.dst_type, got, image * stride[0] + q * stride[1] + h * stride[2], stride[3],
                  ow, line.data());
        double* to = sums.data() + (parts[index(q)] * oh + h) * ow;
        for (std::int64_t w = 0; w < ow; ++w) to[w] += factors[index(q)] * line[index(w)];
      }
    return sums;
  }
  for (std::int64_t pixel = 0; pixel < oh * ow; ++pixel) {
    const auto at = image * stride[0] + pixel / ow * stride[2] + pixel % ow * stride[3];
    load_line(spec_.dst_type, got, at, 1, g.out_channels, line.data());
    for (std::int64_t q = 0; q < g.out_channels; ++q)
      sums[index(parts[index(q)] * oh * ow + pixel)] += factors[index(q)] * line[index(q)];
  }
  return sums;
}

Projection::Worst Projection::judge(const Algorithm& algorithm, const ImageSource& source,
                                    const void* got, const Relation& relation,
                                    std::int64_t image) const {
  const auto& g = spec_.geometry;
  const auto plane = plane_of(g);
  const bool exact = agrees_bit_for_bit({spec_, algorithm, fill_, {}, {}, got});
  const Bound bound = exact ? Bound{} : bound_of_image(algorithm, source, image);
  const auto sums = projected(got, relation, image);
  const auto was = (image + relation.first_image) % g.batch;
  Worst worst;
  for (std::int64_t i = 0; i < total_parts() * plane; ++i) {
    const auto part = i / plane;
    const double want = relation.scale * want_[index(was * total_parts() * plane + i)];
    const double magnitude = relation.scale * magnitude_[index(was * total_parts() * plane + i)];
    const double error = std::fabs(sums[index(i)] - want);
    double allowed = 0;
    if (!exact)
      allowed = (bound.of_magnitude + bound.of_want) * magnitude +
                bound.of_spread * bound.spread_at(i) +
                bound.floor[index(part)] * factor_sums_[index(part)];
    worst.square_error += error * error;
    worst.square_want += want * want;
    worst.square_magnitude += magnitude * magnitude;
    if (error <= allowed && std::isfinite(error)) {
      if (worst.wrong == 0) worst.share = std::max(worst.share, error > 0 ? error / allowed : 0);
      continue;
    }
    const double share = std::isnan(error) || allowed == 0 ? std::numeric_limits<double>::infinity()
                                                           : error / allowed;
    if (worst.wrong++ > 0 && share <= worst.share) continue;
    worst.part = part, worst.pixel = i % plane, worst.share = share;
  }
  return worst;
}

/// The statistical gate, as in gate.hpp: errors of random signs add up as squares, and so do the
/// outputs themselves, so the ratio of norms of the sums is that of the outputs.
std::optional<Differs> Projection::sloppy(const Algorithm& algorithm,
                                          const std::vector<Worst>& images) const {
  constexpr double kEnough = 256, kHalfPi = 1.5707963267948966;
  const auto& g = spec_.geometry;
  if (fill_ != Fill::normal || algorithm.flushes_subnormals ||
      static_cast<double>(want_.size()) < kEnough)
    return {};
  double error = 0, want = 0, magnitude = 0;
  for (const auto& image : images)
    error += image.square_error, want += image.square_want, magnitude += image.square_magnitude;
  const auto terms =
      static_cast<double>(g.terms() + 1) * static_cast<double>(g.group_outputs() / parts_ + 1);
  const double measured = std::sqrt(error / std::max(want, kHalfPi * kHalfPi * magnitude / terms));
  const double allowed = 2 * expected_relative_l2({spec_, algorithm, fill_, {}, {}, nullptr});
  if (measured <= allowed) return {};
  const auto all = elements(g.dst_shape());
  return Differs{
      all,
      all,
      {},
      {},
      {"relative_l2"},
      fmt::format("all outputs together: relative L2 error {:.2g} by projection, allowed {:.2g}",
                  measured, allowed),
      {}};
}

/// A projection says only that one of its part's channels is wrong. At the worst position, each
/// channel is computed by the definition, and the one that is furthest off is reported.
Differs Projection::differs(const std::vector<Worst>& images, const ImageSource& source,
                            const Factors& factors, const void* got,
                            const Relation& relation) const {
  const auto& g = spec_.geometry;
  Differs d;
  std::int64_t image = -1;
  for (std::size_t i = 0; i < images.size(); ++i) {
    d.count += images[i].wrong;
    if (images[i].wrong > 0 && (image < 0 || images[i].share > images[index(image)].share))
      image = static_cast<std::int64_t>(i);
  }
  const auto& at = images[index(image)];
  d.of = static_cast<std::int64_t>(want_.size());
  const Strides stride = spec_.dst_strides();
  const auto h = at.pixel / g.w.output(), w = at.pixel % g.w.output();
  const auto [alone, src] = image_of(spec_, source, image);
  Mutant definition(alone);
  double most = -1;
  for (std::int64_t q = 0; q < g.out_channels; ++q) {
    if (part_of(relation.channels.empty() ? q : relation.channels[index(q)]) != at.part) continue;
    const double value = load(spec_.dst_type, got,
                              image * stride[0] + q * stride[1] + h * stride[2] + w * stride[3]);
    const double want =
        sum_at(definition, {src.data(), factors.weights, factors.bias}, {0, q, h, w}).value;
    const double error =
        std::isnan(value) ? std::numeric_limits<double>::infinity() : std::fabs(value - want);
    if (error <= most) continue;
    most = error;
    d.worst = {{image, q, h, w}, value, want, 0};
  }
  d.first = d.worst;
  d.where = fmt::format(
      "{} of {} projections over up to {} output channels; here the channel that is furthest off",
      d.count, d.of, kPartChannels);
  return d;
}

std::variant<Agrees, Differs> Projection::compare(const Algorithm& algorithm,
                                                  const ImageSource& source, const Factors& factors,
                                                  const void* got, const Relation& relation) const {
  const auto& g = spec_.geometry;
  std::vector<Worst> images(index(g.batch));
  each_image(g.batch, threads_, [&](std::int64_t image) {
    images[index(image)] = judge(algorithm, source, got, relation, image);
  });
  Agrees agrees;
  double error = 0, want = 0;
  for (const auto& image : images) {
    if (image.wrong > 0) return differs(images, source, factors, got, relation);
    agrees.worst = std::max(agrees.worst, image.share);
    error += image.square_error, want += image.square_want;
  }
  if (auto bad = sloppy(algorithm, images)) return *bad;
  agrees.rel_l2 = want > 0 ? std::sqrt(error / want) : 0;
  agrees.elements = elements(g.dst_shape());
  agrees.notes.push_back("projection");
  return agrees;
}

}  // namespace convgauge::verify
