// Which backend is fastest where: a suite that sweeps one parameter over a few kinds of layers, as
// a grid with the fastest backend at each point. The layers of a network form no such grid.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/layers.hpp"
#include "report/model.hpp"

namespace convgauge::report {

struct CrossingPlace {
  int row = 0;  // index into the group's rows
  /// Columns: the fastest, and the fastest of another backend; -1: none.
  int winner = -1, second = -1;
  std::optional<double> lead;  // how many times as fast as the second; empty without one
  bool tied = false;           // the second is not told apart from the winner
  /// Where there is no second, what the other backends came to: "others noisy" (right results, at
  /// least one of them with an inconclusive time), "others untimed" (right results), "alone"
  /// (none).
  std::string_view others{};
};

struct Crossing {
  std::string axis;                                               // "kernel size"
  std::vector<std::string> values;                                // "3×3", in order of size
  std::vector<std::string> rows;                                  // "64 channels, 56×56"
  std::vector<std::vector<std::optional<CrossingPlace>>> places;  // by row, by value
};

/// The grid of a group over the first of kernel size, map, channels, batch and dilation that suits:
/// it has three values or more, no two layers fall on one point, and 3/5 of the grid is filled.
/// Empty where none suits, or where there is only one column.
std::optional<Crossing> crossing(const Group& group);

/// "conv1:", then a line "fft 1.20 ms" for every column that was timed, the fastest first.
std::string place_text(const Group& group, const CrossingPlace& place);

}  // namespace convgauge::report
