// "axes" of a config: each multiplies the problems by its values.
#pragma once
#include <string>
#include <vector>

#include "config/draft.hpp"
#include "config/suite.hpp"

namespace convgauge {

struct SweepAxis {
  std::string key;
  std::vector<Draft::Entry> values;  // at least one, all different
};

/// One problem and the axes that multiply it, the ones of its own file first.
struct SweptDraft {
  std::string suite;  // the name of its own file
  Draft draft;
  std::vector<SweepAxis> axes;
};

Expected<std::vector<SweepAxis>> read_axes(const Json& object, const Place& place);

/// Adds `axes`, those of an including file. An axis replaces one of the same key.
void apply_axes(const std::vector<SweepAxis>& axes, std::vector<SweptDraft>& problems);

/// Every combination as a legal problem; the last axis varies fastest. Names get " batch=8" for
/// each axis of more than one value, and are unique within their suite; a problem that was reached
/// by two ways of including counts once.
Expected<std::vector<Problem>> expand(const std::vector<SweptDraft>& problems);

}  // namespace convgauge
