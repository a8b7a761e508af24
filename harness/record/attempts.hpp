// Which lines of a results file count: a problem that was measured again has those of several
// attempts, and one that was cut off has an incomplete one.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/layers.hpp"
#include "record/line_reader.hpp"
#include "record/record.hpp"

namespace convgauge::record {

/// Lines of one problem that follow each other: its cases, measured in one go.
struct Attempt {
  std::int64_t problem = 0;
  std::int64_t lines = 0, cases = 1;  // there; of a whole one
  std::int64_t first_line = 0;        // the number of its first line in the file, from 1
  Span span;                          // in the file
  std::string name;                   // of the problem: "resnet50.conv1"
  bool whole() const { return lines == cases; }
};

/// "resnet50.conv1"; where the problem has no name, its text form.
std::string problem_name(const Problem& problem);

/// Collects the attempts of a file from its lines, in their order.
class Attempts {
 public:
  void add(const Position& position, Span span, std::int64_t line, std::string name);
  const std::vector<Attempt>& all() const { return all_; }

 private:
  std::vector<Attempt> all_;
  std::int64_t last_index_ = 0;
};

/// Of each problem its last whole attempt, else its last one; in order of the problems.
std::vector<Attempt> that_count(std::vector<Attempt> attempts);

}  // namespace convgauge::record
