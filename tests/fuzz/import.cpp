// A log or a batch file that `convgauge import` reads, in each of its text formats.
#include <cstdint>

#include "core/layers.hpp"
#include "fuzz/input_file.hpp"
#include "import/formats.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace convgauge;
  static fuzz::InputFile file;
  const auto path = file.with(data, size);
  for (const auto& format : import::text_formats()) {
    auto lines = import::Lines::open(path);
    if (!lines) return 0;
    (void)format.fits(lines->start());
    import::Merge into;
    (void)format.read(*lines, into);
  }
  return 0;
}
