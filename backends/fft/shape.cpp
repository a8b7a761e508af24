#include "shape.hpp"

#include <algorithm>
#include <utility>

#include "parts.hpp"

namespace convgauge::backends::fft {
namespace {

// Spectra that are kept at once: they should stay in a thread's share of the last-level cache while
// weights are read through it.
constexpr std::int64_t kSpectraFloats = (std::int64_t{4} << 20) / 4;
// Products of one thread: half of an L2 cache of 1 MiB (Zen 3 and later have 512 KiB to 1 MiB).
constexpr std::int64_t kProductFloats = (std::int64_t{1} << 19) / 4;

// With more weights than this, which do not stay in its caches, one thread does not use Gauss'
// form. At 20 MB that took 15 to 20% longer than one vector at a time (9x9 and 15x15, 64 to 64
// channels at 56x56), at 7 and 9 MB (7x7, 5x5) up to 15% less; with two threads it was faster in
// both cases.
constexpr std::int64_t kStreamedFloats = (std::int64_t{12} << 20) / 4;

std::int64_t divided_up(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

/// The share of lanes that are used where `count` channels or groups are put into vectors.
double filled(std::int64_t count, int width) {
  return static_cast<double>(count) / static_cast<double>(divided_up(count, width) * width);
}

/// The length of the longest part if `count` is divided evenly into as few parts as possible of at
/// most `most` each.
std::int64_t even_part(std::int64_t count, std::int64_t most) {
  const auto parts = divided_up(count, std::max<std::int64_t>(1, most));
  return std::max<std::int64_t>(1, divided_up(count, std::max<std::int64_t>(1, parts)));
}

std::int64_t whole_lines(std::int64_t floats) {
  return divided_up(floats, 16) * 16;
}

/// Whether the lanes are groups. Multiplying lane by lane loads four vectors for four products, a
/// register block less than two: so it must use at least 1.5 times as many lanes as blocks of
/// channels would.
bool lanes_are_groups(const Shape& s, int width) {
  return s.groups > 1 && filled(s.groups, width) >= 1.5 * filled(s.group_out, width);
}

void set_lane_sizes(const Shape& shape, const Cut& cut, Sizes& sizes) {
  const auto vectors = cut.slots() * 2 * sizes.width;
  sizes.out_blocks = divided_up(shape.groups, sizes.width);
  sizes.weight_block = sizes.k * vectors;
  sizes.weights = sizes.out_blocks * shape.group_out * sizes.weight_block;
  sizes.bias = sizes.out_blocks * shape.group_out * sizes.width;
  sizes.spectra = sizes.k * vectors;
  sizes.products = vectors;
}

/// Sets the shares for passes of `pass` vectors: enough shares for all threads, but none smaller
/// than a register block.
void set_shares(std::int64_t pass, std::int64_t product_floats, int tile_rows, int threads,
                Sizes& sizes) {
  sizes.pass_vectors = pass;
  const auto passes = sizes.passes(), rows = std::int64_t{tile_rows};
  const auto wanted = passes % threads == 0 ? 1 : divided_up(std::int64_t{4} * threads, passes);
  const auto largest = std::max(rows, kProductFloats / (pass * product_floats));
  const auto share = std::min(largest, std::max(rows, divided_up(sizes.block_tiles, wanted)));
  sizes.share_tiles = even_part(sizes.block_tiles, share);
}

/// The part of all products that the busiest thread makes.
double busiest(const Sizes& sizes, int threads) {
  const auto shares = sizes.shares(sizes.block_tiles), jobs = sizes.passes() * shares;
  const auto before = [&](std::int64_t job) {  // the work before a job, in vectors x shares
    const auto first = job / shares * sizes.pass_vectors;
    return std::min(first, sizes.out_blocks) * shares +
           job % shares *
               std::min(sizes.pass_vectors, sizes.out_blocks - std::min(first, sizes.out_blocks));
  };
  std::int64_t most = 0;
  for (int id = 0; id < threads; ++id) {
    const Part part = part_of(jobs, id, threads);
    most = std::max(most, before(part.end) - before(part.begin));
  }
  return static_cast<double>(most) / static_cast<double>(sizes.out_blocks * shares);
}

/// Chooses between passes of one and two vectors. Passes of two need three quarters of the
/// products, but there are only half as many to divide among the threads.
void set_work(std::int64_t product_floats, int tile_rows, int threads, Sizes& sizes) {
  Sizes one = sizes;
  set_shares(1, product_floats, tile_rows, threads, one);
  set_shares(2, product_floats, tile_rows, threads, sizes);
  const bool streamed = threads == 1 && sizes.weights > kStreamedFloats;
  if (sizes.out_blocks == 1 || streamed || 0.75 * busiest(sizes, threads) > busiest(one, threads))
    sizes = one;
}

void set_dense_sizes(const Shape& shape, const Cut& cut, const Kernels& kernels, int threads,
                     Sizes& sizes) {
  const auto pair = std::int64_t{2} * sizes.width, slots = cut.slots();
  sizes.in_blocks = divided_up(shape.group_in, sizes.width);
  sizes.out_blocks = divided_up(shape.group_out, sizes.width);
  sizes.weight_block = slots * sizes.k * pair;
  sizes.weights = shape.groups * sizes.out_blocks * sizes.weight_block;
  sizes.bias = shape.groups * sizes.out_blocks * sizes.width;
  sizes.tile_stride = (sizes.branches * sizes.in_blocks + 1) * pair;
  const auto images = std::max<std::int64_t>(1, sizes.images);
  const auto held =
      std::max<std::int64_t>(kernels.tile_rows, kSpectraFloats / (slots * sizes.tile_stride));
  sizes.block_tiles = even_part(images, held);
  set_work(slots * pair, kernels.tile_rows, threads, sizes);
  sizes.spectra = whole_lines(slots * sizes.block_tiles * sizes.tile_stride);
  sizes.product_vector = slots * (sizes.share_tiles | 1) * pair;
  sizes.products = sizes.pass_vectors * sizes.product_vector;
}

}  // namespace

Shape shape_of(const cvg_spec& spec, bool swapped) {
  Shape shape{.batch = spec.batch,
              .groups = spec.groups,
              .group_in = spec.in_channels / spec.groups,
              .group_out = spec.out_channels / spec.groups,
              .across = reduced(spec.h, spec.padding_mode),
              .along = reduced(spec.w, spec.padding_mode),
              .swapped = swapped,
              .layout = spec.layout};
  if (swapped) std::swap(shape.across, shape.along);
  return shape;
}

Sizes sizes_of(const Shape& shape, const Cut& cut, const Kernels& kernels, int threads) {
  Sizes sizes;
  sizes.width = kernels.width;
  sizes.by_lanes = lanes_are_groups(shape, sizes.width);
  sizes.images = shape.batch * cut.across.tiles * cut.along.tiles;
  sizes.branches = branches(shape.across, cut.across) * branches(shape.along, cut.along);
  sizes.k = sizes.branches * shape.group_in;
  if (sizes.by_lanes)
    set_lane_sizes(shape, cut, sizes);
  else
    set_dense_sizes(shape, cut, kernels, threads, sizes);
  sizes.products = whole_lines(sizes.products);
  sizes.scratch = whole_lines(scratch_floats(cut.across.n, cut.along.n, sizes.width));
  sizes.bias = whole_lines(sizes.bias);
  sizes.weights = whole_lines(sizes.weights);
  return sizes;
}

}  // namespace convgauge::backends::fft
