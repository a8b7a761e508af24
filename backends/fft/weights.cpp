#include "weights.hpp"

#include <algorithm>
#include <vector>

#include "parts.hpp"
#include "twiddle.hpp"

namespace convgauge::backends::fft {
namespace {

struct Phasor {
  double re = 0, im = 0;
};

/// e^(-2 pi i k / n) for all k.
std::vector<Phasor> roots_of_unity(int n) {
  std::vector<Phasor> roots(static_cast<std::size_t>(n));
  for (int k = 0; k < n; ++k) {
    const Root r = root_of_unity(n, k);
    roots[static_cast<std::size_t>(k)] = {static_cast<double>(r.cosine),
                                          -static_cast<double>(r.sine)};
  }
  return roots;
}

// Kernels that are transformed together; the compiler vectorizes the loops over them.
constexpr int kLanes = kMaxWidth;

/// Transforms taps[across][along][lane] of one branch into slots, by sums over all taps: the kernel
/// is small, and sums in double of at most 64 x 64 terms are far more precise than a float.
class SlotTransform {
 public:
  SlotTransform(const Cut& cut)
      : h_(cut.across.n),
        w_(cut.along.n),
        rows_(static_cast<int>(cut.across.piece_taps)),
        columns_(static_cast<int>(cut.along.piece_taps)),
        root_h_(roots_of_unity(h_)),
        root_w_(roots_of_unity(w_)),
        taps_(static_cast<std::size_t>(rows_ * columns_ * kLanes)),
        lines_(static_cast<std::size_t>((w_ / 2 + 1) * rows_ * 2 * kLanes)) {}

  double& tap(std::int64_t y, std::int64_t x, int lane) {
    return taps_[static_cast<std::size_t>((y * columns_ + x) * kLanes + lane)];
  }

  /// Calls put(slot, re[kLanes], im[kLanes]) for every slot.
  template <class Put>
  void run(Put&& put) {
    transform_lines();
    for (int ky = 0; ky < h_; ++ky)
      for (int kx = 1; kx < w_ / 2; ++kx) put_point(kx * h_ + ky, ky, kx, put);
    if (h_ == 1) return put_pair(0, 0, 0, 0, w_ / 2, put);
    put_pair(0, 0, 0, h_ / 2, 0, put);
    put_pair(h_ / 2, 0, w_ / 2, h_ / 2, w_ / 2, put);
    for (int ky = 1; ky < h_ / 2; ++ky) {
      put_point(ky, ky, 0, put);
      put_point(h_ / 2 + ky, ky, w_ / 2, put);
    }
  }

 private:
  double* line(int kx, int y) {
    return lines_.data() + static_cast<std::size_t>((kx * rows_ + y) * 2 * kLanes);
  }

  void transform_lines() {
    for (int kx = 0; kx <= w_ / 2; ++kx)
      for (int y = 0; y < rows_; ++y) {
        double* sum = line(kx, y);
        std::fill_n(sum, 2 * kLanes, 0.0);
        for (int x = 0; x < columns_; ++x) {
          const Phasor root = root_w_[static_cast<std::size_t>(kx * x % w_)];
          const double* from = &tap(y, x, 0);
          for (int l = 0; l < kLanes; ++l) sum[l] += from[l] * root.re;
          for (int l = 0; l < kLanes; ++l) sum[kLanes + l] += from[l] * root.im;
        }
      }
  }

  void point(int ky, int kx, double* re, double* im) {
    std::fill_n(re, kLanes, 0.0);
    std::fill_n(im, kLanes, 0.0);
    for (int y = 0; y < rows_; ++y) {
      const Phasor root = root_h_[static_cast<std::size_t>(ky * y % h_)];
      const double* from = line(kx, y);
      for (int l = 0; l < kLanes; ++l) {
        re[l] += from[l] * root.re - from[kLanes + l] * root.im;
        im[l] += from[l] * root.im + from[kLanes + l] * root.re;
      }
    }
  }

  template <class Put>
  void put_point(std::int64_t slot, int ky, int kx, Put& put) {
    double re[kLanes], im[kLanes];
    point(ky, kx, re, im);
    const double scale = 0.5 / (h_ * w_);
    for (int l = 0; l < kLanes; ++l) {
      re[l] *= scale;
      im[l] *= -scale;
    }
    put(slot, re, im);
  }

  /// A slot that holds the two real numbers at (ky, kx) and (other_ky, other_kx).
  template <class Put>
  void put_pair(std::int64_t slot, int ky, int kx, int other_ky, int other_kx, Put& put) {
    double first[kLanes], second[kLanes], nothing[kLanes];
    point(ky, kx, first, nothing);
    point(other_ky, other_kx, second, nothing);
    for (int l = 0; l < kLanes; ++l) {
      first[l] /= h_ * w_;
      second[l] /= h_ * w_;
    }
    put(slot, first, second);
  }

