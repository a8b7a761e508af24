// Divides work among threads in contiguous parts whose sizes differ by at most one.
#pragma once
#include <cstdint>

namespace convgauge::backends::fft {

struct Part {
  std::int64_t begin, end;
};

constexpr Part part_of(std::int64_t count, int id, int threads) {
  return {count * id / threads, count * (id + 1) / threads};
}

}  // namespace convgauge::backends::fft
