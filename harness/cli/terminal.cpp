#include "cli/terminal.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace convgauge::cli {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

// A signal handler takes no argument of ours: hence this global.
volatile sig_atomic_t interrupt_seen = 0;

std::string clock_text(double seconds) {
  const auto whole = static_cast<long>(seconds + 0.5);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

std::string bar(double share, int width) {
  const int full = static_cast<int>(share * width + 0.5);
  std::string text;
  for (int i = 0; i < width; ++i) text += i < full ? "█" : "░";
  return text;
}

}  // namespace

int terminal_width() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 100;
}

bool wants_colour() {
  return ::isatty(STDOUT_FILENO) && !std::getenv("NO_COLOR");
}

void ProgressBar::show(const Progress& p) {
  if (first_done_ < 0) first_done_ = p.done;
  const auto now = Clock::now();
  const bool tty = ::isatty(STDERR_FILENO);
  const double elapsed = Seconds(now - start_).count();
  const auto finished = p.done - first_done_;
  const double eta = finished > 0 ? elapsed / static_cast<double>(finished) *
                                        static_cast<double>(p.problems - p.done)
                                  : 0;
  const auto left = finished > 0 ? "eta " + clock_text(eta) : std::string("eta ?");
  const auto name =
      p.problem ? (p.problem->name.empty() ? p.problem->suite : p.problem->name) : std::string();
  if (!p.problem) return clear();
  if (tty) {
    fmt::print(stderr, "\r\033[K{} {}/{}  {}  {:.40}",
               bar(static_cast<double>(p.done) / static_cast<double>(p.problems), 24), p.done,
               p.problems, left, name);
    std::fflush(stderr);
  } else if (Seconds(now - last_).count() > 5) {
    fmt::print(stderr, "{}/{} {} ({})\n", p.done, p.problems, name, left);
    last_ = now;
  }
}

void ProgressBar::clear() {
  if (::isatty(STDERR_FILENO)) fmt::print(stderr, "\r\033[K");
}

void watch_interrupts() {
  struct sigaction action {};
  action.sa_handler = [](int) {
    if (interrupt_seen) ::_exit(130);
    interrupt_seen = 1;
  };
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() {
  return interrupt_seen != 0;
}

}  // namespace convgauge::cli
