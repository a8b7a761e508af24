// The fast reference: an implicit matrix product in double. Outputs of one channel, flattened over
// images, rows and columns, are cut into panels; output channels into blocks; taps into chunks that
// fit the first-level cache. Every output's sum runs through its taps in the order of
// reference_slow(), and is kept in the output array between chunks.
#include <algorithm>
#include <atomic>
#include <barrier>
#include <cassert>
#include <cmath>
#include <thread>
#include <vector>

#include "core/blocks.hpp"
#include "core/buffer.hpp"
#include "core/convert.hpp"
#include "core/layers.hpp"
#include "reference/as_forward.hpp"
#include "reference/kernel.hpp"
#include "reference/padding.hpp"

namespace convgauge::reference {
namespace {

constexpr std::int64_t kChunk = 256;  // taps: a panel of 12 doubles each is 24 KiB

constexpr int kMostRows = 8;  // of a block, for any kernel

constexpr std::int64_t divided_up(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

/// The constants of one call, shared by its threads and read only.
struct Work {
  const Kernel& kernel;
  const Spec& spec;
  Inputs inputs;
  Reference out;
  const void* src;  // f32 or f64
  bool wide;
  /// Outputs of one channel of an image, of one channel of all images, and the panels of those.
  std::int64_t plane, pixels, panels;
  std::int64_t blocks_per_group, blocks;  // of output channels
  std::int64_t splits;                    // tasks that share the blocks of a panel
  std::int64_t chunk;                     // taps of the packed weights: kChunk, or all there are
  /// [output * kernel + tap]: source index, or -1 for a padding zero.
  std::vector<std::int64_t> rows_from, columns_from;
  /// One for each output channel, then kMostRows zeros.
  std::vector<double> bias, bias_magnitudes;
  double *packed, *packed_magnitudes;  // the weights of one chunk: [block][tap][row]

  std::int64_t tasks() const { return panels * splits; }
  std::int64_t block_doubles() const { return chunk * kernel.rows; }
};

std::vector<std::int64_t> sources(const Axis& a, PaddingMode mode) {
  std::vector<std::int64_t> all;
  for (std::int64_t o = 0; o < a.output(); ++o)
    for (std::int64_t k = 0; k < a.kernel; ++k)
      all.push_back(source_index(mode, a.source(o, k), a.input));
  return all;
}

/// One thread's scratch.
struct Scratch {
  explicit Scratch(const Work& w)
      : panel(static_cast<std::size_t>(kChunk * w.kernel.width) * sizeof(double)),
        tile(static_cast<std::size_t>(w.kernel.rows * w.kernel.width) * sizeof(double)),
        offsets(static_cast<std::size_t>(w.spec.geometry.h.kernel * w.spec.geometry.w.kernel *
                                         w.kernel.width)),
        straight(static_cast<std::size_t>(w.spec.geometry.h.kernel * w.spec.geometry.w.kernel)),
        places(static_cast<std::size_t>(w.kernel.width)) {}
  Buffer panel, tile;
  std::vector<std::int64_t> offsets;
  std::vector<std::uint8_t> straight;
  std::vector<std::int64_t> places;  // of the panel's outputs in channel 0 of the result
  bool in_place = true;              // a whole panel whose places count up by one
  int used = 0;                      // outputs in the panel
};

/// Finds where the outputs of a panel read and write. Outputs beyond the last one repeat it; they
/// are computed and not stored.
void locate(const Work& w, std::int64_t panel, Scratch& s) {
  const Geometry& g = w.spec.geometry;
  const auto width = static_cast<std::int64_t>(w.kernel.width), first = panel * width;
  const Strides x = w.spec.src_strides();
  s.used = static_cast<int>(std::min(width, w.pixels - first));
  for (std::int64_t j = 0; j < width; ++j) {
    const auto pixel = std::min(first + j, w.pixels - 1), n = pixel / w.plane, at = pixel % w.plane;
    const auto oh = at / g.w.output(), ow = at % g.w.output();
    s.places[static_cast<std::size_t>(j)] = n * g.out_channels * w.plane + at;
    for (std::int64_t kh = 0; kh < g.h.kernel; ++kh) {
      const auto ih = w.rows_from[static_cast<std::size_t>(oh * g.h.kernel + kh)];
      for (std::int64_t kw = 0; kw < g.w.kernel; ++kw) {
        const auto iw = w.columns_from[static_cast<std::size_t>(ow * g.w.kernel + kw)];
        s.offsets[static_cast<std::size_t>((kh * g.w.kernel + kw) * width + j)] =
            ih < 0 || iw < 0 ? -1 : n * x[0] + ih * x[2] + iw * x[3];
      }
    }
  }
  s.in_place = s.used == width && s.places.back() - s.places.front() == width - 1;
  for (std::size_t tap = 0; tap < s.straight.size(); ++tap) {
    const auto* o = s.offsets.data() + tap * static_cast<std::size_t>(width);
    bool straight = o[0] >= 0;
    for (std::int64_t j = 1; j < width; ++j) straight &= o[j] == o[0] + j;
    s.straight[tap] = straight;
  }
}

/// Lays out the weights of `block` for taps first ... last - 1; rows beyond the group's last
/// channel are zero.
void pack_weights(const Work& w, std::int64_t block, std::int64_t first, std::int64_t last) {
  const Geometry& g = w.spec.geometry;
  const auto rows = static_cast<std::int64_t>(w.kernel.rows), taps = last - first;
  const auto channel =
      block / w.blocks_per_group * g.group_outputs() + block % w.blocks_per_group * rows;
  const auto used = std::min(rows, g.group_outputs() - block % w.blocks_per_group * rows);
  double* to = w.packed + block * w.block_doubles();
  double* magnitudes = w.packed_magnitudes + block * w.block_doubles();
  double lines[kMostRows][kChunk];
  for (std::int64_t r = 0; r < rows; ++r)
    if (r < used)
      load_line(w.spec.weights_type, w.inputs.weights, (channel + r) * g.terms() + first, 1, taps,
                lines[r]);
    else
      std::fill_n(lines[r], taps, 0.0);
  for (std::int64_t t = 0; t < taps; ++t)
    for (std::int64_t r = 0; r < rows; ++r) {
      to[t * rows + r] = lines[r][t];
      magnitudes[t * rows + r] = std::fabs(lines[r][t]);
    }
}

/// Adds the products of `taps` taps to the sums of one block and panel: in the result, where the
/// outputs of the panel lie side by side, else in a copy. `start`: the bias, for the first chunk;
/// else null, and the sums continue.
void advance(const Work& w, Scratch& s, const double* block, std::int64_t taps, int rows,
             const double* start, double* result) {
  const double* panel = s.panel.as<double>();
  const auto width = static_cast<std::size_t>(w.kernel.width),
             used = static_cast<std::size_t>(s.used);
  if (s.in_place && (rows == w.kernel.rows || rows <= 2))
    return w.kernel.multiply(block, panel, taps, rows, s.used, start, result + s.places[0],
                             w.plane);
  double* tile = s.tile.as<double>();
  for (std::size_t r = 0; !start && r < static_cast<std::size_t>(rows); ++r)
    for (std::size_t j = 0; j < used; ++j)
      tile[r * width + j] = result[static_cast<std::int64_t>(r) * w.plane + s.places[j]];
  w.kernel.multiply(block, panel, taps, rows, s.used, start, tile, w.kernel.width);
  for (std::size_t r = 0; r < static_cast<std::size_t>(rows); ++r)
    for (std::size_t j = 0; j < used; ++j)
      result[static_cast<std::int64_t>(r) * w.plane + s.places[j]] = tile[r * width + j];
}

/// Multiplies all blocks of [first_block, last_block), which belong to one group, by the packed
/// panel.
void sweep_blocks(const Work& w, Scratch& s, std::int64_t first_block, std::int64_t last_block,
                  std::int64_t first, std::int64_t last, bool magnitudes) {
  const Geometry& g = w.spec.geometry;
  const auto rows = static_cast<std::int64_t>(w.kernel.rows);
  const double* packed = magnitudes ? w.packed_magnitudes : w.packed;
  const double* starts = magnitudes ? w.bias_magnitudes.data() : w.bias.data();
  double* result = magnitudes ? w.out.magnitude : w.out.want;
  for (auto block = first_block; block < last_block; ++block) {
    const auto within = block % w.blocks_per_group * rows;
    const auto channel = block / w.blocks_per_group * g.group_outputs() + within;
    advance(w, s, packed + block * w.block_doubles(), last - first,
            static_cast<int>(std::min(rows, g.group_outputs() - within)),
            first == 0 ? starts + channel : nullptr, result + channel * w.plane);
  }
}

/// One task: a panel, and a share of the blocks, group by group.
void run_task(const Work& w, Scratch& s, std::int64_t task, std::int64_t first, std::int64_t last) {
  const Geometry& g = w.spec.geometry;
  const auto split = task % w.splits, end = w.blocks * (split + 1) / w.splits;
  const Strides x = w.spec.src_strides();
  locate(w, task / w.splits, s);
  double* panel = s.panel.as<double>();
  for (auto block = w.blocks * split / w.splits; block < end;) {
    const auto group = block / w.blocks_per_group,
               stop = std::min(end, (group + 1) * w.blocks_per_group);
    const auto skip = group * g.group_inputs() * x[1];
    const void* src = w.wide ? static_cast<const void*>(static_cast<const double*>(w.src) + skip)
                             : static_cast<const void*>(static_cast<const float*>(w.src) + skip);
    w.kernel.pack({src, w.wide, x[1], g.h.kernel * g.w.kernel, s.offsets.data(), s.straight.data()},
                  first, last, panel);
    if (w.out.want) sweep_blocks(w, s, block, stop, first, last, false);
    if (w.out.magnitude) {
      w.kernel.drop_signs(panel, (last - first) * w.kernel.width);
      sweep_blocks(w, s, block, stop, first, last, true);
    }
    block = stop;
  }
}

/// What each thread does for each chunk: first it packs weights, then, when all weights are packed,
/// it runs the tasks of panels. `next`: two counters for each chunk, one for each of these steps.
void run_thread(const Work& w, std::atomic<std::int64_t>* next, std::barrier<>& all_here) {
  Scratch scratch(w);
  const auto terms = w.spec.geometry.terms();
  for (std::int64_t first = 0; first < terms; first += kChunk) {
    const auto last = std::min(first + kChunk, terms);
    auto& weights = *next++;
    auto& tasks = *next++;
    for (auto block = weights++; block < w.blocks; block = weights++)
      pack_weights(w, block, first, last);
    all_here.arrive_and_wait();
    for (auto task = tasks++; task < w.tasks(); task = tasks++)
      run_task(w, scratch, task, first, last);
    all_here.arrive_and_wait();
  }
}

/// The first value of the sums: the bias or 0 for every output channel, and zeros for a few
/// channels beyond, so that whole blocks can be read.
std::vector<double> starts(const Spec& spec, const Inputs& inputs) {
  std::vector<double> bias(static_cast<std::size_t>(spec.geometry.out_channels + kMostRows), 0.0);
  if (spec.geometry.bias)
    load_line(spec.dst_type, inputs.bias, 0, 1, spec.geometry.out_channels, bias.data());
  return bias;
}

std::vector<double> without_signs(std::vector<double> values) {
  for (auto& v : values) v = std::fabs(v);
  return values;
}

/// Narrow types are widened to f32 once (exact), so that the inner loops know two types.
Buffer widened(const Spec& spec, const void* src) {
  const auto count = elements(spec.geometry.src_shape());
  Buffer wide(static_cast<std::size_t>(count) * sizeof(float));
  double line[512];
  for (std::int64_t at = 0; at < count; at += 512) {
    const auto some = std::min<std::int64_t>(512, count - at);
    load_line(spec.src_type, src, at, 1, some, line);
    for (std::int64_t i = 0; i < some; ++i) wide.as<float>()[at + i] = static_cast<float>(line[i]);
  }
  return wide;
}

}  // namespace

/// Starting a thread takes about as long as 10^5 products, so each gets at least 10^6 flops.
int useful_threads(const Geometry& g, int threads) {
  return static_cast<int>(std::clamp<std::int64_t>(g.flops() / 1'000'000, 1, threads));
}

void reference_fast_with(const Kernel& kernel, const Spec& spec, const Inputs& inputs,
                         const Reference& out, int threads) {
  assert(spec.direction == Direction::forward && threads >= 1 && kernel.runs_here() &&
         kernel.rows <= kMostRows);
  const Geometry& g = spec.geometry;
  if (g.batch == 0) return;
  threads = useful_threads(g, threads);
  if (suits_planes(spec, threads)) return reference_by_planes(kernel, spec, inputs, out, threads);
  const bool narrow = precision(spec.src_type) < precision(Dtype::f32);
  const Buffer wide = narrow ? widened(spec, inputs.src) : Buffer();
  const auto plane = g.h.output() * g.w.output(), pixels = g.batch * plane;
  const auto panels = divided_up(pixels, kernel.width);
  const auto blocks_per_group = divided_up(g.group_outputs(), kernel.rows),
             blocks = g.groups * blocks_per_group;
  const auto splits = threads == 1 ? 1 : std::clamp<std::int64_t>(8 * threads / panels, 1, blocks);
  const auto chunk = std::min(kChunk, g.terms());
  Buffer packed(static_cast<std::size_t>(2 * blocks * chunk * kernel.rows) * sizeof(double));
  const Work work{.kernel = kernel,
                  .spec = spec,
                  .inputs = inputs,
                  .out = out,
                  .src = narrow ? wide.data() : inputs.src,
                  .wide = spec.src_type == Dtype::f64,
                  .plane = plane,
                  .pixels = pixels,
                  .panels = panels,
                  .blocks_per_group = blocks_per_group,
                  .blocks = blocks,
                  .splits = splits,
                  .chunk = chunk,
                  .rows_from = sources(g.h, g.padding_mode),
                  .columns_from = sources(g.w, g.padding_mode),
                  .bias = starts(spec, inputs),
                  .bias_magnitudes = without_signs(starts(spec, inputs)),
                  .packed = packed.as<double>(),
                  .packed_magnitudes = packed.as<double>() + blocks * chunk * kernel.rows};
  std::vector<std::atomic<std::int64_t>> next(
      static_cast<std::size_t>(2 * divided_up(g.terms(), kChunk)));
  std::barrier<> all_here(threads);
  std::vector<std::jthread> team;
  const auto missing =
      start_threads(team, threads - 1, [&] { run_thread(work, next.data(), all_here); });
  for (auto i = missing.count; i > 0; --i) all_here.arrive_and_drop();
  run_thread(work, next.data(), all_here);
}

void reference_fast(const Spec& spec, const Inputs& inputs, const Reference& out, int threads) {
  if (spec.direction != Direction::forward) return reference_backward(spec, inputs, out, threads);
  reference_fast_with(best_kernel(), spec, inputs, out, threads);
}

}  // namespace convgauge::reference
