// What a crash page says, also when a wild plugin has written over it.
#include "worker/crash_box.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include "core/layers.hpp"

namespace convgauge::worker {
namespace {

TEST(CrashBox, ExplainsAddressesThatAreNobodys) {
  CrashPage page;
  page.signal = SIGSEGV;
  page.code = SEGV_MAPERR;
  page.address = 0x10;
  EXPECT_EQ(explain_fault(page).rule, std::nullopt);
  EXPECT_EQ(explain_fault(page).sentence, "read at address 0x10");
  page.code = SI_KERNEL;
  EXPECT_EQ(explain_fault(page).sentence, "misaligned or non-canonical access");
}

TEST(CrashBox, BelievesNoCountBeyondItsTable) {
  CrashPage page;
  page.range_count = 0xffffffff;
  page.stage = 12345;
  page.address = 5;
  page.ranges.back() = {1, 10, 2, 2, 99};
  EXPECT_EQ(explain_fault(page).sentence, "read 1 bytes past the end of role 99 (2 bytes)");
  EXPECT_EQ(stage_word(page.stage), "stage 12345");
}

}  // namespace
}  // namespace convgauge::worker
