// A shared page in which a dying worker records what it was doing and where it faulted. A wild
// plugin can overwrite it, so the driver checks everything it reads there.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "core/layers.hpp"
#include "core/rule.hpp"
#include "core/words.hpp"
#include "worker/descriptor.hpp"

namespace convgauge::worker {

enum class Stage : std::uint32_t {
  idle,
  load,
  describe,
  query,
  algorithms,
  plan_create,
  requirements,
  bind,
  prepare_weights,
  upload,
  execute,
  fetch,
  plan_destroy,
  memory
};
}  // namespace convgauge::worker

namespace convgauge {
template <>
struct Words<worker::Stage> {
  static constexpr std::string_view what = "stage";
  static constexpr std::array<std::string_view, 14> words{
      "idle",        "load",         "describe",     "query",           "algorithms",
      "plan_create", "requirements", "bind",         "prepare_weights", "upload",
      "execute",     "fetch",        "plan_destroy", "memory"};
};

}  // namespace convgauge

namespace convgauge::worker {
/// The word for the stage in a crash page; "stage 12345" for a number that is no stage.
std::string stage_word(std::uint32_t stage);

/// One guarded buffer: its guards and its window are at [reserve_begin, reserve_end).
struct GuardedRange {
  std::uint64_t reserve_begin = 0, reserve_end = 0, data = 0, bytes = 0;
  std::int32_t role = 0;  // a BufferRole, unless overwritten
};

struct CrashPage {
  std::uint32_t stage = 0;
  std::uint32_t faulted = 0;
  std::int32_t signal = 0, code = 0;
  std::uint64_t address = 0;
  std::uint32_t was_write = 0;
  // Where the instruction lies that faulted: the file that was loaded there and the offset in it,
  // as addr2line takes it. An empty file: unknown.
  std::array<char, 256> file{};
  std::uint64_t file_offset = 0;
  std::uint32_t range_count = 0;
  std::array<GuardedRange, 64> ranges{};
};

/// The page, mapped shared. Made by the driver, passed to the worker as a descriptor.
class CrashBox {
 public:
  /// Makes a new page.
  CrashBox();
  /// Maps the page of a descriptor that was inherited.
  explicit CrashBox(int descriptor);
  CrashBox(CrashBox&& other) noexcept;
  CrashBox& operator=(CrashBox&&) = delete;
  ~CrashBox();
  CrashPage& page() { return *page_; }
  const CrashPage& page() const { return *page_; }
  int descriptor() const { return descriptor_.get(); }

 private:
  Descriptor descriptor_;
  CrashPage* page_ = nullptr;
};

/// What a fault address means.
struct FaultPlace {
  std::optional<Rule> rule;  // R8, R9, R10; empty: outside of all guarded ranges
  std::string sentence;      // "wrote 4 bytes past the end of dst (100 bytes)"
};
FaultPlace explain_fault(const CrashPage& page);

/// "right past" for the first byte behind a buffer, then "4 bytes past".
std::string past_words(std::uint64_t distance);

}  // namespace convgauge::worker
