// What every JUnit file here is made of.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "core/layers.hpp"
#include "core/outcome.hpp"

namespace convgauge::report {

/// The element of a test without a failure: why it is skipped, or what it says where it passed;
/// empty where it says nothing. `text` is not escaped yet.
std::string junit_remark(JUnitResult result, std::string_view text);

/// The results of a suite's tests.
class JUnitCounts {
 public:
  void add(JUnitResult result) { ++counts_[result]; }
  /// `tests="3" failures="1" errors="0" skipped="0"`
  std::string attributes() const;

 private:
  std::map<JUnitResult, int> counts_;
};

}  // namespace convgauge::report
