#include "verify/coverage.hpp"

#include <algorithm>
#include <array>
#include "core/layers.hpp"

namespace convgauge::verify {
namespace {

/// Class 0 ... most: the number itself; all numbers from `most` on are one class.
std::size_t up_to(std::int64_t value, std::int64_t most) {
  return static_cast<std::size_t>(std::clamp<std::int64_t>(value, 0, most));
}

/// The class of a size by its remainder modulo a vector of eight: 1; 2 to 6; whole vectors; one
/// more; one fewer; any other.
std::size_t tail(std::int64_t value) {
  if (value == 1) return 0;
  if (value < 7) return 1;
  const auto left = value % 8;
  return left == 0 ? 2 : left == 1 ? 3 : left == 7 ? 4 : 5;
}

struct Classed {
  std::size_t classes;
  std::size_t (*of)(const RandomCase&);
};

constexpr std::array kParameters{
    Classed{3, [](const RandomCase& c) { return up_to(c.geometry.batch, 2); }},
    Classed{6, [](const RandomCase& c) { return tail(c.geometry.group_inputs()); }},
    Classed{6, [](const RandomCase& c) { return tail(c.geometry.group_outputs()); }},
    Classed{2, [](const RandomCase& c) { return up_to(c.geometry.groups - 1, 1); }},
    Classed{6, [](const RandomCase& c) { return tail(c.geometry.h.input); }},
    Classed{6, [](const RandomCase& c) { return tail(c.geometry.w.input); }},
    Classed{6, [](const RandomCase& c) { return up_to(c.geometry.h.kernel - 1, 5); }},
    Classed{6, [](const RandomCase& c) { return up_to(c.geometry.w.kernel - 1, 5); }},
    Classed{3, [](const RandomCase& c) { return up_to(c.geometry.h.stride - 1, 2); }},
    Classed{3, [](const RandomCase& c) { return up_to(c.geometry.w.stride - 1, 2); }},
    Classed{3, [](const RandomCase& c) { return up_to(c.geometry.h.dilation - 1, 2); }},
    Classed{3, [](const RandomCase& c) { return up_to(c.geometry.w.dilation - 1, 2); }},
    Classed{4, [](const RandomCase& c) { return up_to(c.geometry.h.pad_before, 3); }},
    Classed{4, [](const RandomCase& c) { return up_to(c.geometry.h.pad_after, 3); }},
    Classed{4, [](const RandomCase& c) { return up_to(c.geometry.w.pad_before, 3); }},
    Classed{4, [](const RandomCase& c) { return up_to(c.geometry.w.pad_after, 3); }},
    Classed{2, [](const RandomCase& c) { return static_cast<std::size_t>(c.geometry.bias); }},
    Classed{4,
            [](const RandomCase& c) { return static_cast<std::size_t>(c.geometry.padding_mode); }},
    Classed{3, [](const RandomCase& c) { return static_cast<std::size_t>(c.layout); }},
    Classed{4, [](const RandomCase& c) { return static_cast<std::size_t>(c.dtype); }},
    Classed{3, [](const RandomCase& c) { return up_to(c.threads - 1, 2); }},
};

}  // namespace

PairCoverage::PairCoverage() {
  std::size_t pairs = 0;
  for (std::size_t a = 0; a < kParameters.size(); ++a)
    for (std::size_t b = 0; b < a; ++b) {
      first_.push_back(pairs);
      pairs += kParameters[a].classes * kParameters[b].classes;
    }
  seen_.resize(pairs);
}

void PairCoverage::add(const RandomCase& c) {
  std::array<std::size_t, kParameters.size()> value{};
  for (std::size_t i = 0; i < value.size(); ++i) value[i] = kParameters[i].of(c);
  auto first = first_.begin();
  for (std::size_t a = 0; a < kParameters.size(); ++a)
    for (std::size_t b = 0; b < a; ++b, ++first) {
      const auto at = *first + value[a] * kParameters[b].classes + value[b];
      met_ += !seen_[at];
      seen_[at] = true;
    }
}

}  // namespace convgauge::verify
