#include "verify/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/convert.hpp"
#include "core/layers.hpp"
#include "verify/bounds.hpp"
#include "verify/extremes.hpp"
#include "verify/gate.hpp"
#include "verify/region.hpp"

namespace convgauge::verify {
namespace {

/// Calls visit(first, channel, count, got) for every row of outputs: `count` values, the first of
/// them at index `first` in contiguous NCHW.
template <class Visit>
void each_line(const Evidence& e, Visit visit) {
  const Shape s = e.shape();
  const Strides stride = e.spec.strides(e.role);
  std::vector<double> line(static_cast<std::size_t>(s[3]));
  std::int64_t first = 0;
  for (std::int64_t n = 0; n < s[0]; ++n)
    for (std::int64_t c = 0; c < s[1]; ++c)
      for (std::int64_t h = 0; h < s[2]; ++h, first += s[3]) {
        load_line(e.type(), e.got, n * stride[0] + c * stride[1] + h * stride[2], stride[3], s[3],
                  line.data());
        visit(first, c, s[3], line.data());
      }
}

class Judge {
 public:
  explicit Judge(const Evidence& e) : e_(e), shape_(e.shape()) {
    exact_ = agrees_bit_for_bit(e);
    if (exact_)
      bound_.floor.assign(static_cast<std::size_t>(shape_[1]), 0);
    else
      bound_ = bound_of(e);
  }

  /// Bit for bit, except that +0 and -0 agree: an empty sum may be either.
  void exact_line(std::int64_t first, std::int64_t channel, std::int64_t count, const double* got) {
    for (std::int64_t i = 0; i < count; ++i) {
      const double want = e_.reference.want[first + i];
      if (got[i] != want && got[i] != rounded(e_.type(), want))
        wrong(first + i, channel, got[i], 0);
    }
  }

  void bounded_line(std::int64_t first, std::int64_t channel, std::int64_t count,
                    const double* got) {
    if (within_bounds(first, channel, count, got)) return;
    for (std::int64_t i = 0; i < count; ++i) {
      const double allowed = allowed_at(first + i, channel),
                   error = std::fabs(got[i] - e_.reference.want[first + i]);
      // False for NaN and for infinity, which no bound allows by itself.
      if (error <= allowed && error <= std::numeric_limits<double>::max())
        worst_ = error > worst_ * allowed ? error / allowed : worst_;
      else
        suspect(first + i, channel, got[i], allowed);
    }
  }

  bool exact() const { return exact_; }

  std::variant<Agrees, Differs> verdict() {
    if (count_) return differs();
    Agrees agrees{worst_, relative_l2(e_), elements(shape_), notes_};
    if (exact_) return agrees;
    const auto gate = statistical_gate(e_, agrees.rel_l2);
    if (gate.applies && !gate.passes) return sloppy(gate);
    return agrees;
  }

 private:
  double allowed_at(std::int64_t i, std::int64_t channel) const {
    return bound_.allowed(i, channel, e_.reference.want[i], e_.reference.magnitude[i]);
  }

  /// Fast path without branches: true where every output of the row is within its bound; worst_ is
  /// updated then.
  bool within_bounds(std::int64_t first, std::int64_t channel, std::int64_t count,
                     const double* got) {
    const double *want = e_.reference.want + first, *magnitude = e_.reference.magnitude + first;
    const double* spread = bound_.spread.empty() ? nullptr : bound_.spread.data() + first;
    const double of_magnitude = bound_.of_magnitude, of_want = bound_.of_want,
                 of_spread = bound_.of_spread;
    const double floor = bound_.floor[static_cast<std::size_t>(channel)];
    double worst = worst_;
    bool fine = true;
    for (std::int64_t i = 0; i < count; ++i) {
      const double tile = spread ? of_spread * spread[i] : 0;
      const double allowed =
          of_magnitude * magnitude[i] + tile + of_want * std::fabs(want[i]) + floor;
      const double error = std::fabs(got[i] - want[i]), share = error / allowed;
      fine &= error <= allowed && error <= std::numeric_limits<double>::max();
      worst = share > worst ? share : worst;
    }
    if (fine) worst_ = worst;
    return fine;
  }

  void suspect(std::int64_t i, std::int64_t channel, double got, double allowed) {
    const char* note = excuse(e_, bound_, i, got);
    if (!note) return wrong(i, channel, got, allowed);
    if (*note && std::find(notes_.begin(), notes_.end(), note) == notes_.end())
      notes_.push_back(note);
  }

