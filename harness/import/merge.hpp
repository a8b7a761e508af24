// Layers, one by one as a reader finds them, become a suite: equal ones are one problem with a
// count.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/layer_list.hpp"
#include "config/suite_json.hpp"
#include "core/layers.hpp"

namespace convgauge::import {

/// Counts things by what they are and why they are listed, in the order of their first.
class Tally {
 public:
  void add(const std::string& what, const std::string& why, std::int64_t count);
  const std::vector<Skipped>& list() const { return list_; }

 private:
  std::vector<Skipped> list_;
  std::map<std::pair<std::string, std::string>, std::size_t> places_;
};

/// What was read, ready to be written as a config.
struct Imported {
  Suite suite;       // its problems in the order of the network, each name once
  SuiteNotes notes;  // the source, and the other names of each problem
  std::vector<Skipped> skipped, changed;
  std::int64_t layers = 0;  // the sum of all counts
};

/// [one thread] Memory grows with the number of different problems, not with that of layers.
class Merge {
 public:
  /// The batch of every layer that follows; empty: its own.
  void set_batch(std::optional<std::int64_t> batch) { batch_ = batch; }
  /// Equal problems (geometry, type, layout, direction) add up their counts; the first name is kept
  /// as the problem's, the others as a remark. The problem's geometry is legal.
  void add(Problem layer);
  void skip(const std::string& what, const std::string& why, std::int64_t count = 1) {
    skipped_.add(what, why, count);
  }
  /// Says that a layer which is no plain convolution was taken as one: "deconvolution", "as ...".
  void change(const std::string& what, const std::string& how, std::int64_t count = 1) {
    changed_.add(what, how, count);
  }
  const std::vector<Problem>& problems() const { return problems_; }
  const std::vector<Skipped>& skipped() const { return skipped_.list(); }
  bool empty() const { return problems_.empty(); }
  /// "12 reorder (not a convolution), 3 inner_product (...)"; empty where nothing was skipped.
  std::string skipped_text() const;
  /// A value of dtype, direction or layout that all problems share becomes a setting of the suite;
  /// where they differ, each problem keeps its own.
  Imported finish(std::string name, std::string source);

 private:
  std::optional<std::int64_t> batch_;
  std::vector<Problem> problems_;
  std::vector<std::vector<std::string>> names_;  // of each problem, the first one left out
  std::map<std::pair<std::string, std::string>, std::size_t> places_;
  Tally skipped_, changed_;
};

}  // namespace convgauge::import
