// A document that stops growing at its limit and counts what it had to leave out.
#pragma once
#include <fmt/format.h>

#include <string>

#include "core/layers.hpp"

namespace convgauge::report {

class Limited {
 public:
  void add(const std::string& text) {
    if (full_ || text_.size() + text.size() > kLimit - kReserved)
      full_ = true, ++left_out_;
    else
      text_ += text;
  }
  /// Ends an element that was opened; is always added.
  void close(const std::string& text) { text_ += text; }
  /// `elsewhere`: where the rest is, "results.jsonl and the HTML report have them".
  std::string finish(const char* elsewhere) && {
    if (left_out_ > 0)
      text_ += fmt::format("\n_{} more lines do not fit here; {}._\n", left_out_, elsewhere);
    return std::move(text_);
  }

 private:
  // A comment of a pull request holds 65,536 characters; kReserved leaves room for the end.
  static constexpr std::size_t kLimit = 65'536, kReserved = 1'000;
  std::string text_;
  bool full_ = false;
  int left_out_ = 0;
};

}  // namespace convgauge::report
