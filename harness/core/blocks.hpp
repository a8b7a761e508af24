// Work on large tensors: a range is split into blocks, which several threads share.
#pragma once
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <system_error>
#include <thread>
#include <vector>

namespace convgauge {

/// How many threads the system did not give, because of a limit on processes or a filter of system
/// calls, and its errno.
struct MissingThreads {
  std::int64_t count = 0;
  int error = 0;
};

/// Starts up to `count` threads that call work().
template <class Work>
MissingThreads start_threads(std::vector<std::jthread>& team, std::int64_t count, Work work) {
  for (; count > 0; --count) try {
      team.emplace_back(work);
    } catch (const std::system_error& e) {
      return {count, e.code().value()};
    }
  return {};
}

/// Threads that this machine runs at once. The standard library asks the system each time, with
/// three system calls.
inline std::int64_t usual_threads() {
  static const std::int64_t count = std::thread::hardware_concurrency();
  return count;
}

/// Calls work(begin, end) for consecutive blocks of `block` indices that cover 0 ... count. Where
/// there are several blocks, up to `threads` threads take them in turn; a single block runs in the
/// calling thread. Returns when all blocks are done; work must neither throw nor depend on the
/// order. [any thread]
template <class Work>
void each_block(std::int64_t count, std::int64_t block, Work work,
                std::int64_t threads = usual_threads()) {
  if (count <= block) return count > 0 ? work(std::int64_t{0}, count) : void();
  std::atomic<std::int64_t> next = 0;
  const auto run = [&] {
    for (auto begin = next.fetch_add(block); begin < count; begin = next.fetch_add(block))
      work(begin, std::min(begin + block, count));
  };
  const auto blocks = (count + block - 1) / block;
  std::vector<std::jthread> team;
  start_threads(team, std::min(threads, blocks) - 1, run);
  run();
}

/// Starting a thread takes about as long as copying or comparing 100 KB.
inline constexpr std::int64_t kBlockBytes = 4 << 20;

inline void copy_bytes(void* to, const void* from, std::size_t bytes) {
  each_block(static_cast<std::int64_t>(bytes), kBlockBytes,
             [=](std::int64_t begin, std::int64_t end) {
               std::memcpy(static_cast<std::byte*>(to) + begin,
                           static_cast<const std::byte*>(from) + begin,
                           static_cast<std::size_t>(end - begin));
             });
}

inline bool same_bytes(const void* a, const void* b, std::size_t bytes) {
  std::atomic<bool> same = true;
  each_block(static_cast<std::int64_t>(bytes), kBlockBytes,
             [=, &same](std::int64_t begin, std::int64_t end) {
               if (std::memcmp(static_cast<const std::byte*>(a) + begin,
                               static_cast<const std::byte*>(b) + begin,
                               static_cast<std::size_t>(end - begin)) != 0)
                 same = false;
             });
  return same;
}

}  // namespace convgauge
