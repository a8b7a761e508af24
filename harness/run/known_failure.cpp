#include "run/known_failure.hpp"

#include <algorithm>

#include "core/layers.hpp"
#include "run/outcome.hpp"

namespace convgauge::run {

const Known* known_failure(const Suite& suite, const CaseRecord& record) {
  const auto found = std::find_if(suite.known.begin(), suite.known.end(), [&](const Known& known) {
    return matches(known, record) && happened(known, record);
  });
  return found != suite.known.end() ? &*found : nullptr;
}

}  // namespace convgauge::run
