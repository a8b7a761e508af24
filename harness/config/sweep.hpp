// "axes" of a config: each axis makes one problem for each of its values out of every problem.
#pragma once
#include <string>
#include <vector>

#include "config/draft.hpp"
#include "config/suite.hpp"
#include "core/layers.hpp"

namespace convgauge::config {

struct SweepAxis {
  std::string key;
  std::vector<Draft::Entry> values;  // at least one, all different
};

/// One problem and the axes that are applied to it, those of its own file first.
struct SweptDraft {
  std::string suite;  // the name of its own file
  Draft draft;
  std::vector<SweepAxis> axes;
};

Expected<std::vector<SweepAxis>> read_axes(const Json& object, const Place& place);

/// Adds the axes of an including file. An axis replaces one with the same key.
void apply_axes(const std::vector<SweepAxis>& axes, std::vector<SweptDraft>& problems);

/// Every combination as a legal problem; the last axis varies fastest. A name gets " batch=8" for
/// each axis of more than one value, and is unique within its suite; a problem that is reached
/// through two includes counts once.
Expected<std::vector<Problem>> expand(const std::vector<SweptDraft>& problems);

}  // namespace convgauge::config
