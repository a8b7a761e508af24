// The fuzzer's bytes as a file, for readers that take a path.
#pragma once
#include <fcntl.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace convgauge::fuzz {

/// One file in memory for the life of the program: its contents are replaced for each input.
class InputFile {
 public:
  InputFile() : descriptor_(::mkstemp(path_.data())) {
    if (descriptor_ < 0) std::perror(path_.c_str()), std::abort();
  }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile() {
    ::unlink(path_.c_str());
    ::close(descriptor_);
  }

  /// Its path, with these contents.
  const std::string& with(const std::uint8_t* data, std::size_t size) {
    if (::ftruncate(descriptor_, 0) != 0 ||
        ::pwrite(descriptor_, data, size, 0) != static_cast<ssize_t>(size))
      std::perror(path_.c_str()), std::abort();
    return path_;
  }

 private:
  std::string path_ = "/dev/shm/convgauge-fuzz-XXXXXX";
  int descriptor_;
};

}  // namespace convgauge::fuzz
