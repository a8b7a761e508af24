// Lines of texts that are larger than the buffer, of pipes, and of what is no text.
#include "import/lines.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/layers.hpp"

namespace convgauge::import {
namespace {

TEST(Lines, GiveEveryLineWithItsNumber) {
  Lines lines("a\r\n\nlast", "x");
  EXPECT_EQ(lines.start(), "a\r\n\nlast");
  auto line = lines.next();
  EXPECT_EQ(line->text, "a");
  EXPECT_EQ(lines.next()->text, "");
  line = lines.next();
  EXPECT_EQ(line->text, "last");
  EXPECT_EQ(line->number, 3);
  EXPECT_FALSE(line->ended);
  EXPECT_FALSE(lines.next());
  EXPECT_EQ(lines.trouble(), "");
}

TEST(Lines, OfAFileLargerThanTheBuffer) {
  const auto file =
      std::filesystem::path(testing::TempDir()) / ("convgauge_lines_" + std::to_string(getpid()));
  constexpr int kCount = 300'000;
  {
    std::ofstream out(file);
    for (int i = 0; i < kCount; ++i) out << "line " << i << "\n";
  }
  auto lines = Lines::open(file);
  ASSERT_TRUE(lines);
  EXPECT_EQ(lines->start().substr(0, 7), "line 0\n");
  int count = 0;
  while (const auto line = lines->next()) {
    ASSERT_EQ(line->text, "line " + std::to_string(count));
    ++count;
  }
  EXPECT_EQ(count, kCount);
  std::filesystem::remove(file);
}

TEST(Lines, SayWhatIsWrong) {
  EXPECT_EQ(Lines::open("/nowhere/x").error().message,
            "/nowhere/x: cannot be read: No such file or directory");
  auto folder = Lines::open("/");
  ASSERT_TRUE(folder);
  EXPECT_FALSE(folder->next());
  EXPECT_EQ(folder->trouble(), "/: cannot be read: Is a directory");
  Lines endless(std::string(3 << 20, 'x'), "x");
  EXPECT_FALSE(endless.next());
  EXPECT_EQ(endless.trouble(), "x:1: the line is longer than 1 MiB: this is no text");
}

}  // namespace
}  // namespace convgauge::import
