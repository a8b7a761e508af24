// A config, and the text of a problem. A problem that is read is printed and read again: it must be
// the same.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "config/digest.hpp"
#include "config/suite.hpp"
#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "fuzz/input_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace convgauge;
  static fuzz::InputFile file;
  if (const auto suite = config::read_suite(file.with(data, size))) (void)digest_of(*suite);
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto geometry = parse_problem(text)) {
    const auto again = parse_problem(short_text(*geometry));
    if (!again || !(*again == *geometry)) std::abort();
  }
  return 0;
}
