// The machine and other programs: clock, kernel, sockets, namespaces.
#include <fcntl.h>
#include <linux/reboot.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <fstream>

#include "hostile.hpp"

namespace hostile {
namespace {

/// To the time that it is.
bool set_clock() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return ::clock_settime(CLOCK_REALTIME, &now) == 0;
}
bool set_time_of_day() {
  timeval now{};
  ::gettimeofday(&now, nullptr);
  return ::settimeofday(&now, nullptr) == 0;
}
bool adjust_clock() {
  timex order{};
  if (::adjtimex(&order) < 0) return false;
  order.modes = ADJ_FREQUENCY;
  return ::adjtimex(&order) >= 0;
}
/// What Ctrl-Alt-Del does, as it is on a machine with an init.
bool reboot_machine() {
  return ::syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_CAD_OFF,
                   nullptr) == 0;
}
bool load_module() {
  return ::syscall(SYS_init_module, "", 0, "") == 0 || !denied(errno);
}
bool set_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size());
  return ::sethostname(name.data(), std::strlen(name.data())) == 0;
}
bool swap_off() {
  return ::syscall(SYS_swapoff, "/nonexistent") == 0 || !denied(errno);
}
bool trace_kernel() {
  return ::syscall(SYS_bpf, 0 /* BPF_MAP_CREATE */, nullptr, 0) >= 0 || !denied(errno);
}
bool count_processor() {
  struct {
    std::uint32_t type = 1, size = 64;  // PERF_TYPE_SOFTWARE
    std::array<std::uint64_t, 16> rest{};
  } attributes;
  return ::syscall(SYS_perf_event_open, &attributes, -1, 0, -1, 0) >= 0;
}
bool open_ring() {
  std::array<std::uint32_t, 64> parameters{};
  return ::syscall(SYS_io_uring_setup, 4, parameters.data()) >= 0;
}
bool keep_key() {
  return ::syscall(SYS_add_key, "user", "hostile", "1", 1, -4 /* the user's ring */) >= 0;
}

bool new_user_namespace() {
  return ::unshare(CLONE_NEWUSER) == 0;
}
bool clone_namespace() {
  const auto child = ::syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
  if (child == 0) ::_exit(0);
  if (child > 0) ::waitpid(static_cast<pid_t>(child), nullptr, 0);
  return child > 0;
}
bool clone3_namespace() {
  std::array<std::uint64_t, 8> order{CLONE_NEWUSER, 0, 0, 0, SIGCHLD};
  const auto child = ::syscall(SYS_clone3, order.data(), sizeof order);
  if (child == 0) ::_exit(0);
  if (child > 0) ::waitpid(static_cast<pid_t>(child), nullptr, 0);
  return child > 0;
}
bool enter_drivers_mounts() {
  const auto file = "/proc/" + std::to_string(driver()) + "/ns/mnt";
  const int space = ::open(file.c_str(), O_RDONLY);
  return space >= 0 && ::setns(space, CLONE_NEWNS) == 0;
}
bool attach_mounts() {
  const auto tree = ::open_tree(AT_FDCWD, "/", OPEN_TREE_CLONE | AT_RECURSIVE);
  return tree >= 0;
}

