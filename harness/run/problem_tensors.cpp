#include "run/problem_tensors.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <random>

#include "core/blocks.hpp"
#include "core/convert.hpp"
#include "core/generator.hpp"
#include "core/layers.hpp"
#include "run/memory_need.hpp"
#include "verify/diagnose.hpp"

namespace convgauge::run {
namespace {

/// The output channels, shuffled within each group (Fisher and Yates).
std::vector<std::int64_t> shuffled_within_groups(const Geometry& g, std::uint64_t seed) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(g.out_channels));
  std::iota(order.begin(), order.end(), 0);
  for (std::int64_t o = g.out_channels - 1; o > 0; --o) {
    const auto bits = mixed(seed + static_cast<std::uint64_t>(o) * kGolden);
    const auto within = o % g.group_outputs() + 1;
    const auto other =
        o - within + 1 + static_cast<std::int64_t>(bits % static_cast<std::uint64_t>(within));
    std::swap(order[static_cast<std::size_t>(o)], order[static_cast<std::size_t>(other)]);
  }
  return order;
}

/// Row q of the result is row order[q].
Buffer rows_in_order(const Buffer& rows, const std::vector<std::int64_t>& order) {
  Buffer moved(rows.bytes());
  const auto bytes = rows.bytes() / order.size();
  for (std::size_t q = 0; q < order.size(); ++q)
    std::memcpy(moved.data() + q * bytes, rows.data() + static_cast<std::size_t>(order[q]) * bytes,
                bytes);
  return moved;
}

/// Of hashes; no plugin can know it.
std::uint64_t secret() {
  static const std::uint64_t key =
      std::uint64_t{std::random_device{}()} << 32 | std::random_device{}();
  return key;
}

}  // namespace

void RunInputs::put(TensorRole role, std::size_t bytes, std::byte* to) {
  if (role == TensorRole::src && images) {
    hash_ = images->put(to, secret());
    return;
  }
  copy_bytes(to, of(role), bytes);
}

bool RunInputs::are_at(TensorRole role, std::size_t bytes, const std::byte* at) const {
  if (role == TensorRole::src && images) return images->hash_at(at, secret()) == hash_;
  return same_bytes(at, of(role), bytes);
}

TestTensors ProblemTensors::make(Fill fill, bool changed) const {
  constexpr std::uint64_t kOtherSource = 0x9e3779b97f4a7c15;  // makes another seed
  const auto src_seed = changed ? seed_ ^ kOtherSource : seed_;
  TestTensors s;
  const auto make = [&](TensorRole role, Buffer& tensor, auto fill_it, std::uint64_t seed) {
    if (!spec_.reads(role)) return;
    tensor = Buffer(spec_.bytes(role));
    fill_it(spec_, fill, seed, tensor.data());
  };
  if (projected_)
    s.images = SourceImages{spec_, fill, src_seed};
  else
    make(TensorRole::src, s.src, fill_src, src_seed);
  make(TensorRole::weights, s.weights, fill_weights, seed_);
  make(TensorRole::bias, s.bias, fill_bias, seed_);
  make(TensorRole::diff_dst, s.diff_dst, fill_diff_dst, src_seed);
  if (projected_)
    s.projection = std::make_shared<Projection>(
        spec_, fill, [&](auto image, auto* out) { s.images->make(image, out); },
        Projection::Factors{s.weights.data(), s.bias.data()}, src_seed, threads_);
  else
    s.expected = references_.get(spec_, fill, {src_seed, seed_}, s.inputs(), threads_);
  return s;
}

namespace {

/// The role of the source of a direction, and its memory.
std::pair<TensorRole, Buffer*> source_of(TestTensors& test, const Spec& spec) {
  if (spec.direction == Direction::backward_data) return {TensorRole::diff_dst, &test.diff_dst};
  return {TensorRole::src, &test.src};
}

void set_element(TestTensors& test, const Spec& spec, const std::array<std::int64_t, 4>& at,
                 double value) {
  const auto [role, tensor] = source_of(test, spec);
  const auto strides = spec.strides(role);
  std::int64_t index = 0;
  for (std::size_t d = 0; d < at.size(); ++d) index += at[d] * strides[d];
  store(spec.type(role), tensor->data(), index, value);
}

}  // namespace

const TestTensors& ProblemTensors::with(Fill fill, bool changed, const ElementChange& change) {
  (void)of(fill, changed);
  const Key key(fill, changed);
  auto& test = made_.at(key);
  auto& own = own_[key];
  if (!own || test.expected != own)
    test.expected = own = std::make_shared<ReferenceValues>(*test.expected);
  with_ = Changed{key, change, apply(change, spec_, test.inputs(), own->view())};
  set_element(test, spec_, change.at, change.after);
  return test;
}

void ProblemTensors::restore() {
  if (!with_) return;
  undo(with_->old, own_.at(with_->key)->view());
  set_element(made_.at(with_->key), spec_, with_->change.at, with_->change.before);
  with_.reset();
}

