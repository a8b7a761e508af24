#include "run/material.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "core/convert.hpp"
#include "core/generator.hpp"
#include "run/memory_need.hpp"
#include "verify/diagnose.hpp"

namespace convgauge {
namespace {

/// Fisher and Yates' shuffle of every group's output channels.
std::vector<std::int64_t> shuffled_within_groups(const Geometry& g, std::uint64_t seed) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(g.out_channels));
  std::iota(order.begin(), order.end(), 0);
  for (std::int64_t o = g.out_channels - 1; o > 0; --o) {
    const auto bits = generator::mixed(seed + static_cast<std::uint64_t>(o) * generator::kGolden);
    const auto within = o % g.group_outputs() + 1;
    const auto other = o - within + 1 + static_cast<std::int64_t>(bits % static_cast<std::uint64_t>(within));
    std::swap(order[static_cast<std::size_t>(o)], order[static_cast<std::size_t>(other)]);
  }
  return order;
}

void multiply(Dtype type, Buffer& tensor, double factor) {
  constexpr std::int64_t kLine = 512;
  double line[kLine];
  const auto count = static_cast<std::int64_t>(tensor.bytes() / size_of(type));
  for (std::int64_t at = 0; at < count; at += kLine) {
    const auto some = std::min(kLine, count - at);
    load_line(type, tensor.data(), at, 1, some, line);
    for (std::int64_t i = 0; i < some; ++i) line[i] *= factor;
    store_line(type, tensor.data(), at, 1, some, line);
  }
}

/// Row q of the result is row order[q].
Buffer rows_in_order(const Buffer& rows, const std::vector<std::int64_t>& order) {
  Buffer moved(rows.bytes());
  const auto bytes = rows.bytes() / order.size();
  for (std::size_t q = 0; q < order.size(); ++q)
    std::memcpy(moved.data() + q * bytes, rows.data() + static_cast<std::size_t>(order[q]) * bytes, bytes);
  return moved;
}

}  // namespace

Sheet Material::make(Fill fill, bool changed) const {
  constexpr std::uint64_t kOtherSource = 0x9e3779b97f4a7c15;  // any other seed
  const auto src_seed = changed ? seed_ ^ kOtherSource : seed_;
  Sheet s{Buffer(spec_.src_bytes()), Buffer(spec_.weights_bytes()), Buffer(spec_.bias_bytes()), nullptr, nullptr,
          spec_.geometry.bias};
  fill_src(spec_, fill, src_seed, s.src.data());
  fill_weights(spec_, fill, seed_, s.weights.data());
  if (s.has_bias) fill_bias(spec_, fill, seed_, s.bias.data());
  if (projected_)
    s.projection = std::make_shared<Projection>(spec_, fill, s.inputs(), src_seed, threads_);
  else
    s.expected = references_.get(spec_, fill, {src_seed, seed_}, s.inputs(), threads_);
  return s;
}

const Sheet& Material::sheet(Fill fill, bool changed) {
  const auto key = std::pair(fill, changed);
  auto found = sheets_.find(key);
  if (found == sheets_.end() && projected_) sheets_.clear();
  if (found == sheets_.end()) found = sheets_.emplace(key, make(fill, changed)).first;
  return found->second;
}

std::pair<Sheet, Relation> Material::related(Fill fill) {
  (void)sheet(fill);
  auto made = std::pair(std::move(sheets_.extract({fill, false}).mapped()), Relation{});
  auto& [s, relation] = made;
  relation.scale = 2;
  relation.first_image = std::min<std::int64_t>(1, spec_.geometry.batch - 1);
  relation.channels = shuffled_within_groups(spec_.geometry, seed_);
  const auto image = spec_.src_bytes() / static_cast<std::size_t>(spec_.geometry.batch);
  std::rotate(s.src.data(), s.src.data() + static_cast<std::size_t>(relation.first_image) * image,
              s.src.data() + s.src.bytes());
  multiply(spec_.src_type, s.src, relation.scale);
  multiply(spec_.dst_type, s.bias, relation.scale);
  s.weights = rows_in_order(s.weights, relation.channels);
  if (s.has_bias) s.bias = rows_in_order(s.bias, relation.channels);
  return made;
}

std::variant<Agrees, Differs> Sheet::judge(const Spec& spec, Fill fill, const Algorithm& algorithm, const void* got,
                                           std::string oracle, const Relation& relation) const {
  auto outcome = std::variant<Agrees, Differs>();
  if (projection) {
    outcome = projection->compare(algorithm, inputs(), got, relation);
  } else {
    const Evidence evidence{spec, algorithm, fill, inputs(), reference(), got};
    outcome = compare(evidence);
    if (auto* differs = std::get_if<Differs>(&outcome)) differs->diagnosis = diagnose(evidence);
  }
  if (auto* differs = std::get_if<Differs>(&outcome)) differs->oracle = std::move(oracle);
  return outcome;
}

bool use_projection(const Spec& spec, const VerifySettings& settings, double available) {
  if (settings.reference != ReferenceKind::automatic) return settings.reference == ReferenceKind::projection;
  // The reference makes about 25 GFLOP/s on two cores: 40 GFLOP, of which a case takes three, are five seconds.
  constexpr double kLong = 40e9, kWorthTime = 4, kWorthMemory = 1.5;
  const double saving = Projection::saving(spec);
  if (static_cast<double>(spec.geometry.flops()) > kLong && saving >= kWorthTime) return true;
  return beyond_memory(verify_bytes(spec, settings), available) && saving >= kWorthMemory;
}

}  // namespace convgauge
