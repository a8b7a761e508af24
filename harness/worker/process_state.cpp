#include "worker/process_state.hpp"

#include <fmt/format.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <clocale>
#include <cstring>

namespace convgauge::worker {
namespace {

#if defined(__x86_64__)
std::uint32_t read_mxcsr() {
  return __builtin_ia32_stmxcsr();
}
void write_mxcsr(std::uint32_t value) {
  __builtin_ia32_ldmxcsr(value);
}
std::uint16_t read_x87() {
  std::uint16_t word = 0;
  __asm__ volatile("fnstcw %0" : "=m"(word));
  return word;
}
void write_x87(std::uint16_t word) {
  __asm__ volatile("fldcw %0" : : "m"(word));
}
#else
std::uint32_t read_mxcsr() {
  return 0;
}
void write_mxcsr(std::uint32_t) {}
std::uint16_t read_x87() {
  return 0;
}
void write_x87(std::uint16_t) {}
#endif
#include "core/layers.hpp"

// The flags of exceptions that have happened, which are not part of the mode (Intel SDM vol. 1,
// 10.2.3).
constexpr std::uint32_t kStickyFlags = 0x3f;

std::string current_directory() {
  std::array<char, PATH_MAX> path{};
  return ::getcwd(path.data(), path.size()) ? path.data() : "";
}

mode_t current_mask() {
  const auto mask = ::umask(0);
  ::umask(mask);
  return mask;
}

/// Whether there are processes other than this one and the init of its PID namespace; without a
/// namespace of its own, whether it has children.
bool other_processes() {
  constexpr pid_t kFirstInNamespace = 2;
  if (::getpid() == kFirstInNamespace) return ::kill(-1, 0) == 0;
  siginfo_t ignored{};
  return ::waitid(P_ALL, 0, &ignored, WEXITED | WNOHANG | WNOWAIT) == 0;
}

bool same_file(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/// More than put_back() knows, where something cannot be put back.
constexpr int kMostChanges = 64;

/// SIGKILL and SIGSTOP have no handlers. Signals from 32 on are not checked: glibc uses 32 and 33
/// itself.
bool watched(int signal) {
  return signal != SIGKILL && signal != SIGSTOP;
}

}  // namespace

ProcessState::ProcessState(std::vector<int> own_descriptors)
    : mxcsr_(read_mxcsr() & ~kStickyFlags),
      x87_(read_x87()),
      directory_(current_directory()),
      locale_(std::setlocale(LC_ALL, nullptr)),
      mask_(current_mask()),
      others_(other_processes()),
      descriptors_(std::move(own_descriptors)) {
  for (int signal = 1; signal < 32; ++signal)
    if (watched(signal)) ::sigaction(signal, nullptr, &handlers_[static_cast<std::size_t>(signal)]);
  for (const int descriptor : descriptors_) {
    struct stat file {};
    ::fstat(descriptor, &file);
    files_.push_back(file);
  }
}

std::optional<Failed> ProcessState::changes(bool tolerates_state) {
  if (!others_ && other_processes())
    return broken(Rule::R17, "a process was started and left running");
  // Each look puts back what it finds.
  for (int look = 0; look < kMostChanges; ++look) {
    auto changed = put_back();
    if (!changed) break;
    if (!tolerates_state) return changed;
  }
  return changed_descriptor();
}

std::optional<Failed> ProcessState::put_back() {
  if (const auto now = read_mxcsr(); (now & ~kStickyFlags) != mxcsr_) {
    write_mxcsr(mxcsr_);
    return broken(Rule::R14, fmt::format("MXCSR was changed from {:#06x} to {:#06x}", mxcsr_,
                                         now & ~kStickyFlags));
  }
  if (read_x87() != x87_) {
    write_x87(x87_);
    return broken(Rule::R14, "the x87 control word was changed");
  }
  if (const auto now = current_directory(); now != directory_) {
    (void)!::chdir(directory_.c_str());
    return broken(Rule::R14, fmt::format("the working directory was changed to '{}'", now));
  }
  if (const auto now = current_mask(); now != mask_) {
    ::umask(mask_);
    return broken(Rule::R14, fmt::format("the umask was changed from {:#o} to {:#o}", mask_, now));
  }
  if (std::string(std::setlocale(LC_ALL, nullptr)) != locale_) {
    std::setlocale(LC_ALL, locale_.c_str());
    return broken(Rule::R14, "the locale was changed");
  }
  for (int signal = 1; signal < 32; ++signal) {
    if (!watched(signal)) continue;
    struct sigaction now {};
    auto& before = handlers_[static_cast<std::size_t>(signal)];
    ::sigaction(signal, nullptr, &now);
    if (now.sa_sigaction == before.sa_sigaction) continue;
    ::sigaction(signal, &before, nullptr);
    return broken(Rule::R14,
                  fmt::format("the handler of SIG{} was changed", ::sigabbrev_np(signal)));
  }
  return std::nullopt;
}

std::optional<Failed> ProcessState::changed_descriptor() const {
  for (std::size_t i = 0; i < descriptors_.size(); ++i) {
    struct stat file {};
    if (::fstat(descriptors_[i], &file) != 0)
      return broken(Rule::R16, fmt::format("descriptor {}, which is not the plugin's, was closed",
                                           descriptors_[i]));
    if (!same_file(file, files_[i]))
      return broken(Rule::R16, fmt::format("descriptor {}, which is not the plugin's, was replaced",
                                           descriptors_[i]));
  }
  return std::nullopt;
}

}  // namespace convgauge::worker
