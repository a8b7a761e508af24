// What a crash page says, also when a wild plugin has written over it.
#include "worker/crash_box.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <cstring>

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

TEST(CrashBox, NamesTheInstructionThatFaulted) {
  CrashPage page;
  page.signal = SIGFPE;
  page.code = FPE_INTDIV;
  page.address = 0x7f0000001234;
  EXPECT_EQ(explain_fault(page).sentence,
            "a whole number divided by zero at address 0x7f0000001234");
  std::strcpy(page.file.data(), "/folder/lib\x1b.so");
  page.file_offset = 0x1234;
  EXPECT_EQ(explain_fault(page).sentence, "a whole number divided by zero at lib?.so+0x1234");
  page.signal = SIGILL;
  EXPECT_EQ(explain_fault(page).sentence, "an illegal instruction at lib?.so+0x1234");
  page.signal = SIGSEGV;
  page.code = SEGV_MAPERR;
  page.address = 0x10;
  page.file.fill('x');  // without an end
  page.file_offset = 1;
  EXPECT_EQ(explain_fault(page).sentence,
            "read at address 0x10, by the instruction at " + std::string(256, 'x') + "+0x1");
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
