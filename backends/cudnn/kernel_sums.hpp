// The gradient of a bias: diff_dst summed over batch and pixels for each channel, in blocks of
// threads. It is used by kernels.cu and by the tests, which run it on the host. The same kernel
// runs twice: first each of many blocks sums one chunk of a channel, then one block for each
// channel sums those sums. The order of the additions does not depend on the device or on the
// timing of threads.
#pragma once
#include <cstdint>

namespace convgauge::backends::cudnn {

inline constexpr std::int64_t kSumThreads = 256;  // of a block; a power of two
/// Elements that one thread adds one after another. The rounding errors of such a sum grow with
/// their number; those of the tree that adds the threads' sums hardly grow.
inline constexpr std::int64_t kThreadTerms = 64;
// Chunks of a channel: in the second pass each thread adds 16 of them.
inline constexpr std::int64_t kMostChunks = 4096;
/// Channels last: adjacent channels are summed by adjacent threads, so that a warp needs one load.
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
/// The channel that a thread sums; in a block that is not full it may be beyond the last one.
constexpr std::int64_t channel_of(const SumArguments& a, std::int64_t block, std::int64_t thread) {
  return block * a.lanes + thread % a.lanes;
}

/// The first pass, over diff_dst. Its result are chunks(first pass) * channels partial sums of the
/// accumulator's type.
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

/// The second pass, over the sums of the first.
constexpr SumArguments sum_sums(const SumArguments& first) {
  SumArguments a;
  a.from = first.to;
  a.channels = first.channels;
  a.pixels = a.chunk_elements = chunks(first);
  a.pixel_step = first.channels;
  return a;
}

/// The sum of the elements of one thread, added one after another.
template <class T, class Sum>
constexpr Sum thread_sum(const SumArguments& a, std::int64_t block, std::int64_t chunk,
                         std::int64_t thread) {
  const std::int64_t channel = channel_of(a, block, thread), begin = chunk * a.chunk_elements;
  if (channel >= a.channels) return 0;
  const std::int64_t all = a.images * a.pixels, first = begin + thread / a.lanes,
                     step = kSumThreads / a.lanes;
  const std::int64_t end = begin + a.chunk_elements < all ? begin + a.chunk_elements : all;
  // The offset is stepped along, which spares a division for each element.
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

/// One step of the tree that adds the threads' sums. It is called for half = kSumThreads / 2,
/// kSumThreads / 4, ... down to `lanes`; all threads finish a step before the next one.
template <class Sum>
constexpr void add_half(Sum* sums, std::int64_t half, std::int64_t thread) {
  if (thread < half) sums[thread] += sums[thread + half];
}

/// After the tree the first `lanes` threads of the block have its sums, and write them.
template <class To, class Sum>
constexpr void write_sum(const SumArguments& a, const Sum* sums, std::int64_t block,
                         std::int64_t chunk, std::int64_t thread) {
  const std::int64_t channel = channel_of(a, block, thread);
  if (thread < a.lanes && channel < a.channels)
    static_cast<To*>(a.to)[chunk * a.channels + channel] = static_cast<To>(sums[thread]);
}

}  // namespace convgauge::backends::cudnn
