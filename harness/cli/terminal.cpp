#include "cli/terminal.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "core/exit_code.hpp"
#include "core/parse_number.hpp"
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

std::optional<int> columns_of(int descriptor) {
  constexpr int kLeast = 40, kMost = 10'000;
  const char* const wanted = std::getenv("COLUMNS");
  if (const auto columns = parse_number<int>(wanted ? wanted : ""); columns && *columns > 0)
    return std::clamp(*columns, kLeast, kMost);
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return std::max<int>(kLeast, size.ws_col);
  return std::nullopt;
}

int terminal_width() {
  return columns_of(STDOUT_FILENO).value_or(100);
}

bool wants_colour(const po::variables_map& values) {
  const auto asked = text_of(values, "color").value_or("auto");
  if (asked != "auto") return asked == "always";
  const char* const no_colour = std::getenv("NO_COLOR");
  return redraws(STDOUT_FILENO) && !(no_colour && *no_colour);
}

void say(const std::string& lines) {
  fmt::print("{}", report::folded(report::for_terminal(lines),
                                  columns_of(STDOUT_FILENO).value_or(report::kAnyWidth)));
}

std::string beside(const std::string& head, const std::string& text, int column, int width) {
  const int room = std::max(20, width - column);
  const auto lines = report::indented(report::wrapped(text, room), column);
  return report::display_width(head) + 1 > column
             ? head + "\n" + lines
             : report::pad_right(head, column) + lines.substr(static_cast<std::size_t>(column));
}

bool redraws(int descriptor) {
  const char* const terminal = std::getenv("TERM");
  return ::isatty(descriptor) && std::string_view(terminal ? terminal : "") != "dumb";
}

void ProgressBar::show(const Progress& p) {
  if (!p.problem) return clear();
  const auto now = Clock::now();
  const bool redrawn = redraws(STDERR_FILENO);
  // A run that is over in seconds needs no line in a log.
  if (redrawn ? Seconds(now - last_) < Seconds(0.05)
              : Seconds(now - std::max(last_, start_)) < Seconds(5))
    return;
  last_ = now;
  const double elapsed = Seconds(now - start_).count();
  const double rate = elapsed > 0 ? static_cast<double>(p.cases_done) / elapsed : 0;
  const auto left =
      rate > 0 ? clock_text(static_cast<double>(p.cases - p.cases_done) / rate) : std::string("?");
  const auto name = report::clean(p.problem->name.empty() ? p.problem->suite : p.problem->name);
  const auto text =
      fmt::format("{}/{} cases  {:.2g}/s  eta {}  {}", p.cases_done, p.cases, rate, left, name);
  if (!redrawn) return fmt::print(stderr, "{}\n", text);
  constexpr int kBar = 16;
  const double share =
      p.cases > 0 ? static_cast<double>(p.cases_done) / static_cast<double>(p.cases) : 0;
  const int width = columns_of(STDERR_FILENO).value_or(100);
  fmt::print(stderr, "\r\033[K{} {}", bar(share, kBar), report::fit(text, width - kBar - 2));
  std::fflush(stderr);
}

void ProgressBar::line(const std::string& text) {
  if (!redraws(STDERR_FILENO)) return;
  fmt::print(stderr, "\r\033[K{}\n",
             report::fit(report::clean(text), columns_of(STDERR_FILENO).value_or(100)));
  last_ = {};  // the bar comes back at once
}

void ProgressBar::clear() {
  if (!redraws(STDERR_FILENO)) return;
  fmt::print(stderr, "\r\033[K");
  last_ = {};
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
