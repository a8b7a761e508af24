// Transposition on the host, which converts tensors from channels first to channels last for upload
// and prepare_weights, and back for fetch. These are timed separately from execution.
#pragma once
#include <algorithm>
#include <cstdint>

namespace convgauge::backends::cudnn {

/// to[n][column][row] = from[n][row][column] for n < count, in blocks that fit a cache.
template <class T>
void transpose(const T* from, T* to, std::int64_t count, std::int64_t rows, std::int64_t columns) {
  constexpr std::int64_t kBlock = 32;
  for (std::int64_t n = 0; n < count; ++n, from += rows * columns, to += rows * columns)
    for (std::int64_t r = 0; r < rows; r += kBlock)
      for (std::int64_t c = 0; c < columns; c += kBlock)
        for (std::int64_t i = r; i < std::min(r + kBlock, rows); ++i)
          for (std::int64_t j = c; j < std::min(c + kBlock, columns); ++j)
            to[j * rows + i] = from[i * columns + j];
}

/// The same for elements of 2, 4 or 8 bytes of any type: bits are copied.
inline void transpose(const void* from, void* to, std::int64_t count, std::int64_t rows,
                      std::int64_t columns, std::size_t element_bytes) {
  const auto as = [&](auto element) {
    using T = decltype(element);
    transpose(static_cast<const T*>(from), static_cast<T*>(to), count, rows, columns);
  };
  if (element_bytes == 2) return as(std::uint16_t{});
  if (element_bytes == 4) return as(std::uint32_t{});
  as(std::uint64_t{});
}

}  // namespace convgauge::backends::cudnn