template <int kType>
bool connect_to(const std::string& path, bool abstract) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + abstract, path.data(),
              std::min(path.size(), sizeof address.sun_path - 2));
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
  const int out = ::socket(AF_UNIX, kType, 0);
  if (out < 0) return false;
  const auto* to = reinterpret_cast<const sockaddr*>(&address);
  if (kType == SOCK_DGRAM) return ::sendto(out, "x", 1, 0, to, length) == 1;
  return ::connect(out, to, length) == 0;
}
bool connect_socket() {
  return connect_to<SOCK_STREAM>(victim("socket"), false);
}
bool connect_abstract() {
  return connect_to<SOCK_STREAM>("convgauge-hostile-" + std::to_string(driver()), true);
}
bool send_datagram() {
  return connect_to<SOCK_DGRAM>(victim("datagrams"), false);
}
bool datagram_by_pair() {
  std::array<int, 2> pair{};
  if (::socketpair(AF_UNIX, SOCK_DGRAM, 0, pair.data()) != 0) return false;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto path = victim("datagrams");
  std::memcpy(address.sun_path, path.data(), std::min(path.size(), sizeof address.sun_path - 1));
  return ::sendto(pair[0], "x", 1, 0, reinterpret_cast<sockaddr*>(&address), sizeof address) == 1;
}
bool connect_network() {
  int port = 0;
  std::ifstream(victim("port")) >> port;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int out = ::socket(AF_INET, SOCK_STREAM, 0);
  return out >= 0 && ::connect(out, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}
/// Left behind by their names; the test looks for them.
bool leave_segment() {
  constexpr key_t kKey = 0x436f4761;
  const int segment = ::shmget(kKey, 4096, IPC_CREAT | 0600);
  if (segment >= 0) ::shmat(segment, nullptr, 0);
  return false;
}
bool leave_queue() {
  const auto queue = ::mq_open("/convgauge-hostile", O_CREAT | O_RDWR, 0600, nullptr);
  (void)queue;
  return false;
}
bool gain_rights() {
  return ::getuid() != 0 && ::setuid(0) == 0;
}

constexpr Cheat kTable[] = {
    row("sets_clock", "system", "sets the clock", "agrees", once<set_clock>),
    row("sets_time_of_day", "system", "sets the clock by settimeofday", "agrees",
        once<set_time_of_day>),
    row("adjusts_clock", "system", "changes the speed of the clock", "agrees", once<adjust_clock>),
    row("reboots", "system", "calls reboot", "agrees", once<reboot_machine>),
    row("loads_module", "system", "loads a module into the kernel", "agrees", once<load_module>),
    row("sets_name", "system", "names the machine", "agrees", once<set_name>),
    row("swaps_off", "system", "takes the machine's swap space", "agrees", once<swap_off>),
    row("traces_kernel", "system", "calls bpf", "agrees", once<trace_kernel>),
    row("counts_processor", "system", "counts what all programs of a processor do", "agrees",
        once<count_processor>),
    row("opens_ring", "system", "opens an io_uring, which no filter sees", "agrees",
        once<open_ring>),
    row("keeps_key", "system", "leaves a key in the user's key ring", "agrees", once<keep_key>),
    row("user_namespace", "system", "makes a user namespace, to be root in", "agrees",
        once<new_user_namespace>),
    row("clones_namespace", "system", "the same, by clone", "agrees", once<clone_namespace>),
    row("clone3_namespace", "system", "the same, by clone3", "agrees", once<clone3_namespace>),
    row("enters_mounts", "system", "enters the driver's mount namespace", "agrees",
        once<enter_drivers_mounts>),
    row("attaches_mounts", "system", "makes a copy of all mounts", "agrees", once<attach_mounts>),
    row("connects", "system", "connects to a program of the user's by a socket", "agrees",
        once<connect_socket>),
    row("connects_abstract", "system", "connects to an abstract socket", "agrees",
        once<connect_abstract>),
    row("sends_datagram", "system", "sends a program of the user's a datagram", "agrees",
        once<send_datagram>),
    row("datagram_by_pair", "system", "the same, by a pair of sockets", "agrees",
        once<datagram_by_pair>),
    row("network", "system", "connects by the network", "agrees", once<connect_network>),
    row("leaves_segment", "system", "leaves shared memory of System V", "agrees",
        once<leave_segment>),
    row("leaves_queue", "system", "leaves a message queue", "agrees", once<leave_queue>),
    row("gains_rights", "system", "becomes root", "agrees", once<gain_rights>),
};

}  // namespace

const std::span<const Cheat> kSystem = kTable;

}  // namespace hostile
