#include "cli/streams.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "core/exit_code.hpp"

namespace convgauge::cli {
namespace {

/// A descriptor that a stream of the C library writes to, and the error of its first failed write.
struct Output {
  int descriptor = -1;
  int error = 0;  // errno; 0: all was written
};
// The C library's streams exist once per process, and so do these.
Output standard_output{STDOUT_FILENO}, standard_error{STDERR_FILENO};

/// fopencookie(3): to write fewer bytes than asked for is an error of the stream, hence all of
/// them count as written.
ssize_t write_all(void* cookie, const char* bytes, std::size_t count) {
  auto& output = *static_cast<Output*>(cookie);
  for (std::size_t done = 0; done < count && output.error == 0;) {
    const auto written = ::write(output.descriptor, bytes + done, count - done);
    if (written >= 0)
      done += static_cast<std::size_t>(written);
    else if (errno != EINTR)
      output.error = errno;
  }
  return static_cast<ssize_t>(count);
}

std::FILE* stream_of(Output& output, int buffering) {
  cookie_io_functions_t functions{};
  functions.write = write_all;
  auto* stream = ::fopencookie(&output, "w", functions);
  if (stream) std::setvbuf(stream, nullptr, buffering, BUFSIZ);
  return stream;
}

}  // namespace

void open_missing_streams() {
  for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; ++descriptor)
    // open() returns the lowest number that is free, which is this one.
    if (::fcntl(descriptor, F_GETFD) < 0 && ::open("/dev/null", O_RDWR) < 0) ::_exit(kUsage);
}

void watch_output() {
  if (auto* stream = stream_of(standard_output, ::isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF))
    stdout = stream;
  if (auto* stream = stream_of(standard_error, _IONBF)) stderr = stream;
}

int finish_output(int code) {
  std::fflush(stdout);
  if (standard_output.error == 0) return code;
  fmt::print(stderr, "convgauge: standard output: cannot be written: {}\n",
             std::strerror(standard_output.error));
  return kUsage;
}

}  // namespace convgauge::cli
