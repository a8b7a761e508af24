// Where who wins: a suite that sweeps one parameter over a few kinds of layers, as a grid with the
// fastest backend of each place. A network's layers are no such grid, and have none.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "report/model.hpp"

namespace convgauge {

struct CrossingPlace {
  int row = 0;  // of the group
  int winner = -1,
      second = -1;             // columns: the fastest, and the fastest of another backend; -1: none
  std::optional<double> lead;  // how many times as fast as the second; empty where there is none
  bool tied = false;           // the second is not told apart from the winner
};

struct Crossing {
  std::string axis;                                               // "kernel size"
  std::vector<std::string> values;                                // "3×3", in order of size
  std::vector<std::string> rows;                                  // "64 channels, 56×56"
  std::vector<std::vector<std::optional<CrossingPlace>>> places;  // by row, by value
};

/// Needs three values of the parameter, and places for most of them in every kind of layer. Kernel
/// size comes before map, channels, batch, dilation.
std::optional<Crossing> crossing(const Group& group);

/// "fft 3.12×: 1.2 ms; onednn 3.74 ms; ..." of one place: every column that was timed, the fastest
/// first.
std::string place_text(const Group& group, const CrossingPlace& place);

}  // namespace convgauge
