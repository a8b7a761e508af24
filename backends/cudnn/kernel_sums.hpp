// The gradient of a bias: diff_dst summed over batch and pixels for each channel, in blocks of
// threads. Shared by kernels.cu and by the tests, which run it on the host. Twice the same kernel:
// many blocks sum a chunk of a channel each, then one block for each channel sums those. No order
// depends on the device or on who comes first.
#pragma once
#include <cstdint>

namespace convgauge::backends::cudnn {

inline constexpr std::int64_t kSumThreads = 256;  // of a block; a power of two
/// Elements that one thread adds one after another: their rounding errors add up, those of the tree
/// above hardly do.
inline constexpr std::int64_t kThreadTerms = 64;
// Of a channel: the second pass adds 16 of them a thread.
inline constexpr std::int64_t kMostChunks = 4096;
/// Channels beside each other in memory are summed by threads beside each other: one load for a
/// warp.
inline constexpr std::int64_t kLanes = 32;

/// to[chunk * channels + c] = the sum of elements [chunk * chunk_elements, (chunk + 1) *
/// chunk_elements) of channel c, which has images * pixels of them. Steps are in elements.
struct SumArguments {
  const void* from = nullptr;
  void* to = nullptr;
  std::int64_t channels = 1, images = 1, pixels = 1;
  std::int64_t channel_step = 1, image_step = 1, pixel_step = 1;
  std::int64_t chunk_elements = 1;
  std::int64_t lanes = 1;  // channels of one block; a power of two
};

constexpr std::int64_t chunks(const SumArguments& a) {
  return (a.images * a.pixels + a.chunk_elements - 1) / a.chunk_elements;
}
constexpr std::int64_t channel_blocks(const SumArguments& a) {
  return (a.channels + a.lanes - 1) / a.lanes;
}
/// Of a thread: the channel that it sums, beyond the last one in a block that is not full.
constexpr std::int64_t channel_of(const SumArguments& a, std::int64_t block, std::int64_t thread) {
  return block * a.lanes + thread % a.lanes;
}

/// The first pass over diff_dst. Partial sums: chunks(it) * channels, of the accumulator's type.
constexpr SumArguments sum_chunks(std::int64_t batch, std::int64_t channels, std::int64_t pixels,
                                  bool channels_last) {
  SumArguments a;
  a.channels = channels;
  a.images = channels_last ? 1 : batch;
  a.pixels = channels_last ? batch * pixels : pixels;
  a.channel_step = channels_last ? 1 : pixels;
  a.image_step = channels * pixels;
  a.pixel_step = channels_last ? channels : 1;
  a.lanes = channels_last ? kLanes : 1;
  const std::int64_t enough = kThreadTerms * kSumThreads / a.lanes;
  const std::int64_t least = (batch * pixels + kMostChunks - 1) / kMostChunks;
  a.chunk_elements = enough > least ? enough : least;
  return a;
}

/// The second one, over the sums of the first.
constexpr SumArguments sum_sums(const SumArguments& first) {
  SumArguments a;
  a.from = first.to;
  a.channels = first.channels;
  a.pixels = a.chunk_elements = chunks(first);
  a.pixel_step = first.channels;
  return a;
}

/// The elements of one thread, one after another.
template <class T, class Sum>
constexpr Sum thread_sum(const SumArguments& a, std::int64_t block, std::int64_t chunk,
                         std::int64_t thread) {
  const std::int64_t channel = channel_of(a, block, thread), begin = chunk * a.chunk_elements;
  if (channel >= a.channels) return 0;
  const std::int64_t all = a.images * a.pixels, first = begin + thread / a.lanes,
                     step = kSumThreads / a.lanes;
  const std::int64_t end = begin + a.chunk_elements < all ? begin + a.chunk_elements : all;
  // Stepped along without a division for each element.
  const std::int64_t pixels = step % a.pixels;
  const std::int64_t stride = step / a.pixels * a.image_step + pixels * a.pixel_step;
  const std::int64_t carry = a.image_step - a.pixels * a.pixel_step;
  std::int64_t pixel = first % a.pixels;
  const T* at = static_cast<const T*>(a.from) + channel * a.channel_step;
  std::int64_t offset = first / a.pixels * a.image_step + pixel * a.pixel_step;
  Sum sum = 0;
  for (std::int64_t i = first; i < end; i += step) {
    sum += static_cast<Sum>(at[offset]);
    pixel += pixels;
    offset += stride;
    if (pixel >= a.pixels) {
      pixel -= a.pixels;
      offset += carry;
    }
  }
  return sum;
}

/// The tree: for half = kSumThreads / 2, .. lanes, every thread below `half`, all of them before
/// the next half.
template <class Sum>
constexpr void add_half(Sum* sums, std::int64_t half, std::int64_t thread) {
  if (thread < half) sums[thread] += sums[thread + half];
}

/// Then the first threads of the block have its sums.
template <class To, class Sum>
constexpr void write_sum(const SumArguments& a, const Sum* sums, std::int64_t block,
                         std::int64_t chunk, std::int64_t thread) {
  const std::int64_t channel = channel_of(a, block, thread);
  if (thread < a.lanes && channel < a.channels)
    static_cast<To*>(a.to)[chunk * a.channels + channel] = static_cast<To>(sums[thread]);
}

}  // namespace convgauge::backends::cudnn
