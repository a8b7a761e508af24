#include "verify/taps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <vector>

#include "core/convert.hpp"
#include "core/layers.hpp"
#include "reference/padding.hpp"

namespace convgauge::verify {
namespace {

constexpr std::int64_t kMostProducts = std::int64_t{1} << 24;  // products looked at: about 0.1 s
constexpr std::int64_t kMostOutputs = 512;
// Relative error allowed in outputs of tiled algorithms; two weights are rarely this close.
constexpr double kTolerance = 1e-4;

struct Tap {
  std::int64_t o = 0, c = 0, kh = 0, kw = 0;
  bool operator==(const Tap&) const = default;
};

/// All weights by magnitude, to find one by its value.
class Weights {
 public:
  explicit Weights(const Evidence& e) : g_(e.spec.geometry) {
    const auto count = elements(g_.weights_shape());
    std::vector<double> values(static_cast<std::size_t>(count));
    load_line(e.spec.weights_type, e.inputs.weights, 0, 1, count, values.data());
    for (std::int64_t i = 0; i < count; ++i)
      sorted_.emplace_back(std::fabs(values[static_cast<std::size_t>(i)]), i);
    std::sort(sorted_.begin(), sorted_.end());
  }

  /// The weight of that magnitude: the one of output channel `o`, if exactly one of its weights has
  /// it; else the only one of the other channels, if none of channel `o` has it. Empty where it is
  /// ambiguous.
  std::optional<Tap> find(double value, std::int64_t o) const {
    const double low = std::fabs(value) * (1 - kTolerance),
                 high = std::fabs(value) * (1 + kTolerance);
    auto at = std::lower_bound(sorted_.begin(), sorted_.end(), std::pair(low, std::int64_t{-1}));
    std::optional<Tap> other, own;
    int others = 0, owns = 0;
    for (; at != sorted_.end() && at->first <= high; ++at) {
      const auto tap = tap_of(at->second);
      if (tap.o == o)
        own = tap, ++owns;
      else
        other = tap, ++others;
    }
    if (owns == 1) return own;
    return owns == 0 && others == 1 ? other : std::nullopt;
  }

 private:
  Tap tap_of(std::int64_t i) const {
    const auto kw = i % g_.w.kernel, rows = i / g_.w.kernel, kh = rows % g_.h.kernel,
               planes = rows / g_.h.kernel;
    return {planes / g_.group_inputs(), planes % g_.group_inputs(), kh, kw};
  }
  const Geometry& g_;
  std::vector<std::pair<double, std::int64_t>> sorted_;
};

/// The tap that reads the one nonzero pixel of an output's window; none where there is no such
/// pixel, or where padding repeats it.
std::optional<Tap> due_tap(const Evidence& e, std::int64_t n, std::int64_t o, std::int64_t oh,
                           std::int64_t ow) {
  const auto& g = e.spec.geometry;
  const Strides x = e.spec.src_strides();
  std::optional<Tap> due;
  for (std::int64_t c = 0; c < g.group_inputs(); ++c)
    for (std::int64_t kh = 0; kh < g.h.kernel; ++kh)
      for (std::int64_t kw = 0; kw < g.w.kernel; ++kw) {
        const auto ih = source_index(g.padding_mode, g.h.source(oh, kh), g.h.input);
        const auto iw = source_index(g.padding_mode, g.w.source(ow, kw), g.w.input);
        const auto channel = o / g.group_outputs() * g.group_inputs() + c;
        if (ih < 0 || iw < 0) continue;
        if (load(e.spec.src_type, e.inputs.src,
                 n * x[0] + channel * x[1] + ih * x[2] + iw * x[3]) == 0)
          continue;
        if (due) return std::nullopt;
        due = Tap{o, c, kh, kw};
      }
  return due;
}

/// In words, how the weight that was `seen` differs from the one that was `due`. Leaves out the
/// indices of this one output, so that equal mistakes can be counted.
std::string mistake(const Geometry& g, const std::optional<Tap>& due, double value,
                    const std::optional<Tap>& seen) {
  const auto place = [](const Tap& t) { return fmt::format("(kh {}, kw {})", t.kh, t.kw); };
  if (due && value == 0) return fmt::format("lose tap {}", place(*due));
  if (!seen) return "";
  if (!due) return fmt::format("see a pixel outside of their window, by tap {}", place(*seen));
  if (*seen == *due) return "take the right weight, but not once, or with the wrong sign";
  std::string text = "take the weight";
  if (seen->o != due->o)
    text += fmt::format(" of the output channel {} further",
                        (seen->o - due->o + g.out_channels) % g.out_channels);
  if (seen->c != due->c)
    text += fmt::format(" of the input channel {} further",
                        (seen->c - due->c + g.group_inputs()) % g.group_inputs());
  if (seen->kh != due->kh || seen->kw != due->kw)
    text += fmt::format(" of tap {} for tap {}", place(*seen), place(*due));
  return text;
}

}  // namespace

TapMistake describe_taps(const Evidence& e) {
  const auto& g = e.spec.geometry;
  const Shape s = g.dst_shape();
  const Strides d = e.spec.dst_strides();
  const Weights weights(e);
  std::vector<double> allowed(static_cast<std::size_t>(elements(s)), 0);
  if (!agrees_bit_for_bit(e)) allowed_errors(e, allowed.data());
  std::map<std::string, int> counts;
  int wrong = 0;
  for (std::int64_t i = 0;
       i < elements(s) && wrong < kMostOutputs && wrong * g.terms() < kMostProducts; ++i) {
    const auto n = i / (s[1] * s[2] * s[3]), o = i / (s[2] * s[3]) % s[1], oh = i / s[3] % s[2],
               ow = i % s[3];
    const double got = load(e.spec.dst_type, e.got, n * d[0] + o * d[1] + oh * d[2] + ow * d[3]);
    const double off = std::fabs(got - e.reference.want[i]);
    if (off <= allowed[static_cast<std::size_t>(i)]) continue;
    ++wrong;
    if (!std::isfinite(got)) continue;
    double value = got - (g.bias ? load(e.spec.dst_type, e.inputs.bias, o) : 0);
    if (std::fabs(value) <= allowed[static_cast<std::size_t>(i)]) value = 0;
    const auto due = due_tap(e, n, o, oh, ow);
    ++counts[mistake(g, due, value, value == 0 ? std::nullopt : weights.find(value, o))];
  }
  counts.erase("");
  if (counts.empty()) return {};
  const auto most =
      std::max_element(counts.begin(), counts.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return {most->first, most->second, wrong};
}

}  // namespace convgauge::verify
