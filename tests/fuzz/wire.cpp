// What a worker sends: the plugin in it may have written anything there. A reply that is read is
// written again and read again: it must be the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/layers.hpp"
#include "worker/messages.hpp"
#include "worker/wire.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace convgauge;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto reply = worker::wire::unpack<worker::AnyReply>(bytes)) {
    const auto again = worker::wire::pack(*reply);
    if (!worker::wire::unpack<worker::AnyReply>(again)) std::abort();
  }
  if (const auto request = worker::wire::unpack<worker::AnyRequest>(bytes))
    if (!worker::wire::unpack<worker::AnyRequest>(worker::wire::pack(*request))) std::abort();
  return 0;
}
