// Reading memory: eight sums, so that no addition waits for the last.
#include "run/machine/fma.hpp"

namespace convgauge {

std::uint64_t read_words(const std::uint64_t* words, std::size_t count) {
  constexpr std::size_t kSums = 8;
  std::uint64_t sums[kSums] = {};
  std::size_t i = 0;
  for (; i + kSums <= count; i += kSums)
    for (std::size_t k = 0; k < kSums; ++k) sums[k] += words[i + k];
  std::uint64_t total = 0;
  for (; i < count; ++i) total += words[i];
  for (const auto sum : sums) total += sum;
  return total;
}

}  // namespace convgauge