const TestTensors& ProblemTensors::of(Fill fill, bool changed) {
  restore();
  const auto key = std::pair(fill, changed);
  auto found = made_.find(key);
  if (found == made_.end() && projected_) made_.clear();
  if (found == made_.end()) found = made_.emplace(key, make(fill, changed)).first;
  return found->second;
}

double ProblemTensors::held_bytes() const {
  return static_cast<double>(made_.size()) * sheet_bytes(spec_, projected_);
}

void ProblemTensors::keep_only(Fill fill) {
  restore();
  std::erase_if(made_, [&](const auto& made) { return made.first.first != fill; });
  std::erase_if(own_, [&](const auto& own) { return own.first.first != fill; });
}

std::pair<TestTensors, Relation> ProblemTensors::related(Fill fill) {
  (void)of(fill);
  auto made = std::pair(std::move(made_.extract({fill, false}).mapped()), Relation{});
  auto& [s, relation] = made;
  relation.scale = 2;
  relation.first_image = std::min<std::int64_t>(1, spec_.geometry.batch - 1);
  relation.channels = shuffled_within_groups(spec_.geometry, seed_);
  s.images->first = relation.first_image, s.images->scale = relation.scale;
  const auto channels = static_cast<std::int64_t>(s.bias.bytes() / size_of(spec_.dst_type));
  for (std::int64_t o = 0; o < channels; ++o)
    store(spec_.dst_type, s.bias.data(), o,
          relation.scale * load(spec_.dst_type, s.bias.data(), o));
  s.weights = rows_in_order(s.weights, relation.channels);
  if (s.bias.bytes() > 0) s.bias = rows_in_order(s.bias, relation.channels);
  return made;
}

namespace {

/// The results of two outputs of one run: the first that differs, or both together.
std::variant<Agrees, Differs> both(std::variant<Agrees, Differs> one,
                                   std::variant<Agrees, Differs> other) {
  if (std::holds_alternative<Differs>(one)) return one;
  auto* more = std::get_if<Agrees>(&other);
  if (!more) return other;
  auto& all = std::get<Agrees>(one);
  all.worst = std::max(all.worst, more->worst);
  all.rel_l2 = std::max(all.rel_l2, more->rel_l2);
  all.elements += more->elements;
  all.notes.insert(all.notes.end(), more->notes.begin(), more->notes.end());
  return one;
}

std::variant<Agrees, Differs> judge_one(const Evidence& evidence) {
  auto outcome = compare(evidence);
  auto* differs = std::get_if<Differs>(&outcome);
  if (!differs) return outcome;
  differs->diagnosis = diagnose(evidence);
  // With two outputs, says which one is wrong; the other kind is not named.
  if (evidence.role == TensorRole::diff_bias) differs->where = "diff_bias: " + differs->where;
  return outcome;
}

}  // namespace

std::variant<Agrees, Differs> TestTensors::judge(const Spec& spec, Fill fill,
                                                 const Algorithm& algorithm, const Outputs& got,
                                                 Oracle oracle, const Relation& relation) const {
  const auto main = spec.result();
  auto outcome = std::variant<Agrees, Differs>();
  if (projection) {
    outcome = projection->compare(
        algorithm, [this](auto image, auto* out) { images->make(image, out); },
        {weights.data(), bias.data()}, got[index_of(main)], relation);
  } else {
    outcome = judge_one({spec, algorithm, fill, inputs(), reference(), got[index_of(main)]});
    if (spec.writes(TensorRole::diff_bias)) {
      const auto behind = elements(spec.shape(main));
      const Reference sums{reference().want + behind, reference().magnitude + behind};
      outcome = both(std::move(outcome),
                     judge_one({spec, algorithm, fill, inputs(), sums,
                                got[index_of(TensorRole::diff_bias)], TensorRole::diff_bias}));
    }
  }
  if (auto* differs = std::get_if<Differs>(&outcome))
    differs->oracle = std::move(oracle), differs->fill = fill;
  return outcome;
}

bool use_projection(const Spec& spec, const VerifySettings& settings) {
  if (spec.direction != Direction::forward) return false;
  if (settings.reference != ReferenceKind::automatic)
    return settings.reference == ReferenceKind::projection;
  // The reference reaches about 25 GFLOP/s on two cores, and a case needs it three times: 40 GFLOP
  // take five seconds.
  constexpr double kLong = 40e9, kWorthTime = 4, kWorthMemory = 1.5;
  const double saving = Projection::saving(spec);
  if (static_cast<double>(spec.geometry.flops()) > kLong && saving >= kWorthTime) return true;
  if (saving < kWorthMemory) return false;
  // No plan is open yet: it may announce as much as the tensors of its three slots.
  const auto needed = verify_bytes(spec, settings, false) + 3 * tensor_bytes(spec);
  return beyond_memory("verifying it", needed).has_value();
}

}  // namespace convgauge::run
