#include "cli/suite_coverage.hpp"

#include <fmt/format.h>

#include "cli/terminal.hpp"
#include "verify/coverage.hpp"

namespace convgauge::cli {
namespace {

/// Up to three names, and how many more there are.
class Missing {
 public:
  void add(const std::string& name) {
    constexpr int kNamed = 3;
    if (count_++ < kNamed) text_ += (text_.empty() ? "" : ", ") + name;
    if (count_ > kNamed) more_ = fmt::format(" and {} more", count_ - kNamed);
  }
  std::string text() const { return count_ == 0 ? "" : "; not " + text_ + more_; }

 private:
  int count_ = 0;
  std::string text_, more_;
};

void print_axis(const Coverage& coverage, std::size_t axis) {
  Missing missing;
  for (std::size_t c = 0; c < class_count(axis); ++c)
    if (!coverage.meets(axis, c, axis, c)) missing.add(class_text(axis, c));
  const auto [met, of] = coverage.axis(axis);
  say(fmt::format("  {}: {} of {}{}\n", axis_name(axis), met, of, missing.text()));
}

void print_pair(const Coverage& coverage, std::size_t a, std::size_t b) {
  Missing missing;
  for (std::size_t i = 0; i < class_count(a); ++i)
    for (std::size_t j = 0; j < class_count(b); ++j)
      if (!coverage.meets(a, i, b, j))
        missing.add(fmt::format("{} with {}", class_text(a, i), class_text(b, j)));
  const auto [met, of] = coverage.pair(a, b);
  say(fmt::format("  {} and {}: {} of {}{}\n", axis_name(a), axis_name(b), met, of,
                  missing.text()));
}

}  // namespace

void print_coverage(const Suite& suite) {
  Coverage coverage;
  for (const auto& problem : suite.problems) coverage.add(problem.geometry);
  say(fmt::format("{}: {} problems\n\nclasses of each axis that they meet\n", suite.name,
                  suite.problems.size()));
  for (std::size_t a = 0; a < axis_count(); ++a) print_axis(coverage, a);
  const auto [met, of] = coverage.pairs();
  say(fmt::format(
      "\nclasses of each pair of axes: {} of {} are met; not each is a legal convolution\n", met,
      of));
  for (std::size_t b = 0; b < axis_count(); ++b)
    for (std::size_t a = 0; a < b; ++a) print_pair(coverage, a, b);
}

}  // namespace convgauge::cli
