// What a worker shares with the driver: its descriptors, the socket, memory; and its own memory.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>

#include "hostile.hpp"

namespace hostile {
namespace {

constexpr int kMost = 64;  // descriptors

bool is_socket(int descriptor) {
  struct stat about {};
  return ::fstat(descriptor, &about) == 0 && S_ISSOCK(about.st_mode);
}
bool is_shared_memory(int descriptor) {
  return ::fcntl(descriptor, F_GET_SEALS) > 0;
}

/// To every socket of this process.
void tell(const void* bytes, std::size_t count) {
  for (int descriptor = 3; descriptor < kMost; ++descriptor)
    if (is_socket(descriptor)) ::send(descriptor, bytes, count, MSG_NOSIGNAL);
}
/// As the harness frames its messages: the length first.
void tell_message(std::uint64_t length, const std::string& bytes) {
  std::string frame(reinterpret_cast<const char*>(&length), sizeof length);
  frame += bytes;
  tell(frame.data(), frame.size());
}

bool garbage() {
  std::string bytes(4096, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 37);
  tell(bytes.data(), bytes.size());
  return false;
}
bool wrong_kind() {
  tell_message(8, std::string("\x02\0\0\0\0\0\0\0", 8));
  return false;
}
bool every_kind() {
  for (char kind = 0; kind < 40; ++kind) tell_message(64, std::string(64, kind));
  return false;
}
bool endless_length() {
  tell_message(~std::uint64_t{0}, "x");
  return false;
}
bool large_length() {
  tell_message(std::uint64_t{1} << 24, "x");
  return false;
}
bool half_a_message() {
  tell_message(1000, "half");
  ::_exit(0);
}
bool endless_stream() {
  std::thread([] {
    const std::string zeros(65536, '\0');
    for (;;) tell(zeros.data(), zeros.size());
  }).detach();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  return false;
}
bool shut_down() {
  for (int descriptor = 3; descriptor < kMost; ++descriptor)
    if (is_socket(descriptor)) ::shutdown(descriptor, SHUT_RDWR);
  return false;
}
bool send_descriptors() {
  const int null = ::open("/dev/null", O_RDONLY);
  char space[CMSG_SPACE(sizeof null)] = {}, byte = 'x';
  iovec data{&byte, 1};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = space;
  message.msg_controllen = sizeof space;
  auto* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof null);
  std::memcpy(CMSG_DATA(header), &null, sizeof null);
  for (int descriptor = 3; descriptor < kMost; ++descriptor)
    for (int i = 0; is_socket(descriptor) && i < 100; ++i)
      ::sendmsg(descriptor, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  ::close(null);
  return false;
}

bool close_all() {
  for (int descriptor = 0; descriptor < kMost; ++descriptor) ::close(descriptor);
  return false;
}
bool replace_all() {
  const int null = ::open("/dev/null", O_RDWR);
  for (int descriptor = 0; descriptor < kMost; ++descriptor)
    if (descriptor != null) ::dup2(null, descriptor);
  return false;
}
bool open_many() {
  std::vector<int> open;
  for (int i = 0; i < 100'000; ++i) {
    const int one = ::open("/dev/null", O_RDONLY);
    if (one < 0) break;
    open.push_back(one);
  }
  for (const int one : open) ::close(one);
  return false;
}
/// The test leaves a file open in the driver, for writing.
bool write_inherited() {
  bool harm = false;
  for (int descriptor = 7; descriptor < 1024; ++descriptor) {
    struct stat about {};
    if (::fstat(descriptor, &about) == 0 && S_ISREG(about.st_mode) && !is_shared_memory(descriptor))
      harm = ::write(descriptor, "hostile", 7) == 7 || harm;
  }
  return harm;
}

/// The shared pages of this process, as they are mapped: (address, bytes).
std::vector<std::pair<void*, std::size_t>> shared_pages(const char* name) {
  std::vector<std::pair<void*, std::size_t>> found;
  std::FILE* maps = std::fopen("/proc/self/maps", "r");
  char line[512];
  while (maps && std::fgets(line, sizeof line, maps)) {
    unsigned long begin = 0, end = 0;
    if (std::strstr(line, name) && std::sscanf(line, "%lx-%lx rw", &begin, &end) == 2 &&
        std::strstr(line, " rw"))
      found.emplace_back(reinterpret_cast<void*>(begin), end - begin);
  }
  if (maps) std::fclose(maps);
  return found;
}

template <int kByte>
void overwrite(const char* name) {
  for (const auto& [at, bytes] : shared_pages(name)) std::memset(at, kByte, bytes);
}
bool cut_shared_memory() {
  bool harm = false;
  for (int descriptor = 3; descriptor < kMost; ++descriptor)
    if (is_shared_memory(descriptor)) harm = ::ftruncate(descriptor, 0) == 0 || harm;
  return harm;
}
bool seal_shared_memory() {
  bool harm = false;
  for (int descriptor = 3; descriptor < kMost; ++descriptor)
    if (is_shared_memory(descriptor))
      harm = ::fcntl(descriptor, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_FUTURE_WRITE) == 0 || harm;
  return harm;
}
bool grow_shared_memory() {
  for (int descriptor = 3; descriptor < kMost; ++descriptor)
    if (is_shared_memory(descriptor)) (void)!::ftruncate(descriptor, off_t{1} << 40);
  return false;
}
bool punch_shared_memory() {
  for (int descriptor = 3; descriptor < kMost; ++descriptor)
    if (is_shared_memory(descriptor))
      ::fallocate(descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, off_t{1} << 30);
  return false;
}
bool overwrite_crash_page() {
  overwrite<0xff>("convgauge-crash");
  return false;
}
bool overwrite_crash_page_and_die() {
  overwrite<0xff>("convgauge-crash");
  ::raise(SIGKILL);
  return false;
}
bool zero_crash_page_and_die() {
  overwrite<0>("convgauge-crash");
  volatile std::uintptr_t nowhere = 16;
  *reinterpret_cast<volatile int*>(nowhere) = 1;
  return false;
}
bool flip_crash_page() {
  std::thread([] {
    for (;;) {
      overwrite<0xff>("convgauge-crash");
      overwrite<0x41>("convgauge-crash");
    }
  }).detach();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  ::abort();
}
bool overwrite_arena() {
  overwrite<0xff>("convgauge-arena");
  return false;
}

bool take_memory() {
  constexpr std::size_t kBytes = std::size_t{1} << 30;
  void* at = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (at != MAP_FAILED) ::munmap(at, kBytes);
  return false;
}
bool lock_memory() {
  ::mlockall(MCL_CURRENT | MCL_FUTURE);
  take_memory();
  ::munlockall();
  return false;
}
bool speak_to_terminal() {
  std::fputs("\033]0;hostile\007\033[2J\n::error::hostile\n", stderr);
  std::fflush(stderr);
  ::raise(SIGKILL);
  return false;
}
bool reach_terminal() {
  return ::open("/dev/tty", O_RDWR) >= 0;
}
bool change_environment() {
  ::setenv("PATH", "/nonexistent", 1);
  ::setenv("LD_PRELOAD", "/nonexistent/hostile.so", 1);
  ::setenv("HOME", "/nonexistent", 1);
  return false;
}

constexpr const char* kChannel = "failed|died|timed_out|agrees";

constexpr Cheat kTable[] = {
    row("garbage", "own process", "writes garbage to its socket", "failed|died", once<garbage>),
    row("wrong_kind", "own process", "forges a reply of another kind", "failed|died",
        once<wrong_kind>),
    row("every_kind", "own process", "forges replies of every kind", "failed|died",
        once<every_kind>),
    row("endless_length", "own process", "announces a message of 2^64 - 1 bytes", "failed|died",
        once<endless_length>),
    row("large_length", "own process", "announces a message and does not send it",
        "failed|died|timed_out", once<large_length>),
    row("half_a_message", "own process", "ends in the middle of a message", "failed|died",
        once<half_a_message>),
    row("endless_stream", "own process", "writes to its socket for ever", "failed|died|timed_out",
        once<endless_stream>),
    row("shuts_down", "own process", "shuts its socket down", "failed|died", once<shut_down>),
    row("sends_descriptors", "own process", "sends the driver a hundred open files", kChannel,
        once<send_descriptors>),
    row("closes_all", "own process", "closes every descriptor", "failed|died", once<close_all>),
    row("replaces_all", "own process", "replaces every descriptor", "failed|died|timed_out",
        once<replace_all>),
    row("opens_many", "own process", "opens as many files as it may", "agrees", once<open_many>),
    row("inherited", "own process", "writes to files that convgauge was started with", "agrees",
        once<write_inherited>),
    row("cuts_shared", "own process", "cuts the memory that it shares with the driver", "agrees",
        once<cut_shared_memory>),
    row("seals_shared", "own process", "seals the memory that it shares with the driver", "agrees",
        once<seal_shared_memory>),
    row("grows_shared", "own process", "lets the shared memory grow to 1 TiB", "agrees",
        once<grow_shared_memory>),
    row("punches_shared", "own process", "empties the memory that it shares with the driver",
        "differs|trespass|failed|died|agrees", once<punch_shared_memory>),
    row("crash_page", "own process", "overwrites the page on which faults are noted", "agrees",
        once<overwrite_crash_page>),
    row("crash_page_dies", "own process", "overwrites that page and is killed", "died|trespass",
        once<overwrite_crash_page_and_die>),
    row("crash_page_zero", "own process", "clears that page and faults", "died|trespass",
        once<zero_crash_page_and_die>),
    row("crash_page_flips", "own process", "changes that page while the driver reads it",
        "died|trespass", once<flip_crash_page>),
    row("overwrites_arena", "own process", "overwrites all that it shares with the driver",
        "differs|trespass|failed|died", once<overwrite_arena>),
    row("takes_memory", "own process", "takes 1 GiB of memory", "agrees|refused|died",
        once<take_memory>),
    row("locks_memory", "own process", "locks its memory", "agrees|refused|died",
        once<lock_memory>),
    row("speaks_to_terminal", "own process", "leaves control characters as its last words", "died",
        once<speak_to_terminal>),
    row("reaches_terminal", "own process", "opens the terminal", "agrees", once<reach_terminal>),
    row("environment", "own process", "changes its environment", "agrees",
        once<change_environment>),
};

}  // namespace

const std::span<const Cheat> kOwnProcess = kTable;

}  // namespace hostile
