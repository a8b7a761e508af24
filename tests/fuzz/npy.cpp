// An array that a user brings to `convgauge run`.
#include <cstdint>
#include <cstdlib>

#include "core/layers.hpp"
#include "core/npy.hpp"
#include "fuzz/input_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace convgauge;
  static fuzz::InputFile file;
  const auto array = read_npy(file.with(data, size));
  if (!array) return 0;
  std::int64_t elements = 1;
  for (const auto length : array->shape) elements *= length;
  if (static_cast<std::size_t>(elements) * size_of(array->dtype) != array->data.bytes())
    std::abort();
  return 0;
}
