#include "convolution.hpp"

#ifdef _OPENMP
#include <omp.h>
#endif

#include <algorithm>

#include "parts.hpp"

namespace convgauge::backends::fft {
namespace {

struct Team {
  int id = 0, threads = 1;
};

Team team() {
#ifdef _OPENMP
  return {omp_get_thread_num(), omp_get_num_threads()};
#else
  return {};
#endif
}

ImageLayout image_layout(const cvg_spec& spec, std::int64_t channels, std::int64_t height,
                         std::int64_t width, int vector_width) {
  return {spec.layout, channels, height, width,
          spec.layout == CVG_LAYOUT_NATIVE ? vector_width : 1};
}

}  // namespace

Convolution::Convolution(const cvg_spec& spec, const Shape& shape, const Cut& cut,
                         const Kernels& kernels, int threads)
    : shape_(shape),
      cut_(cut),
      kernels_(&kernels),
      threads_(threads),
      sizes_(sizes_of(shape, cut, kernels, threads)),
      src_(image_layout(spec, spec.in_channels, spec.h.input, spec.w.input, kernels.width)),
      dst_(image_layout(spec, spec.out_channels,
                        shape.swapped ? shape.along.output : shape.across.output,
                        shape.swapped ? shape.across.output : shape.along.output, kernels.width)),
      across_(shape.across, cut.across),
      along_(shape.along, cut.along) {
  const auto* s = spec.weights_strides;
  strides_ = {nullptr, s[0], s[1], shape.swapped ? s[3] : s[2], shape.swapped ? s[2] : s[3]};
  for (std::int64_t b = 0; b < sizes_.branches; ++b)
    for (std::int64_t c = 0; c < shape.group_in; c += sizes_.width)
      block_lanes_.push_back(
          static_cast<std::int32_t>(std::min<std::int64_t>(sizes_.width, shape.group_in - c)));
}

void Convolution::prepare(const float* weights, const float* bias, float* packed) const {
  auto source = strides_;
  source.weights = weights;
  pack_weights(shape_, cut_, sizes_, source, threads_, packed);
  pack_bias(shape_, sizes_, bias, packed + sizes_.weights);
}

Convolution::Image Convolution::image(std::int64_t i) const {
  const auto tiles = across_.tiles() * along_.tiles();
  return {i / tiles, i % tiles / along_.tiles(), i % along_.tiles()};
}

void Convolution::forward(const float* src, const Image& at, std::int64_t branch,
                          const Channels& channels, float* scratch, float* out,
                          std::int64_t slot_stride) const {
  const auto along_branches = branches(shape_.along, cut_.along);
  const AxisSamples rows = across_.samples(at.across, branch / along_branches);
  const AxisSamples columns = along_.samples(at.along, branch % along_branches);
  TileSource source{.image = src + at.batch * src_.image_stride(),
                    .channels = channels,
                    .rows = rows.indices,
                    .columns = columns.indices,
                    .row_stride = src_.row_stride(),
                    .pixel_stride = src_.pixel_stride(),
                    .run_begin = columns.begin,
                    .run_end = columns.end,
                    .column_step = shape_.along.source_step};
  if (shape_.swapped) std::swap(source.row_stride, source.pixel_stride);
  kernels_->forward(cut_.across.n, cut_.along.n, source, scratch, out, slot_stride);
}

void Convolution::inverse(const float* in, std::int64_t slot_stride, const Image& at,
                          const Channels& channels, const float* bias, float* scratch,
                          float* dst) const {
  const AxisTile &rows = across_.tile(at.across), &columns = along_.tile(at.along);
  auto row_stride = dst_.row_stride(), pixel_stride = dst_.pixel_stride();
  if (shape_.swapped) std::swap(row_stride, pixel_stride);
  const TileTarget target{.image = dst + at.batch * dst_.image_stride() +
                                   rows.first_output * row_stride +
                                   columns.first_output * pixel_stride,
                          .channels = channels,
                          .h = static_cast<int>(rows.outputs),
                          .w = static_cast<int>(columns.outputs),
                          .row_stride = row_stride * shape_.across.output_step,
                          .pixel_stride = pixel_stride * shape_.along.output_step,
                          .bias = bias};
  kernels_->inverse(cut_.across.n, cut_.along.n, in, slot_stride, scratch, target);
}

/// Dense: the work on one block of tiles for one group, which the threads divide.
struct Convolution::Shares {
  const float* src;
  float* dst;
  const float *weights, *bias;
  float *spectra, *threads;
  std::int64_t group, first, tiles;
};

void Convolution::transform_inputs(const Shares& work, int id, int threads) const {
  const auto pair = std::int64_t{2} * sizes_.width, per_tile = sizes_.branches * sizes_.in_blocks;
  float* scratch = work.threads + id * sizes_.thread_floats() + sizes_.products;
  const Part part = part_of(work.tiles * per_tile, id, threads);
  for (auto i = part.begin; i < part.end; ++i) {
    const auto tile = i / per_tile, block = i % per_tile,
               first = block % sizes_.in_blocks * sizes_.width;
    const auto lanes = std::min<std::int64_t>(sizes_.width, shape_.group_in - first);
    const auto channels =
        src_.vector_of(work.group * shape_.group_in + first, 1, lanes, sizes_.width, false);
    forward(work.src, image(work.first + tile), block / sizes_.in_blocks, channels, scratch,
            work.spectra + tile * sizes_.tile_stride + block * pair,
            work.tiles * sizes_.tile_stride);
  }
}

void Convolution::multiply_and_return(const Shares& work, int id, int threads) const {
  const auto pair = std::int64_t{2} * sizes_.width;
  float* products = work.threads + id * sizes_.thread_floats();
  const auto shares = sizes_.shares(work.tiles);
  const Part part = part_of(sizes_.passes() * shares, id, threads);
  for (auto i = part.begin; i < part.end; ++i) {
    const auto block = i / shares * sizes_.pass_vectors;
    const Part tiles = {work.tiles * (i % shares) / shares, work.tiles * (i % shares + 1) / shares};
    const auto index = work.group * sizes_.out_blocks + block;
    const Product product{
        .in = work.spectra + tiles.begin * sizes_.tile_stride,
        .in_slot = work.tiles * sizes_.tile_stride,
        .in_tile = sizes_.tile_stride,
        .weights = work.weights + index * sizes_.weight_block,
        .weight_slot = sizes_.k * pair,
        .weight_vector = sizes_.weight_block,
        .out = products,
        .out_slot = (sizes_.share_tiles | 1) * pair,
        .out_vector = sizes_.product_vector,
        .vectors = static_cast<int>(std::min(sizes_.pass_vectors, sizes_.out_blocks - block)),
        .tiles = static_cast<int>(tiles.end - tiles.begin),
        .blocks = static_cast<int>(block_lanes_.size()),
        .block_lanes = block_lanes_.data(),
        .slots = cut_.slots(),
        .tile_h = cut_.across.n};
    kernels_->multiply(product);
    for (int v = 0; v < product.vectors; ++v)
      return_tiles(work, product, block + v, v, tiles, products + sizes_.products);
  }
}

/// The inverse transforms of some tiles, for one vector of output channels.
void Convolution::return_tiles(const Shares& work, const Product& product, std::int64_t block,
                               int vector, const Part& tiles, float* scratch) const {
  const auto pair = std::int64_t{2} * sizes_.width, first = block * sizes_.width;
  const auto lanes = std::min<std::int64_t>(sizes_.width, shape_.group_out - first);
  const auto channels =
      dst_.vector_of(work.group * shape_.group_out + first, 1, lanes, sizes_.width, true);
  const float* bias = work.bias + (work.group * sizes_.out_blocks + block) * sizes_.width;
  for (auto tile = tiles.begin; tile < tiles.end; ++tile)
    inverse(product.out + vector * product.out_vector + (tile - tiles.begin) * pair,
            product.out_slot, image(work.first + tile), channels, bias, scratch, work.dst);
}

void Convolution::run_dense(const float* src, float* dst, const float* packed,
                            float* workspace) const {
  const auto [id, threads] = team();
  for (std::int64_t first = 0; first < sizes_.images; first += sizes_.block_tiles)
    for (std::int64_t group = 0; group < shape_.groups; ++group) {
      const Shares work{src,
                        dst,
                        packed,
                        packed + sizes_.weights,
                        workspace,
                        workspace + sizes_.spectra,
                        group,
                        first,
                        std::min(sizes_.block_tiles, sizes_.images - first)};
      transform_inputs(work, id, threads);
#pragma omp barrier
      multiply_and_return(work, id, threads);
#pragma omp barrier
    }
}

void Convolution::run_lanes(const float* src, float* dst, const float* packed, float* workspace,
                            int id, int threads) const {
  const auto pair = std::int64_t{2} * sizes_.width;
  float* spectra = workspace + id * sizes_.thread_floats();
  float *products = spectra + sizes_.spectra, *scratch = products + sizes_.products;
  const Part part = part_of(sizes_.out_blocks * sizes_.images, id, threads);
  for (auto i = part.begin; i < part.end; ++i) {
    const auto block = i / sizes_.images, first = block * sizes_.width;
    const Image at = image(i % sizes_.images);
    const auto lanes = std::min<std::int64_t>(sizes_.width, shape_.groups - first);
    for (std::int64_t k = 0; k < sizes_.k; ++k)
      forward(src, at, k / shape_.group_in,
              src_.vector_of(first * shape_.group_in + k % shape_.group_in, shape_.group_in, lanes,
                             sizes_.width, false),
              scratch, spectra + k * pair, sizes_.k * pair);
    for (std::int64_t o = 0; o < shape_.group_out; ++o) {
      const auto index = block * shape_.group_out + o;
      kernels_->multiply_lanes({.in = spectra,
                                .weights = packed + index * sizes_.weight_block,
                                .out = products,
                                .k = static_cast<int>(sizes_.k),
                                .slots = cut_.slots(),
                                .tile_h = cut_.across.n});
      inverse(
          products, pair, at,
          dst_.vector_of(first * shape_.group_out + o, shape_.group_out, lanes, sizes_.width, true),
          packed + sizes_.weights + index * sizes_.width, scratch, dst);
    }
  }
}

void Convolution::clear_tail(float* dst) const {
  if (!dst_.has_tail()) return;
  const auto plane = dst_.height * dst_.width * dst_.block;
  for (std::int64_t n = 0; n < shape_.batch; ++n) {
    float* last = dst + n * dst_.image_stride() + (dst_.blocks() - 1) * plane;
    for (std::int64_t i = 0; i < plane; i += dst_.block)
      std::fill(last + i + dst_.channels % dst_.block, last + i + dst_.block, 0.0f);
  }
}

void Convolution::execute(const float* src, float* dst, const float* packed,
                          float* workspace) const {
#pragma omp parallel num_threads(threads_)
  {
    if (sizes_.by_lanes)
      run_lanes(src, dst, packed, workspace, team().id, team().threads);
    else
      run_dense(src, dst, packed, workspace);
  }
  clear_tail(dst);
}

}  // namespace convgauge::backends::fft
