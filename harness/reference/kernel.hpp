// The fast reference's inner loops: one source, compiled for each instruction set; chosen at run
// time.
#pragma once
#include <cstdint>
#include <span>

#include "core/layers.hpp"
#include "reference/reference.hpp"

namespace convgauge::reference {

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
  /// For each tap: whether its offsets increase by one throughout, so that contiguous values are
  /// read.
  const std::uint8_t* straight = nullptr;
};

/// One output row, whose taps each read contiguous values of a plane, so that no panel is packed.
/// want[i] += sum over taps, in order, of weights[tap] * plane[offsets[tap] + i], and magnitude[i]
/// += the same sum of absolute values. `outputs` is a multiple of the kernel's lanes.
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
  /// Fills panel[(t - first) * width + j] for taps first <= t < last, counted over channels:
  /// t = channel * taps + tap.
  void (*pack)(const PanelSource& source, std::int64_t first, std::int64_t last, double* panel);
  /// Replaces every value by its absolute value.
  void (*drop_signs)(double* panel, std::int64_t count);
  /// tile[row * row_stride + j] += sum over taps, in order, of
  /// block[tap * rows + row] * panel[tap * width + j], each product fused or exact. Where start is
  /// not null, sums begin at start[row] instead of the tile's values. Reads and writes used_rows
  /// rounded up to 1, 2, 4 or `rows`, and used_width rounded up to whole vectors; only the first
  /// used_rows and used_width are valid.
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

/// Whether to use reference_by_planes(): where a group has too few outputs to make packing panels
/// worthwhile (depthwise). It works plane by plane, row by row.
bool suits_planes(const Spec& spec, int threads);
void reference_by_planes(const Kernel& kernel, const Spec& spec, const Inputs& inputs,
                         const Reference& out, int threads);

/// The number of threads, up to `threads`, that have enough to do to be worth starting.
int useful_threads(const Geometry& geometry, int threads);

/// What the processor supports. These functions are compiled for any processor.
bool has_everything();
bool has_avx2();
bool has_avx512();

// Constants, not functions: no code of a file compiled for a newer processor runs before
// runs_here() was asked.
namespace baseline {
extern const Kernel kKernel;
}
namespace avx2 {
extern const Kernel kKernel;
}
namespace avx512 {
extern const Kernel kKernel;
}

}  // namespace convgauge::reference
