// What a reader makes of a text, in few words.
#pragma once
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "import/formats.hpp"

namespace convgauge::import {

struct Reading {
  std::string error, about;          // error: empty where it was read
  std::vector<std::string> layers;   // "n1c3h8w8_o4k3 f32 forward 2": merged, with their counts
  std::vector<std::string> names;    // of each
  std::vector<std::string> skipped;  // "reorder 3"
  std::vector<std::string> changed;
};

inline Reading read(ReadText reader, std::string text, const std::string& name = "x") {
  Lines lines(std::move(text), name);
  Merge merge;
  Reading reading;
  const auto about = reader(lines, merge);
  if (!about) return reading.error = about.error().message, reading;
  reading.about = *about;
  const auto done = merge.finish(name, "");
  for (const auto& p : done.suite.problems) {
    const auto dtype = p.own.dtype.value_or(done.suite.settings.dtype.front());
    const auto direction = p.own.direction.value_or(done.suite.settings.direction.front());
    const auto layout = p.own.layout.value_or(done.suite.settings.layout.front());
    reading.layers.push_back(short_text(p.geometry) + " " + std::string(word(dtype)) + " " +
                             std::string(word(direction)) +
                             (layout == Layout::nchw ? "" : " " + std::string(word(layout))) + " " +
                             std::to_string(p.count));
    reading.names.push_back(p.name);
  }
  for (const auto& s : done.skipped)
    reading.skipped.push_back(s.what + " " + std::to_string(s.count));
  for (const auto& c : done.changed)
    reading.changed.push_back(c.what + " " + std::to_string(c.count));
  return reading;
}

using Strings = std::vector<std::string>;

}  // namespace convgauge::import
