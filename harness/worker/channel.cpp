#include "worker/channel.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include "core/layers.hpp"

namespace convgauge::worker {
namespace {

constexpr std::size_t kHeader = sizeof(std::uint64_t);

std::uint64_t length_of(const char* header) {
  std::uint64_t length = 0;
  std::memcpy(&length, header, kHeader);
  return length;
}

bool receive_all(int socket, char* to, std::size_t count) {
  while (count > 0) {
    const auto got = ::recv(socket, to, count, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to += got;
    count -= static_cast<std::size_t>(got);
  }
  return true;
}

}  // namespace

bool send_message(int socket, const std::string& bytes) {
  const std::uint64_t length = bytes.size();
  std::string frame(reinterpret_cast<const char*>(&length), kHeader);
  frame += bytes;
  std::size_t sent = 0;
  while (sent < frame.size()) {
    const auto count = ::send(socket, frame.data() + sent, frame.size() - sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    sent += static_cast<std::size_t>(count);
  }
  return true;
}

std::optional<std::string> receive_message(int socket) {
  std::array<char, kHeader> header{};
  if (!receive_all(socket, header.data(), kHeader)) return std::nullopt;
  const auto length = length_of(header.data());
  if (length > kLargestMessage) return std::nullopt;
  std::string bytes(length, '\0');
  if (!receive_all(socket, bytes.data(), length)) return std::nullopt;
  return bytes;
}

Inbox::State Inbox::read(int socket) {
  std::array<char, 65536> chunk;
  const auto got = ::recv(socket, chunk.data(), chunk.size(), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return State::waiting;
  if (got <= 0) return State::closed;
  bytes_.append(chunk.data(), static_cast<std::size_t>(got));
  if (bytes_.size() < kHeader) return State::waiting;
  const auto length = length_of(bytes_.data());
  if (length > kLargestMessage || bytes_.size() > length + kHeader) return State::garbage;
  return bytes_.size() == length + kHeader ? State::complete : State::waiting;
}

std::string Inbox::take() {
  return std::exchange(bytes_, {}).substr(kHeader);
}

}  // namespace convgauge::worker
