// What a plugin declares about an algorithm, as far as the error bound depends on it.
#pragma once
#include <array>
#include <string>
#include <vector>

#include "core/layers.hpp"
#include "core/spec.hpp"
#include "core/words.hpp"

namespace convgauge::verify {

enum class AlgorithmClass { direct, gemm, winograd, fft };
}  // namespace convgauge::verify

namespace convgauge {
template <>
struct Words<verify::AlgorithmClass> {
  static constexpr std::string_view what = "algorithm class";
  static constexpr std::array<std::string_view, 4> words{"direct", "gemm", "winograd", "fft"};
};

}  // namespace convgauge

namespace convgauge::verify {

struct Rational {
  std::int32_t numerator = 0, denominator = 1;
  bool operator==(const Rational&) const = default;
};

/// One axis of F(m, r): m outputs from r taps, with m + r - 2 finite points, and infinity as the
/// last point. Where m = r = 1, the axis is not transformed.
struct WinogradAxis {
  int m = 1, r = 1;
  std::vector<Rational> points;
  bool operator==(const WinogradAxis&) const = default;
};

struct Algorithm {
  std::string name;  // "winograd.f4x4_3x3"
  AlgorithmClass algorithm_class = AlgorithmClass::direct;
  bool deterministic = true;
  bool flushes_subnormals = false;
  bool points_known = true;                // winograd; false: the classical points are assumed
  std::array<WinogradAxis, 2> winograd{};  // h, w
  std::array<int, 2> fft_tile{1, 1};       // h, w
  bool ignores_nan = false;                // an output that must be NaN may have any value
  bool operator==(const Algorithm&) const = default;
};

/// The most finite points of one axis, as many as the plugin interface has room for.
inline constexpr int kMostPoints = 16;
/// The longest side of an FFT tile: far more than any output could use.
inline constexpr int kLongestTile = 1 << 20;

/// What no algorithm can be; empty where there is nothing. Of class winograd: m and r at least 1,
/// m + r - 2 at most kMostPoints. Of class fft: sides from 1 to kLongestTile. What the other
/// classes say of these is not read.
std::string broken_rule(const Algorithm& algorithm);
/// That, or what does not fit the problem: a Winograd algorithm for more taps than the kernel has
/// (not asked for the gradient of the weights, where the output takes the kernel's place).
std::string broken_rule(const Algorithm& algorithm, const Spec& spec);

}  // namespace convgauge::verify