  void wrong(std::int64_t i, std::int64_t channel, double got, double allowed) {
    const double want = e_.reference.want[i];
    const Mismatch here{{i / (shape_[1] * shape_[2] * shape_[3]), channel,
                         i / shape_[3] % shape_[2], i % shape_[3]},
                        got,
                        want,
                        allowed};
    if (bad_.empty()) bad_.assign(static_cast<std::size_t>(elements(shape_)), 0), first_ = here;
    bad_[static_cast<std::size_t>(i)] = 1;
    // NaN counts as the worst; among numbers, the one that exceeds its bound by the largest factor,
    // or, where outputs must be exact, has the largest error.
    double excess = std::fabs(got - want) / (exact_ ? 1 : allowed);
    if (std::isnan(excess)) excess = std::numeric_limits<double>::infinity();
    if (count_++ == 0 || excess > excess_) excess_ = excess, worst_mismatch_ = here;
  }

  Differs differs() const {
    return {count_,
            elements(shape_),
            first_,
            worst_mismatch_,
            {std::string(word(e_.fill))},
            describe_region(e_.spec, e_.role, bad_),
            {}};
  }

  /// Every output is within its bound, but the relative L2 error of all outputs exceeds what the
  /// class is known to give. The output with the largest error is reported.
  Differs sloppy(const GateResult& gate) const {
    Mismatch worst;
    double most = -1;
    each_line(e_, [&](std::int64_t first, std::int64_t c, std::int64_t count, const double* got) {
      for (auto i = first; i < first + count; ++i) {
        const double want = e_.reference.want[i], error = std::fabs(got[i - first] - want);
        if (error <= most) continue;
        most = error;
        worst = {
            {i / (shape_[1] * shape_[2] * shape_[3]), c, i / shape_[3] % shape_[2], i % shape_[3]},
            got[i - first],
            want,
            bound_.allowed(i, c, want, e_.reference.magnitude[i])};
      }
    });
    const auto all = elements(shape_);
    return {all,
            all,
            worst,
            worst,
            {"relative_l2"},
            fmt::format("all outputs together: relative L2 error {:.2g}, allowed {:.2g}",
                        gate.measured, gate.allowed),
            {}};
  }

  const Evidence& e_;
  Shape shape_;
  Bound bound_;
  bool exact_ = false;
  std::int64_t count_ = 0;
  double worst_ = 0, excess_ = 0;
  Mismatch first_, worst_mismatch_;
  std::vector<std::uint8_t> bad_;
  std::vector<std::string> notes_;
};

}  // namespace

std::variant<Agrees, Differs> compare(const Evidence& evidence) {
  Judge judge(evidence);
  each_line(evidence, [&](auto first, auto channel, auto count, const double* got) {
    if (judge.exact())
      judge.exact_line(first, channel, count, got);
    else
      judge.bounded_line(first, channel, count, got);
  });
  return judge.verdict();
}

bool agrees_bit_for_bit(const Evidence& e) {
  return (e.fill == Fill::integer || e.fill == Fill::impulse) && !works_on_tiles(e.algorithm) &&
         fits(e.fill, e.spec);
}

void allowed_errors(const Evidence& e, double* allowed) {
  const Bound bound = bound_of(e);
  const Shape s = e.shape();
  for (std::int64_t i = 0; i < elements(s); ++i)
    allowed[i] =
        bound.allowed(i, i / (s[2] * s[3]) % s[1], e.reference.want[i], e.reference.magnitude[i]);
}

double relative_l2(const Evidence& e) {
  double error = 0, size = 0;
  each_line(e, [&](std::int64_t first, std::int64_t, std::int64_t count, double* line) {
    const double* want = e.reference.want + first;
    for (std::int64_t i = 0; i < count; ++i) line[i] -= want[i];
    const double off = square_sum(line, count), own = square_sum(want, count);
    if (std::isfinite(off) && std::isfinite(own)) {
      error += off, size += own;
      return;
    }
    // Where got or want is infinite or NaN, the difference is not finite and is left out: compare()
    // judges those outputs.
    for (std::int64_t i = 0; i < count; ++i)
      if (std::isfinite(line[i])) error += line[i] * line[i], size += want[i] * want[i];
  });
  if (error == 0) return 0;
  return size == 0 ? std::numeric_limits<double>::infinity() : std::sqrt(error) / std::sqrt(size);
}

}  // namespace convgauge::verify
