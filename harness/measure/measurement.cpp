// The word for each kind of measurement, as results.jsonl has it.
#include "measure/measurement.hpp"

#include <array>

namespace convgauge {

std::string_view kind(const Measurement& measurement) {
  constexpr std::array<std::string_view, std::variant_size_v<Measurement>> words{"measured", "skipped", "inconclusive"};
  return words.at(measurement.index());
}

}  // namespace convgauge
