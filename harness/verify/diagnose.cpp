// Each misreading is compared with wrong outputs first, where nearly all of them fail at once, then
// with a sample of all outputs.
#include "verify/diagnose.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/layers.hpp"
#include "core/poison.hpp"
#include "core/split_mix.hpp"
#include "verify/bounds.hpp"
#include "verify/extremes.hpp"
#include "verify/gate.hpp"
#include "verify/mutations.hpp"

namespace convgauge::verify {
namespace {

constexpr std::size_t kWrong = 256;  // sampled wrong outputs, enough to show the shape of a region
constexpr std::size_t kAny = 4096;   // sampled outputs, right or wrong
// Products of one misreading over a sample: about 0.1 s.
constexpr std::int64_t kSampleProducts = std::int64_t{1} << 24;
// Products of all misreadings: about a second.
constexpr std::int64_t kMostProducts = std::int64_t{1} << 27;
// For a result that is within every bound and fails only the statistical gate: after this many
// outputs, the L2 distance from the result to the misreading must be less than the distance from
// the result to the reference.
constexpr std::size_t kFirstLook = 64;
// A misreading must not be named by chance. One of the nearly 200 rows of mutations() may match a
// single wrong integer by chance, so at least two outputs are needed. Four wrong outputs are needed
// for pairs of rows, of which there are thousands, and for rows that match at the wrong outputs
// only.
constexpr std::size_t kLeastOutputs = 2, kLeastWrong = 4;

struct Output {
  std::int64_t index;  // contiguous NCHW
  OutputIndex at;
  double got;
  bool outside;  // a NaN that was read from outside of a buffer
};

/// A uniform sample, without replacement, of the outputs that are offered (reservoir sampling). The
/// same problem gives the same sample.
class Sample {
 public:
  explicit Sample(std::size_t size) : size_(size) {}
  void offer(const Output& output) {
    if (kept_.size() < size_) return kept_.push_back(output), void(++offered_);
    // The hash of a counter serves as a random number.
    ++offered_;
    if (const auto slot = mixed(offered_ * kGolden) % offered_; slot < size_) kept_[slot] = output;
  }
  const std::vector<Output>& outputs() const { return kept_; }

 private:
  std::size_t size_;
  std::uint64_t offered_ = 0;
  std::vector<Output> kept_;
};

/// The tolerance of compare(), for the true sum or the sum of a misreading.
class Tolerance {
 public:
  explicit Tolerance(const Evidence& e)
      : e_(e), bound_(bound_of(e)), exact_(agrees_bit_for_bit(e)), type_(e.spec.dst_type) {}

  bool right(const Output& output) const {
    const double want = e_.reference.want[output.index];
    if (exact_) return output.got == want || output.got == rounded(type_, want);
    const double error = std::fabs(output.got - want);
    const double allowed =
        bound_.allowed(output.index, output.at[1], want, e_.reference.magnitude[output.index]);
    return (error <= allowed && std::isfinite(error)) ||
           excuse(e_, bound_, output.index, output.got);
  }

  bool explains(const Mutant& m, const MutantSum& sum, const Output& output) const {
    if (output.outside) return sum.outside;
    if (finished(m, sum.value) == output.got ||
        rounded(type_, finished(m, sum.value)) == output.got)
      return true;
    const double allowed = allowed_of(sum, output);
    const double a = finished(m, sum.value - allowed), b = finished(m, sum.value + allowed);
    return std::min(a, b) <= output.got && output.got <= std::max(a, b) &&
           std::isfinite(output.got);
  }

 private:
  /// The sum of a misreading may be too large for integers to be exact: then the bound of rounded
  /// sums applies.
  double allowed_of(const MutantSum& sum, const Output& output) const {
    if (exact_ && sum.magnitude * unit_roundoff(e_.spec.accumulator_type) <= 1) return 0;
    return bound_.allowed(output.index, output.at[1], sum.value, sum.magnitude);
  }

  const Evidence& e_;
  Bound bound_;
  bool exact_;
  Dtype type_;
};

enum class Match { nowhere, where_wrong, everywhere };

class Search {
 public:
  explicit Search(const Evidence& e)
      : e_(e),
        tolerance_(e),
        rows_(mutations()),
        wrong_(affordable(e.spec.geometry, kWrong)),
        any_(affordable(e.spec.geometry, kAny)) {
    const Shape s = e.spec.geometry.dst_shape();
    const Strides d = e.spec.dst_strides();
    std::int64_t index = 0;
    for (std::int64_t n = 0; n < s[0]; ++n)
      for (std::int64_t c = 0; c < s[1]; ++c)
        for (std::int64_t h = 0; h < s[2]; ++h)
          for (std::int64_t w = 0; w < s[3]; ++w, ++index) {
            const auto place = n * d[0] + c * d[1] + h * d[2] + w * d[3];
            const Output output{index,
                                {n, c, h, w},
                                load(e.spec.dst_type, e.got, place),
                                poison_at(e.spec.dst_type, e.got, place) == Poisoned::outside};
            any_.offer(output);
            if (!tolerance_.right(output)) wrong_.offer(output);
          }
  }

  Diagnosis diagnosis() {
    if (any_.outputs().size() < kLeastOutputs) return {};
    if (wrong_.outputs().empty() && !sloppy()) return {};
    singles();
    if (found_.empty()) pairs();
    const bool partly = found_.empty() && !partial_.empty();
    return {partly ? partial_ : found_, partly, {}};
  }

