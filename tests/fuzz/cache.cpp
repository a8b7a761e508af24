// A file of the reference cache, which another program may have written or damaged. The first byte
// says which of two things is tried; the next ones how many outputs, or where damage begins.
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "core/files.hpp"
#include "core/layers.hpp"
#include "fuzz/input_file.hpp"
#include "reference/cache_file.hpp"

namespace {

using namespace convgauge;

constexpr reference::SipKey kSecret{1, 2};
const std::string kName = "a key";

/// A right file, in which some bytes are replaced, is refused.
void refuses_damage(const std::uint8_t* data, std::size_t size, fuzz::InputFile& file) {
  static const std::string whole = [] {
    const std::string path = "/dev/shm/convgauge-fuzz-right-" + std::to_string(::getpid());
    reference::ReferenceValues values;
    values.want = {1, -2, 3e300, 0};
    values.magnitude = {1, 2, 3e300, 0};
    if (!reference::write_reference(path, kSecret, kName, values)) std::abort();
    auto text = read_text(path);
    ::unlink(path.c_str());
    return text ? *text : std::string();
  }();
  if (size < 1) return;
  auto damaged = whole;
  const std::size_t at = data[0] % damaged.size();
  damaged.replace(at, size - 1, reinterpret_cast<const char*>(data + 1), size - 1);
  const auto& path =
      file.with(reinterpret_cast<const std::uint8_t*>(damaged.data()), damaged.size());
  const bool believed = reference::read_reference(path, kSecret, kName, 4) != nullptr;
  // What stands behind the values is not read.
  if (believed != damaged.starts_with(whole)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::InputFile file;
  if (size < 2) return 0;
  if (data[0] & 1) return refuses_damage(data + 1, size - 1, file), 0;
  const std::size_t outputs = data[1];
  (void)reference::read_reference(file.with(data + 2, size - 2), kSecret, kName, outputs);
  return 0;
}
