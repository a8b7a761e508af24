// A case as a point that can be moved: every parameter of a convolution, with layout and threads,
// as one number each. Says which points are legal, and how far one is from the trivial case.
//
// The trivial case: n1c1h1w1_o1k1s1p0d1g1_nobias_zeros, layout nchw, one thread. How far a case is
// from it is counted in parameters as a user counts them, by these rules:
//   - Parameters are batch, in_channels, out_channels, groups, size (height, width), kernel_size,
//     stride, dilation, padding (four numbers), bias, padding_mode, layout, threads.
//   - A parameter of several numbers counts once for each different value that is not the trivial
//     one: kernel 3x3 and 1x3 count one, 3x5 two.
//   - A number at the least value that the other parameters allow does not count: in_channels and
//     out_channels equal to groups, the smallest height for the kernel (or the padding mode).
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/layers.hpp"
#include "core/spec.hpp"

namespace convgauge::verify {

/// What shrinking makes smaller.
struct Trial {
  Geometry geometry;
  Layout layout = Layout::nchw;
  int threads = 1;
  bool operator==(const Trial&) const = default;
};

enum class Coordinate {
  batch,
  in_channels,
  out_channels,
  groups,
  height,
  width,
  kernel_h,
  kernel_w,
  stride_h,
  stride_w,
  dilation_h,
  dilation_w,
  pad_top,
  pad_bottom,
  pad_left,
  pad_right,
  bias,
  padding_mode,
  layout,
  threads
};
inline constexpr std::size_t kCoordinates = 20;

/// One value for each Coordinate.
class Point {
 public:
  Point();  // the trivial case
  explicit Point(const Trial& trial);
  /// The case, which need not be legal.
  Trial trial() const;

  std::int64_t& operator[](Coordinate k) { return values_[static_cast<std::size_t>(k)]; }
  std::int64_t operator[](Coordinate k) const { return values_[static_cast<std::size_t>(k)]; }
  auto operator<=>(const Point&) const = default;

 private:
  std::array<std::int64_t, kCoordinates> values_{};
};

/// One parameter as a user knows it, and its coordinates.
struct Parameter {
  const char* name;
  std::vector<Coordinate> coordinates;
};
std::span<const Parameter> parameters();

std::int64_t trivial(Coordinate coordinate);
/// The least value that the other coordinates allow: groups for channels, the least legal size of
/// an axis; else the trivial value.
std::int64_t least(const Point& point, Coordinate coordinate);
/// Channels rounded down to a multiple of groups, sizes raised to what kernel and padding demand;
/// nothing where even that is no convolution that torch.nn.Conv2d accepts.
std::optional<Point> repaired(Point point);

/// The parameters that count, by the rules above: "groups=2", "kernel_size=3".
std::vector<std::string> away_from_trivial(const Trial& trial);

/// Compared first by the number of parameters that count, then by the sum of all distances from the
/// trivial values. Smaller is simpler.
struct Cost {
  std::size_t away = 0;
  std::int64_t sum = 0;
  auto operator<=>(const Cost&) const = default;
};
Cost cost(const Point& point);

}  // namespace convgauge::verify
