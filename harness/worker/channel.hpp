// Framed messages over a stream socket: eight bytes of length, then the message.
#pragma once
#include <optional>
#include <string>

#include "core/layers.hpp"

namespace convgauge::worker {

/// Longer messages are rejected: the harness sends none.
inline constexpr std::uint64_t kLargestMessage = std::uint64_t{64} << 20;

/// Blocks until all is sent; false where the other side is gone.
bool send_message(int socket, const std::string& bytes);

/// Blocks until a whole message has arrived; empty where the other side is gone or the length is
/// invalid.
std::optional<std::string> receive_message(int socket);

/// Collects a message from a socket that is read only when it is readable. [one thread]
class Inbox {
 public:
  enum class State { waiting, complete, closed, garbage };
  /// Reads the bytes that have arrived.
  State read(int socket);
  std::string take();

 private:
  std::string bytes_;
};

}  // namespace convgauge::worker
