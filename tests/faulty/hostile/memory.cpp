// Memory and descriptors of other processes.
#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>

#include "hostile.hpp"

namespace hostile {
namespace {

std::string of(pid_t process, const char* file) {
  return "/proc/" + std::to_string(process) + "/" + file;
}

std::vector<pid_t> driver_alone() {
  return {driver()};
}
std::vector<pid_t> parents() {
  return {::getppid()};
}

template <std::vector<pid_t> (*targets)(), bool (*harms)(pid_t)>
bool any() {
  bool harm = false;
  for (const auto process : targets()) harm = (process > 0 && harms(process)) || harm;
  return harm;
}

/// Overwrites the first writable mappings with ones.
bool overwrite(pid_t process) {
  const int memory = ::open(of(process, "mem").c_str(), O_RDWR);
  if (memory < 0) return false;
  std::ifstream maps(of(process, "maps"));
  const std::string ones(4096, '\xff');
  for (std::string line; std::getline(maps, line);) {
    unsigned long begin = 0, end = 0;
    char access[8] = {};
    if (std::sscanf(line.c_str(), "%lx-%lx %4s", &begin, &end, access) == 3 && access[1] == 'w')
      (void)!::pwrite(memory, ones.data(), ones.size(), static_cast<off_t>(begin));
  }
  ::close(memory);
  return true;
}

template <long kCall>
bool transfer(pid_t process) {
  char bytes[8] = {};
  iovec here{bytes, sizeof bytes}, there{reinterpret_cast<void*>(0x10000), sizeof bytes};
  errno = 0;
  return ::syscall(kCall, process, &here, 1, &there, 1, 0) >= 0 || !denied(errno);
}

bool trace(pid_t process) {
  if (::ptrace(PTRACE_SEIZE, process, nullptr, nullptr) != 0) return false;
  ::ptrace(PTRACE_INTERRUPT, process, nullptr, nullptr);
  return true;
}

bool take_descriptors(pid_t process) {
  const auto handle = static_cast<int>(::syscall(SYS_pidfd_open, process, 0));
  bool harm = false;
  for (int number = 0; handle >= 0 && number < 32; ++number)
    harm = ::syscall(SYS_pidfd_getfd, handle, number, 0) >= 0 || harm;
  return harm;
}

bool open_descriptors(pid_t process) {
  bool harm = false;
  for (int number = 0; number < 32; ++number) {
    const auto file = of(process, "fd/") + std::to_string(number);
    if (const int open = ::open(file.c_str(), O_RDWR | O_NONBLOCK); open >= 0) {
      ::close(open);
      harm = true;
    }
  }
  return harm;
}

bool read_environment(pid_t process) {
  std::ifstream in(of(process, "environ"));
  std::ostringstream text;
  text << in.rdbuf();
  return !text.str().empty();
}

bool compare(pid_t process) {
  constexpr int kVm = 1;  // KCMP_VM
  return ::syscall(SYS_kcmp, process, process, kVm, 0, 0) >= 0;
}

bool drop_pages(pid_t process) {
  const auto handle = static_cast<int>(::syscall(SYS_pidfd_open, process, 0));
  iovec all{reinterpret_cast<void*>(0x10000), 4096};
  return handle >= 0 &&
         (::syscall(SYS_process_madvise, handle, &all, 1, 21 /* PAGEOUT */, 0) >= 0 ||
          !denied(errno));
}

bool change_limits_of_memory_killer(pid_t process) {
  const int file = ::open(of(process, "oom_score_adj").c_str(), O_WRONLY);
  return file >= 0 && ::write(file, "1000", 4) == 4;
}

constexpr Cheat kTable[] = {
    row("memory_of_driver", "memory", "writes into the driver by /proc/PID/mem", "agrees",
        once<any<driver_alone, overwrite>>),
    row("memory_of_warden", "memory", "writes into its parent by /proc/PID/mem", "agrees",
        once<any<parents, overwrite>>),
    row("memory_of_others", "memory", "writes into other workers by /proc/PID/mem", "agrees",
        once<any<other_workers, overwrite>>),
    row("writev_to_driver", "memory", "writes into the driver by process_vm_writev", "agrees",
        once<any<driver_alone, transfer<SYS_process_vm_writev>>>),
    row("readv_from_driver", "memory", "reads the driver's memory by process_vm_readv", "agrees",
        once<any<driver_alone, transfer<SYS_process_vm_readv>>>),
    row("writev_to_others", "memory", "writes into other workers by process_vm_writev", "agrees",
        once<any<other_workers, transfer<SYS_process_vm_writev>>>),
    row("traces_driver", "memory", "stops the driver by ptrace", "agrees",
        once<any<driver_alone, trace>>),
    row("traces_warden", "memory", "stops its parent by ptrace", "agrees",
        once<any<parents, trace>>),
    row("traces_others", "memory", "stops other workers by ptrace", "agrees",
        once<any<other_workers, trace>>),
    row("takes_descriptors", "memory", "takes the driver's descriptors by pidfd_getfd", "agrees",
        once<any<driver_alone, take_descriptors>>),
    row("opens_descriptors", "memory", "opens the driver's descriptors by /proc/PID/fd", "agrees",
        once<any<driver_alone, open_descriptors>>),
    row("environment_of_driver", "memory", "reads the driver's environment", "agrees",
        once<any<driver_alone, read_environment>>),
    row("compares_memory", "memory", "asks by kcmp what the driver shares", "agrees",
        once<any<driver_alone, compare>>),
    row("drops_pages", "memory", "has the driver's pages moved to disk", "agrees",
        once<any<driver_alone, drop_pages>>),
    row("memory_killer", "memory", "offers the driver to the kernel where memory runs out",
        "agrees", once<any<driver_alone, change_limits_of_memory_killer>>),
};

}  // namespace

const std::span<const Cheat> kMemory = kTable;

}  // namespace hostile