 private:
  static std::size_t affordable(const Geometry& g, std::size_t most) {
    const auto outputs = kSampleProducts / std::max<std::int64_t>(1, g.terms());
    return std::min(most, static_cast<std::size_t>(std::max<std::int64_t>(16, outputs)));
  }

  /// Whether every output is within its bound, but all together fail the statistical gate: a
  /// misreading must then bring the L2 distance down to what the gate allows.
  bool sloppy() {
    const auto gate = statistical_gate(e_, relative_l2(e_));
    if (!gate.applies || gate.passes) return false;
    nearer_ = gate.allowed / gate.measured;
    return true;
  }

  Match match(const Mutant& m) {
    for (const auto& output : wrong_.outputs())
      if (!explains(m, output)) return Match::nowhere;
    double error = 0, before = 0;
    std::size_t seen = 0;
    for (const auto& output : any_.outputs()) {
      const auto sum = summed(m, output);
      if (!tolerance_.explains(m, sum, output)) return Match::where_wrong;
      const double off = output.got - finished(m, sum.value),
                   was = output.got - e_.reference.want[output.index];
      error += off * off, before += was * was;
      // Rows that change nothing in this case are within every bound too, and each would cost a
      // whole sample.
      if (nearer_ > 0 && ++seen == kFirstLook && error >= before) return Match::nowhere;
    }
    const bool near = nearer_ == 0 || error <= nearer_ * nearer_ * before;
    return near ? Match::everywhere : Match::nowhere;
  }

  bool explains(const Mutant& m, const Output& output) {
    return tolerance_.explains(m, summed(m, output), output);
  }

  MutantSum summed(const Mutant& m, const Output& output) {
    auto sum = sum_at(m, e_.inputs, output.at);
    products_ += sum.products + 1;
    return sum;
  }

  void singles() {
    for (const auto& row : rows_) {
      if (over() || found_.size() == 2) return;
      Mutant m(e_.spec);
      row.apply(m);
      const auto how = match(m);
      if (how == Match::everywhere) found_.push_back({row.words});
      if (how == Match::where_wrong && partial_.size() < 2 &&
          wrong_.outputs().size() >= kLeastWrong)
        partial_.push_back({row.words});
    }
  }

  void pairs() {
    if (wrong_.outputs().size() < kLeastWrong) return;
    for (std::size_t second = 1; second < rows_.size(); ++second)
      for (std::size_t first = 0; first < second; ++first) {
        if (over() || found_.size() == 2) return;
        Mutant m(e_.spec);
        rows_[first].apply(m);
        rows_[second].apply(m);
        if (match(m) == Match::everywhere)
          found_.push_back({fmt::format("{} and {}", rows_[first].words, rows_[second].words)});
      }
  }

  bool over() const { return products_ > kMostProducts; }

  const Evidence& e_;
  Tolerance tolerance_;
  std::vector<Mutation> rows_;
  Sample wrong_, any_;
  double nearer_ = 0;  // the share of the L2 distance that may be left; 0: any
  std::int64_t products_ = 0;
  std::vector<Misreading> found_, partial_;
};

/// Whether the output is wrong, but right for an algorithm that declares flushes_subnormals. The
/// statistical gate is asked without that declaration, which would switch it off.
bool right_where_flushed(const Evidence& e) {
  if (e.algorithm.flushes_subnormals || std::holds_alternative<Agrees>(compare(e))) return false;
  auto flushing = e.algorithm;
  flushing.flushes_subnormals = true;
  const auto again = compare({e.spec, flushing, e.fill, e.inputs, e.reference, e.got, e.role});
  if (!std::holds_alternative<Agrees>(again)) return false;
  const auto gate = statistical_gate(e, relative_l2(e));
  return !gate.applies || gate.passes;
}

/// Whether the output is wrong only where it should be NaN.
bool right_without_nan(const Evidence& e) {
  if (e.algorithm.ignores_nan || std::holds_alternative<Agrees>(compare(e))) return false;
  auto ignoring = e.algorithm;
  ignoring.ignores_nan = true;
  return std::holds_alternative<Agrees>(
      compare({e.spec, ignoring, e.fill, e.inputs, e.reference, e.got, e.role}));
}

bool has_subnormals(const Evidence& e) {
  const double least = smallest_normal(e.type());
  const auto count = static_cast<std::int64_t>(e.spec.bytes(e.role) / size_of(e.type()));
  for (std::int64_t i = 0; i < count; ++i)
    if (const double x = std::fabs(load(e.type(), e.got, i)); x > 0 && x < least) return true;
  return false;
}

}  // namespace

Diagnosis diagnose(const Evidence& evidence) {
  const Diagnosis flushed{
      {{"subnormal numbers flushed to zero: declare flushes_subnormals, or compute with them"}}};
  if (right_without_nan(evidence))
    return {{{"NaN lost on the way to the output: declare ignores_nan, or let it through"}}};
  const bool flushes = right_where_flushed(evidence);
  // Subnormal results are not flushed; inputs may be, but a misread parameter is likelier then.
  if (flushes && !has_subnormals(evidence)) return flushed;
  if (evidence.spec.direction != Direction::forward) return flushes ? flushed : Diagnosis{};
  auto found = Search(evidence).diagnosis();
  return flushes && (found.misreadings.empty() || found.partly) ? flushed : found;
}

}  // namespace convgauge::verify
