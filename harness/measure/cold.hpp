// How many slots are needed so that no execution finds its tensors in a cache.
#pragma once
#include <cstdint>
#include <string>

#include "core/layers.hpp"

namespace convgauge::measure {

/// Each slot is bound, prepared and executed once, which takes seconds at most.
inline constexpr int kMostSlots = 4096;
/// Assumed where the size of the last-level cache is unknown, as it may be for a GPU: larger than
/// any L2, up to the 126 MB of the B200.
inline constexpr std::int64_t kUnknownCache = 128 << 20;

/// The sizes that decide how many slots there are, in bytes; 0 where one is unknown.
struct ColdOrder {
  std::int64_t slot_bytes = 0;       // of one slot's own buffers
  std::int64_t cache_bytes = 0;      // of all last-level caches that the threads use
  std::int64_t available_bytes = 0;  // of memory; at most a quarter of it is used
  int most = kMostSlots;
};

struct ColdSlots {
  int slots = 2;
  std::string short_of;  // why their tensors stay below twice the cache; empty where they do not
  bool operator==(const ColdSlots&) const = default;
};

/// The fewest slots whose buffers together exceed twice the last-level cache, so that a slot is no
/// longer in it when its turn comes again, whatever the cache evicts first; at least two. Limited
/// to `most`, and to a quarter of the available memory, where each slot counts twice its bytes (its
/// buffers and the host's copies of its tensors); short_of then says which limit it was. A virtual
/// machine may report the cache of its host, which is far larger than its share.
ColdSlots cold_slots(const ColdOrder& order);

}  // namespace convgauge::measure
