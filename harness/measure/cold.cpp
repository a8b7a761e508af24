// The number of slots: twice the size of the cache over the bytes of a slot, limited by memory and
// `most`.
#include "measure/cold.hpp"

#include <fmt/format.h>

#include <algorithm>
#include "core/layers.hpp"

namespace convgauge::measure {
namespace {

double mib(double bytes) {
  return bytes / (1 << 20);
}

}  // namespace

ColdSlots cold_slots(const ColdOrder& order) {
  const auto slot = std::max<std::int64_t>(1, order.slot_bytes);
  const auto cache = order.cache_bytes > 0 ? order.cache_bytes : kUnknownCache;
  const auto wanted = std::max<std::int64_t>(2, 2 * cache / slot + 1);
  const auto affordable = order.available_bytes > 0 ? order.available_bytes / 4 / 2 / slot : wanted;
  const auto slots =
      std::max<std::int64_t>(2, std::min({wanted, affordable, std::int64_t{order.most}}));
  ColdSlots result{static_cast<int>(slots), {}};
  if (slots < wanted)
    result.short_of = fmt::format(
        "{} slots hold {:.3g} MiB, less than twice the last-level cache of {:.3g} MiB: {}", slots,
        mib(static_cast<double>(slots) * static_cast<double>(slot)),
        mib(static_cast<double>(cache)),
        slots == order.most ? fmt::format("{} is the most", order.most)
                            : fmt::format("a quarter of {:.3g} MiB of available memory is the most",
                                          mib(static_cast<double>(order.available_bytes))));
  return result;
}

}  // namespace convgauge::measure