  int h_, w_, rows_, columns_;
  std::vector<Phasor> root_h_, root_w_;
  std::vector<double> taps_, lines_;
};

/// The output and input channel of one lane of a vector of weights.
struct LaneChannels {
  std::int64_t out, in;
};

/// Loads the taps of one branch for one vector of weights; lanes from `lanes` on become zero.
template <class ChannelOf>
void load_taps(const Shape& shape, const Cut& cut, const WeightSource& source, std::int64_t branch,
               int lanes, ChannelOf channel_of, SlotTransform& transform) {
  const auto along_branches = branches(shape.along, cut.along);
  const auto by = branch / along_branches, bx = branch % along_branches;
  for (std::int64_t y = 0; y < cut.across.piece_taps; ++y)
    for (std::int64_t x = 0; x < cut.along.piece_taps; ++x) {
      const auto ty = tap_of(shape.across, cut.across, by, y),
                 tx = tap_of(shape.along, cut.along, bx, x);
      for (int l = 0; l < kLanes; ++l) {
        double value = 0;
        if (l < lanes && ty >= 0 && tx >= 0) {
          const LaneChannels c = channel_of(l);
          value = static_cast<double>(source.weights[c.out * source.out + c.in * source.in +
                                                     ty * source.across + tx * source.along]);
        }
        transform.tap(y, x, l) = value;
      }
    }
}

/// A block of packed weights, by its two outer indices: (group, out block) if dense, (group block,
/// out) if the lanes are groups. `lanes`: of its vectors, how many lanes are used.
struct Block {
  std::int64_t first, second;
  int lanes;

  LaneChannels channels(const Shape& s, const Sizes& sizes, std::int64_t in, int lane) const {
    if (sizes.by_lanes) return {(first * sizes.width + lane) * s.group_out + second, in};
    return {first * s.group_out + second * sizes.width + lane, in};
  }
};

std::int64_t blocks_of(const Shape& shape, const Sizes& sizes) {
  return sizes.out_blocks * (sizes.by_lanes ? shape.group_out : shape.groups);
}

Block block_of(const Shape& shape, const Sizes& sizes, std::int64_t i) {
  const auto seconds = sizes.by_lanes ? shape.group_out : sizes.out_blocks;
  const auto first = i / seconds, second = i % seconds;
  const auto left =
      sizes.by_lanes ? shape.groups - first * sizes.width : shape.group_out - second * sizes.width;
  return {first, second, static_cast<int>(std::min<std::int64_t>(sizes.width, left))};
}

/// All slots of one block for one k = (branch, in channel).
void pack_vector(const Shape& shape, const Cut& cut, const Sizes& sizes, const WeightSource& source,
                 const Block& block, std::int64_t k, SlotTransform& transform, float* packed) {
  const auto branch = k / shape.group_in, in = k % shape.group_in;
  load_taps(
      shape, cut, source, branch, block.lanes,
      [&](int lane) { return block.channels(shape, sizes, in, lane); }, transform);
  const auto pair = std::int64_t{2} * sizes.width;
  transform.run([&](std::int64_t slot, const double* re, const double* im) {
    float* to = packed + (slot * sizes.k + k) * pair;
    for (int l = 0; l < sizes.width; ++l) {
      to[l] = static_cast<float>(re[l]);
      to[sizes.width + l] = static_cast<float>(im[l]);
    }
  });
}

}  // namespace

void pack_weights(const Shape& shape, const Cut& cut, const Sizes& sizes,
                  const WeightSource& source, int threads, float* packed) {
  const auto blocks = blocks_of(shape, sizes);
  // Allocated here, because an exception must not leave the parallel loop.
  std::vector<SlotTransform> transforms(static_cast<std::size_t>(threads), SlotTransform(cut));
#pragma omp parallel for num_threads(threads) schedule(static, 1)
  for (int id = 0; id < threads; ++id) {
    const Part part = part_of(blocks * sizes.k, id, threads);
    for (auto work = part.begin; work < part.end; ++work)
      pack_vector(shape, cut, sizes, source, block_of(shape, sizes, work / sizes.k), work % sizes.k,
                  transforms[static_cast<std::size_t>(id)],
                  packed + work / sizes.k * sizes.weight_block);
  }
}

void pack_bias(const Shape& shape, const Sizes& sizes, const float* bias, float* packed) {
  std::fill_n(packed, sizes.bias, 0.0f);
  if (!bias) return;
  for (std::int64_t i = 0; i < blocks_of(shape, sizes); ++i) {
    const Block block = block_of(shape, sizes, i);
    for (int l = 0; l < block.lanes; ++l)
      packed[i * sizes.width + l] = bias[block.channels(shape, sizes, 0, l).out];
  }
}

}  // namespace convgauge::backends::fft
