// How many slots it takes that no execution finds its tensors in a cache.
#pragma once
#include <cstdint>
#include <string>

namespace convgauge {

inline constexpr int kMostSlots =
    4096;  // each is bound, prepared and executed once: seconds at most
/// Taken where the last level is not told, as of a GPU: larger than any L2 up to the B200's 126 MB.
inline constexpr std::int64_t kUnknownCache = 128 << 20;

/// What rotating costs and what there is for it, in bytes. 0 where it is not known.
struct ColdOrder {
  std::int64_t slot_bytes = 0;       // of one slot's own buffers
  std::int64_t cache_bytes = 0;      // of the last level, all of it that the threads reach
  std::int64_t available_bytes = 0;  // memory that the slots may come out of
  int most = kMostSlots;
};

struct ColdSlots {
  int slots = 2;
  std::string short_of;  // why their tensors stay below twice the cache; empty where they do not
  bool operator==(const ColdSlots&) const = default;
};

/// The fewest slots whose buffers together exceed twice the last-level cache, so that a slot is
/// gone from it when its turn comes again, whatever the cache evicts first; never fewer than two.
/// No more than a quarter of the available memory pays for (a slot's buffers and the host's copies
/// of its tensors: twice its bytes), nor than `most`: what the cap costs is said. A virtual machine
/// may be told of a cache that is its host's, and far larger than its share.
ColdSlots cold_slots(const ColdOrder& order);

}  // namespace convgauge
