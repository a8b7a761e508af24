// The law of placements, canaries to the byte, and guards that really fault.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/layers.hpp"
#include "worker/arena.hpp"
#include "worker/fault_handler.hpp"
#include "worker/guarded_memory.hpp"
#include "worker/machine_trouble.hpp"

namespace convgauge::worker {
namespace {

TEST(Placement, TouchesTheEdgeAsFarAsAlignmentAllows) {
  for (const std::uint64_t alignment : {1u, 4u, 64u, 4096u, 8192u})
    for (const std::uint64_t bytes : {0u, 1u, 4u, 100u, 4096u, 5000u})
      for (const std::uint64_t overread : {0u, 1u, 16u, 4096u}) {
        const Region r{0, bytes, alignment, BufferRole::src, overread};
        const auto window = window_bytes(r);
        EXPECT_EQ(window % kPage, 0u);
        EXPECT_EQ(offset_in_window(r, Placement::start), 0u);
        EXPECT_LE(bytes + overread, window);
        const auto at = offset_in_window(r, Placement::end);
        EXPECT_EQ(at % std::min<std::uint64_t>(alignment, kPage), 0u);
        EXPECT_LE(at + bytes + overread, window);
        EXPECT_LT(window - at - bytes - overread, alignment) << "slack is less than one alignment";
      }
}

TEST(Canary, NamesTheNearestByteThatWasTouched) {
  Arena arena;
  const auto r = arena.reserve(100, 16, BufferRole::src);
  for (const auto placement : {Placement::end, Placement::start}) {
    lay_canary(arena.window(r), r, placement);
    std::memset(arena.bytes(r, placement), 0, r.bytes);
    EXPECT_EQ(touched_canary(arena.window(r), r, placement), kUntouched);
    auto* past = arena.bytes(r, placement) + r.bytes;
    past[3] = std::byte{1};
    EXPECT_EQ(touched_canary(arena.window(r), r, placement), 3);
    past[3] = canary_at(static_cast<std::int64_t>(r.bytes) + 3);
  }
  auto* first = arena.bytes(r, Placement::end);
  std::memset(first, 0, r.bytes);
  lay_canary(arena.window(r), r, Placement::end);
  first[-1] = std::byte{0};
  first[-9] = std::byte{0};
  EXPECT_EQ(touched_canary(arena.window(r), r, Placement::end), -1);
}

TEST(Arena, KeepsItsBytesWhenItGrows) {
  Arena arena;
  const auto a = arena.reserve(10, 1, BufferRole::src);
  std::memset(arena.bytes(a, Placement::start), 7, 10);
  const auto b = arena.reserve(std::uint64_t{64} << 20, 64, BufferRole::src);
  EXPECT_EQ(*arena.bytes(a, Placement::start), std::byte{7});
  EXPECT_GE(b.offset, window_bytes(a));
}

TEST(Arena, CannotBeCutShort) {
  Arena arena;
  arena.reserve(100, 1, BufferRole::src);
  EXPECT_NE(::ftruncate(arena.descriptor(), 0), 0);
  EXPECT_EQ(errno, EPERM);
  const CrashBox box;
  EXPECT_NE(::ftruncate(box.descriptor(), 0), 0);
}

TEST(GuardedMemory, SaysWhenTheMachineDeniesIt) {
  Arena arena;
  const auto r = arena.reserve(100, 4, BufferRole::src);
  CrashBox box;
  GuardedMemory memory(arena.descriptor(), {r}, Placement::end, box.page());
  // As where the machine has no further mapping to give.
  ::munmap(memory.bytes(0) + r.bytes - kPage, kPage);
  try {
    memory.allow_writes(0, false);
    FAIL() << "no error";
  } catch (const MachineTrouble& trouble) {
    EXPECT_EQ(std::string(trouble.what())
                  .find("this machine denies mprotect (ENOMEM: Cannot allocate memory)"),
              0u)
        << trouble.what();
    EXPECT_TRUE(is_denied(trouble.verdict()));
  }
}

TEST(Canary, FillsWhatMayBeReadBehindABuffer) {
  Arena arena;
  const auto r = arena.reserve(96, 4, BufferRole::src, 16);
  for (const auto placement : {Placement::end, Placement::start}) {
    lay_canary(arena.window(r), r, placement);
    auto* past = arena.bytes(r, placement) + r.bytes;
    for (std::int64_t i = 0; i < 16; ++i)
      EXPECT_EQ(past[i], canary_at(static_cast<std::int64_t>(r.bytes) + i)) << i;
    past[15] = std::byte{1};
    EXPECT_EQ(touched_canary(arena.window(r), r, placement), 15);
  }
}

/// Each death leaves where it happened: read through a page that is shared with this process.
void touch(CrashBox& box, const Region& region, Arena& arena, std::int64_t offset, bool write,
           bool writable) {
  const GuardedMemory memory(arena.descriptor(), {region}, Placement::end, box.page());
  const_cast<GuardedMemory&>(memory).allow_writes(0, writable);
  install_fault_handlers(box.page());
  volatile std::byte* at = memory.bytes(0) + offset;
  if (write)
    *at = std::byte{1};
  else
    (void)*at;
}

TEST(GuardedMemory, FaultsWhereItShould) {
  Arena arena;
  const auto r = arena.reserve(100, 4, BufferRole::src);
  struct Try {
    std::int64_t offset;
    bool write, writable;
    Rule rule;
    const char* sentence;
  };
  const Try tries[] = {
      {100, false, true, Rule::R10, "read right past the end of src (100 bytes)"},
      {100, true, true, Rule::R9, "wrote right past the end of src (100 bytes)"},
      {-4096, false, true, Rule::R10, "read 4096 bytes before the start of src (100 bytes)"},
      {8, true, false, Rule::R8, "wrote at byte 8 of src, which may only be read"}};
  for (const auto& t : tries) {
    CrashBox box;
    EXPECT_EXIT(touch(box, r, arena, t.offset, t.write, t.writable),
                ::testing::KilledBySignal(SIGSEGV), "");
    EXPECT_EQ(explain_fault(box.page()).rule, t.rule);
    EXPECT_EQ(explain_fault(box.page()).sentence, t.sentence);
  }
  CrashBox box;
  touch(box, r, arena, 99, true, true);
  EXPECT_EQ(box.page().faulted, 0u) << "the last byte is the plugin's";
  const auto more = arena.reserve(100, 4, BufferRole::src, 16);
  touch(box, more, arena, 115, false, false);
  EXPECT_EQ(box.page().faulted, 0u) << "16 bytes behind the end may be read";
  EXPECT_EXIT(touch(box, more, arena, 116, false, false), ::testing::KilledBySignal(SIGSEGV), "");
  EXPECT_EQ(explain_fault(box.page()).sentence, "read 16 bytes past the end of src (100 bytes)");
  CrashBox again;
  EXPECT_EXIT(touch(again, more, arena, 100, true, false), ::testing::KilledBySignal(SIGSEGV), "");
  EXPECT_NE(explain_fault(again.page()).sentence, "") << "and not be written";
}

}  // namespace
}  // namespace convgauge::worker
