// Framed messages over a stream socket: eight bytes of length, then the message.
#pragma once
#include <optional>
#include <string>

namespace convgauge {

/// More than this is no message of ours.
inline constexpr std::uint64_t kLargestMessage = std::uint64_t{64} << 20;

/// Blocks until all is sent; false where the other side is gone.
bool send_message(int socket, const std::string& bytes);

/// Blocks until a whole message is there; nothing where the other side is gone or the frame makes
/// no sense.
std::optional<std::string> receive_message(int socket);

/// Collects a message from a socket that is read only when it is readable. [one thread]
class Inbox {
 public:
  enum class State { waiting, complete, closed, garbage };
  /// Reads what is there.
  State read(int socket);
  std::string take();

 private:
  std::string bytes_;
};

}  // namespace convgauge
