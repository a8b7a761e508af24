// One problem as it was written: every value has the right form, but is not yet a number. Sweep
// axes replace values here; geometry_of() resolves words such as "same" into numbers.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "config/axes.hpp"
#include "config/place.hpp"
#include "core/geometry.hpp"
#include "core/layers.hpp"

namespace convgauge::config {

struct Draft {
  struct Entry {
    Json value;
    Place place;  // where it was written: in the problem, or in the axis that replaced it
  };
  struct Choice {
    std::string key, text;  // "batch", "8"
  };

  Place place;
  /// By key of torch.nn.Conv2d; absent keys have torch's default.
  std::map<std::string, Entry, std::less<>> entries;
  std::string name;  // empty: none was given
  std::int64_t count = 1;
  OwnSettings own;
  std::vector<Choice> choices;  // the values that sweep axes gave it
};

/// Keys that an axis may sweep: all that define the geometry, so not "name",
/// "count" or one of OwnSettings.
const std::vector<std::string>& geometry_keys();

/// Whether `value` has a form that `key`, one of geometry_keys(), accepts.
Expected<void> check_form(std::string_view key, const Json& value, const Place& place);

/// Reads one object. Its values have the right forms, but keys may be missing, and the problem may
/// be illegal as a whole.
Expected<Draft> read_draft(const Json& object, const Place& place);

/// The legal geometry, or the rule that is broken and the place of the value that breaks it.
Expected<Geometry> geometry_of(const Draft& draft);

}  // namespace convgauge::config
