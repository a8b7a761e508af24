// What a set of problems covers: which classes of each axis, and of each pair of axes.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/geometry.hpp"
#include "core/layers.hpp"

namespace convgauge::verify {

/// The axes of axes_of_coverage.inc: number of channels of a group, its divisibility by blocks, the
/// length of a sum, tails of vectors, kernel shapes that are specialised ... Each value falls into
/// one class of its axis.
std::size_t axis_count();
std::string_view axis_name(std::size_t axis);
std::size_t class_count(std::size_t axis);
/// What a class is called: "168..191", "from 192", "depthwise".
std::string class_text(std::size_t axis, std::size_t which);
/// The class, from 0 up, of a legal problem on this axis.
std::size_t class_of(std::size_t axis, const Geometry& g);

/// Not every pair of classes is a legal convolution (a depthwise one has one input channel a
/// group), so no set of problems meets all pairs.
class Coverage {
 public:
  struct Count {
    std::int64_t met = 0, of = 0;
  };
  Coverage();
  /// How many pairs the problem is the first to meet.
  std::int64_t add(const Geometry& g);
  bool meets(std::size_t a, std::size_t class_a, std::size_t b, std::size_t class_b) const;
  Count axis(std::size_t axis) const;
  Count pair(std::size_t a, std::size_t b) const;
  Count pairs() const;  // of all pairs of axes

 private:
  std::vector<std::size_t> first_;  // of each axis: the number of its class 0 among all classes
  std::vector<bool> seen_;  // a square: class by class; its diagonal says what an axis meets
};

}  // namespace convgauge::verify
