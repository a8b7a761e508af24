// Arrays in NumPy's file format .npy: versions 1 and 2, little endian, C order, of f32, f64 or f16.
// The format: numpy.lib.format, "NPY format" (NEP 1).
#pragma once
#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/buffer.hpp"
#include "core/dtype.hpp"
#include "core/expected.hpp"

namespace convgauge {

struct NpyArray {
  std::vector<std::int64_t> shape;  // empty: one element without axes
  Dtype dtype = Dtype::f32;
  Buffer data;  // contiguous, the last axis fastest
};

/// The whole array. Errors name the file and what was found in it: another element order, byte
/// order or type, or a file that is too short or too long for its shape. The array is allocated
/// only once its size is known to match the file's.
Expected<NpyArray> read_npy(const std::filesystem::path& file);

/// Writes `data`, contiguous, replacing `file` if it exists. NumPy has no bf16: that is an error.
Expected<void> write_npy(const std::filesystem::path& file, const std::vector<std::int64_t>& shape,
                         Dtype dtype, const void* data);

}  // namespace convgauge
