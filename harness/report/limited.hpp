// A document that stops growing at its limit and counts what it had to leave out.
#pragma once
#include <fmt/format.h>

#include <string>

namespace convgauge {

class Limited {
 public:
  void add(const std::string& text) {
    if (full_ || text_.size() + text.size() > kLimit - kReserved)
      full_ = true, ++left_out_;
    else
      text_ += text;
  }
  /// The end of something that was opened: always fits.
  void close(const std::string& text) { text_ += text; }
  /// `elsewhere`: who has the rest, "results.jsonl and the HTML report have them".
  std::string finish(const char* elsewhere) && {
    if (left_out_ > 0)
      text_ += fmt::format("\n_{} more lines do not fit here; {}._\n", left_out_, elsewhere);
    return std::move(text_);
  }

 private:
  // Comments of a pull request take 65,536 characters; the end must fit behind what was cut.
  static constexpr std::size_t kLimit = 65'536, kReserved = 1'000;
  std::string text_;
  bool full_ = false;
  int left_out_ = 0;
};

}  // namespace convgauge
