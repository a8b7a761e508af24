#include "cli/terminal.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdlib>

#include "core/exit_code.hpp"
#include "report/text_width.hpp"

namespace convgauge::cli {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

// A signal handler takes no argument of ours: hence this global.
volatile sig_atomic_t interrupt_seen = 0;

/// How long a run may take to end by itself after the first Ctrl-C.
constexpr timeval kPatience{0, 700'000};

/// SIGALRM after that time; zero: none. [async-signal-safe]
void set_timer(timeval after) {
  const itimerval timer{{}, after};
  ::setitimer(ITIMER_REAL, &timer, nullptr);
}

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
      p.problem ? report::clean(p.problem->name.empty() ? p.problem->suite : p.problem->name)
                : std::string();
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
    if (interrupt_seen) ::_exit(kInterrupted);
    interrupt_seen = 1;
    set_timer(kPatience);
  };
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  action.sa_handler = [](int) {
    constexpr char kText[] =
        "\nconvgauge: interrupted in the middle of a case; those that were finished are kept\n";
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, kText, sizeof kText - 1);
    ::_exit(kInterrupted);
  };
  ::sigaction(SIGALRM, &action, nullptr);
  // Whoever started this program may have blocked them.
  sigset_t obeyed;
  sigemptyset(&obeyed);
  for (const int signal : {SIGINT, SIGTERM, SIGALRM}) sigaddset(&obeyed, signal);
  ::sigprocmask(SIG_UNBLOCK, &obeyed, nullptr);
}

void leave_interrupts() {
  set_timer({});
}

bool interrupted() {
  return interrupt_seen != 0;
}

}  // namespace convgauge::cli
