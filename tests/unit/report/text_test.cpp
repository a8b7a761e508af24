// Widths, cuts and escapes; the terminal's table at every width.
#include <gtest/gtest.h>

#include <sstream>

#include "core/layers.hpp"
#include "example_run.hpp"
#include "few_cases.hpp"
#include "report/escape.hpp"
#include "report/report.hpp"
#include "report/text_width.hpp"
#include "report/words.hpp"

namespace convgauge::report {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST(Text, CountsColumnsNotBytes) {
  EXPECT_EQ(display_width("305 µs"), 6);
  EXPECT_EQ(display_width("漢字"), 4);
  EXPECT_EQ(display_width("e\u0301"), 1);
  EXPECT_EQ(display_width("\xff\xfe"), 2);
  EXPECT_EQ(fit("漢字漢字", 5), "漢字…");
  EXPECT_EQ(fit("abc", 3), "abc");
  EXPECT_EQ(fit("abcd", 3), "ab…");
  EXPECT_EQ(fit("abcd", 0), "");
  EXPECT_EQ(pad_left("µ", 3), "  µ");
}

TEST(Text, CleansWhatWouldMoveTheCursor) {
  EXPECT_EQ(clean("a\x1b[2Jb\nc\xff"), "a\uFFFD[2Jb c\uFFFD");
  EXPECT_EQ(clean("\u202Eevil"), "\uFFFDevil");
}

TEST(Text, BreaksLinesBetweenWords) {
  EXPECT_EQ(folded("a bb ccc\n  dd e\n", 6), "a bb\n  ccc\n  dd e\n");
  EXPECT_EQ(folded("  where: one two three", 14), "  where: one\n    two three");
  EXPECT_EQ(folded("a/path/that/is/too/long is whole", 10), "a/path/that/is/too/long\n  is whole");
  EXPECT_EQ(folded("äöü ßß", 6), "äöü ßß") << "columns, not bytes";
  EXPECT_EQ(folded("a  b", kAnyWidth), "a  b");
  EXPECT_EQ(folded("", 10), "");
}

TEST(Text, BreaksCommandsSoThatAShellReadsThem) {
  EXPECT_EQ(folded_command("  ", "run it", 20), "  run it\n");
  EXPECT_EQ(folded_command("  replay: ", "go --one 1 --two 2", 18),
            "  replay: go \\\n      --one 1 \\\n      --two 2\n");
  EXPECT_EQ(folded_command("", "go 'a b c d' \"e f\" g", 8),
            "go \\\n    'a b c d' \\\n    \"e f\" \\\n    g\n")
      << "not between quotes";
  for (const int width : {20, 40, 60})
    for (const auto& line : lines_of(folded_command(
             "    replay: ", "convgauge verify n1c3h8w8_o4k3 --backend naive --seed 1", width)))
      EXPECT_LE(display_width(line), std::max(width, 25)) << line;
}

TEST(Text, CutsTheMiddleOfNames) {
  EXPECT_EQ(fit_middle("layer1.0.conv2", 14), "layer1.0.conv2");
  EXPECT_EQ(fit_middle("layer1.0.downsample.0", 11), "layer1…le.0");
  for (int width = 2; width < 30; ++width)
    EXPECT_LE(display_width(fit_middle("ein größerer Name 大きな名前", width)), width);
}

TEST(Text, WordsNumbersInThreeDigits) {
  EXPECT_EQ(ratio_text(3.917), "3.92×");
  EXPECT_EQ(ratio_text(0.0123), "0.012×");
  EXPECT_EQ(ratio_text(123.4), "123×");
}

TEST(Text, LetsNothingCommandATerminalOrACiServer) {
  EXPECT_EQ(for_terminal("a\x1b]0;title\x07\nb\tc\r"), "a\\x1b]0;title\\x07\nb\tc\\x0d");
  EXPECT_EQ(for_terminal("\u009b31m\u202E\xff"), "\uFFFD31m\uFFFD\uFFFD");
  EXPECT_EQ(for_terminal("::error::x\n  ::set-env y\na ::b\n##[error]z"),
            "\\::error::x\n  \\::set-env y\na ::b\n\\##[error]z");
  EXPECT_EQ(for_terminal("305 µs × 漢字"), "305 µs × 漢字");
}

/// XML 1.0 has no place for them, not even as a reference.
TEST(Escape, LeavesOutWhatNoXmlMayHold) {
  for (const auto* bytes : {"\xEF\xBF\xBE", "\xEF\xBF\xBF", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                            "\xC0\xAF", "\xE0\x80\xAF", "\x01", "\x7f", "\x80"}) {
    const auto safe = escape_markup(bytes);
    EXPECT_EQ(safe.find_first_not_of("\xEF\xBF\xBD"), safe.npos) << safe;
    EXPECT_FALSE(safe.empty());
  }
}

TEST(Escape, NeverMakesAFormulaOfAText) {
  EXPECT_EQ(escape_csv("=1+1"), "'=1+1");
  EXPECT_EQ(escape_csv("-2+cmd|' /C calc'!A0"), "'-2+cmd|' /C calc'!A0");
  EXPECT_EQ(escape_csv("@SUM(A1,B1)"), "\"'@SUM(A1,B1)\"");
  EXPECT_EQ(escape_csv("-0.5"), "-0.5");
  EXPECT_EQ(escape_csv("+1e-3"), "+1e-3");
  EXPECT_EQ(escape_csv("-"), "'-");
}

TEST(Escape, KeepsForeignTextsInTheirPlace) {
  EXPECT_EQ(escape_markup("<a href=\"x\">'&\x01"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;\uFFFD");
  EXPECT_EQ(escape_markdown("a|b\n<c>@me"), "a\\|b &lt;c\\>&#64;me");
  EXPECT_EQ(markdown_code("a`b"), "`` a`b ``");
  EXPECT_EQ(escape_csv("plain"), "plain");
  EXPECT_EQ(escape_csv("a \"b\", c"), "\"a \"\"b\"\", c\"");
  EXPECT_EQ(escape_csv("two\nlines"), "\"two\nlines\"");
}

TEST(TerminalTable, FitsEveryWidth) {
  const auto results = small_run();
  for (const int width : {60, 80, 100, 120, 200})
    for (const auto& line : lines_of(terminal_table(results, width, false)))
      EXPECT_LE(display_width(line), width) << line;
}

TEST(TerminalTable, AlignsWideNamesAndMarksTheWinner) {
  const auto lines =
      lines_of(terminal_table(run_of({timed("漢字", "層", about(100)), timed("b", "y", about(2e6)),
                                      timed("b", "層", about(50))},
                                     "漢字"),
                              100, false));
  ASSERT_GE(lines.size(), 4u);
  EXPECT_EQ(lines[0], "1 thread · f32 · nchw · forward · strict");
  const auto end_of = [](const std::string& line, const std::string& word) {
    return display_width(line.substr(0, line.find(word) + word.size()));
  };
  EXPECT_EQ(end_of(lines[1], "漢字"), end_of(lines[2], "1.00×")) << lines[1] << "\n" << lines[2];
  EXPECT_NE(lines[2].find("55.0 ns   2.00× *"), std::string::npos) << lines[2];
}

TEST(TerminalTable, IsColouredOnlyWhenAsked) {
  EXPECT_EQ(terminal_table(small_run(), 100, false).find('\x1b'), std::string::npos);
  EXPECT_NE(terminal_table(small_run(), 100, true).find('\x1b'), std::string::npos);
}

TEST(TerminalTable, PassesNoEscapeSequenceOn) {
  EXPECT_EQ(terminal_table(hostile_run(), 100, false).find('\x1b'), std::string::npos);
}

TEST(TerminalTable, GivesEveryReason) {
  const auto text = terminal_table(small_run(), 200, false);
  for (const char* reason :
       {"✕ wrong: fft on layer4.1.conv2: ", "✕ timed out: fft on conv1: ", "✕ died: ",
        "✕ trespass: ", "✕ failed: ", "noisy: naive on layer1.0.conv1: another process",
        "refused: winograd on ",
        "✕ known: fft on layer4.0.conv2: differs, as known (stride 2, issue #12): ",
        "absent: cudnn: no CUDA device"})
    EXPECT_NE(text.find(reason), text.npos) << reason << "\n" << text;
}

}  // namespace
}  // namespace convgauge::report
