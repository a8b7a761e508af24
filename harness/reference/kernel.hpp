// The fast reference's inner loops: one source, compiled for each instruction set; chosen at run
// time.
#pragma once
#include <cstdint>
#include <span>

#include "reference/reference.hpp"

namespace convgauge {

/// A panel holds, tap after tap, the source values that `width` neighbouring outputs read; a block
/// holds, tap after tap, the weights of `rows` neighbouring output channels. Their product is a
/// tile: rows x width sums.
struct PanelSource {
  const void* src = nullptr;  // f32, or f64 where `wide`
  bool wide = false;
  std::int64_t channel_stride = 0, taps = 0;  // taps of one channel: kernel h * w
  /// offsets[tap * width + j]: what output j reads at a tap of channel 0; -1 where that is zero
  /// padding.
  const std::int64_t* offsets = nullptr;
  /// For each tap: offsets count up by one throughout, so a plain line is read.
  const std::uint8_t* straight = nullptr;
};

/// One output row, all of whose taps read lines that lie side by side in a plane: no panel is
/// packed. want[i] += sum over taps, in order, of weights[tap] * plane[offsets[tap] + i], and
/// magnitude of their magnitudes. `outputs` is a multiple of the kernel's lanes.
struct RowSums {
  const double* plane = nullptr;
  const std::int64_t* offsets = nullptr;
  const double* weights = nullptr;
  std::int64_t taps = 0, outputs = 0;
  double *want = nullptr, *magnitude = nullptr;
};

struct Kernel {
  const char* name;
  bool (*runs_here)();
  int lanes, rows, width;  // of a vector, a block, a panel
  /// panel[(t - first) * width + j] for taps first <= t < last, counted over channels: t = channel
  /// * taps + tap.
  void (*pack)(const PanelSource& source, std::int64_t first, std::int64_t last, double* panel);
  /// Every value to its magnitude.
  void (*drop_signs)(double* panel, std::int64_t count);
  /// tile[row * row_stride + j] += sum over taps, in order, of block[tap * rows + row] * panel[tap
  /// * width + j], each product fused or exact. Begins at start[row] instead where start is not
  /// null. Reads and writes up to the next of 1, 2, 4, rows rows and to a whole vector of outputs;
  /// only the first `used` of either are meant.
  void (*multiply)(const double* block, const double* panel, std::int64_t taps, int used_rows,
                   int used_width, const double* start, double* tile, std::int64_t row_stride);
  void (*sweep_row)(const RowSums& row);
};

/// All that were compiled in, the most capable last. The first, "baseline", runs everywhere.
std::span<const Kernel* const> kernels();

/// The most capable one that runs here.
const Kernel& best_kernel();

/// reference_fast() with a given kernel, which must run here.
void reference_fast_with(const Kernel& kernel, const Spec& spec, const Inputs& inputs,
                         const Reference& out, int threads);

/// Where a group has too few outputs to pay for packing panels (depthwise): plane by plane, row by
/// row.
bool suits_planes(const Spec& spec, int threads);
void reference_by_planes(const Kernel& kernel, const Spec& spec, const Inputs& inputs,
                         const Reference& out, int threads);

/// Threads that have too little to do cost more than they bring.
int useful_threads(const Geometry& geometry, int threads);

/// What the processor has, asked from code that runs on any.
bool has_everything();
bool has_avx2();
bool has_avx512();

// Constants, not functions: nothing of a file compiled for a newer processor runs before it was
// asked for.
namespace baseline {
extern const Kernel kKernel;
}
namespace avx2 {
extern const Kernel kKernel;
}
namespace avx512 {
extern const Kernel kKernel;
}

}  // namespace convgauge
