// Numbers, times and counts as people read them.
#include "core/text.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <vector>

#include "core/parse_number.hpp"

namespace convgauge {
namespace {

TEST(Text, TimesHaveThreeSignificantDigits) {
  EXPECT_EQ(time_text(0.5), "0.50 ns");
  EXPECT_EQ(time_text(99.94), "99.9 ns");
  EXPECT_EQ(time_text(99.95), "100 ns");
  EXPECT_EQ(time_text(999.4), "999 ns");
  EXPECT_EQ(time_text(999.6), "1.00 µs");
  EXPECT_EQ(time_text(12345678), "12.3 ms");
  EXPECT_EQ(time_text(7.2e10), "72.0 s");
  EXPECT_EQ(time_text(1.5e12), "1500 s");
}

TEST(Text, TimesHaveAsManyDigitsAsAreAskedFor) {
  EXPECT_EQ(time_text(176'312, 4), "176.3 µs");
  EXPECT_EQ(time_text(17'631.2, 4), "17.63 µs");
  EXPECT_EQ(time_text(1'763.12, 4), "1.763 µs");
  EXPECT_EQ(time_text(999'960, 4), "1.000 ms");
}

TEST(Text, OneIsNotSeveral) {
  EXPECT_EQ(counted(0, "thread"), "0 threads");
  EXPECT_EQ(counted(1, "thread"), "1 thread");
  EXPECT_EQ(counted(2, "other case"), "2 other cases");
}

TEST(Text, TheLastOfSeveralIsSetApart) {
  const std::vector<std::string_view> words{"a", "b", "c"};
  EXPECT_EQ(enumerated(words, "or"), "a, b or c");
  EXPECT_EQ(enumerated(std::span(words).first(2), "and"), "a and b");
  EXPECT_EQ(enumerated(std::span(words).first(1), "and"), "a");
  EXPECT_EQ(enumerated({}, "and"), "");
}

TEST(Text, ANumberIsTheWholeText) {
  EXPECT_EQ(parse_number<int>("42"), 42);
  EXPECT_EQ(parse_number<double>("0.5"), 0.5);
  EXPECT_FALSE(parse_number<int>(""));
  EXPECT_FALSE(parse_number<int>("42 "));
  EXPECT_FALSE(parse_number<int>("4294967296"));
  EXPECT_FALSE(parse_number<unsigned>("-1"));
}

TEST(Text, CellsAreShortAndWhole) {
  const std::string fits(400, 'a');
  EXPECT_EQ(shortened(fits), fits);
  EXPECT_EQ(shortened(fits + "b"), fits + "…");
  // A character of two bytes is not cut in two.
  EXPECT_EQ(shortened(fits.substr(0, 398) + "×××"), fits.substr(0, 398) + "×…");
  EXPECT_EQ(shortened(fits.substr(0, 399) + "×××"), fits.substr(0, 399) + "…");
}

TEST(Text, SignalsHaveTheirNames) {
  EXPECT_EQ(signal_name(SIGSEGV), "SIGSEGV");
  EXPECT_EQ(signal_name(SIGRTMIN), "SIGRTMIN");
  EXPECT_EQ(signal_name(SIGRTMIN + 2), "SIGRTMIN+2");
  EXPECT_EQ(signal_name(1000), "SIG1000");
}

}  // namespace
}  // namespace convgauge
