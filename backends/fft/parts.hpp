// Work dealt out to threads in contiguous parts, as even as can be.
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
