#include "verify/source_images.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>
#include <new>

#include "core/blocks.hpp"
#include "core/convert.hpp"
#include "core/hash.hpp"

namespace convgauge::verify {
namespace {

void multiply(Dtype type, std::byte* data, std::int64_t count, double factor) {
  constexpr std::int64_t kLine = 512;
  double line[kLine];
  for (std::int64_t at = 0; at < count; at += kLine) {
    const auto some = std::min(kLine, count - at);
    load_line(type, data, at, 1, some, line);
    for (std::int64_t i = 0; i < some; ++i) line[i] *= factor;
    store_line(type, data, at, 1, some, line);
  }
}

/// The sum of hash(image) over all images; several threads take them in turn. Throws
/// std::bad_alloc where hash() does.
template <class Hash>
std::uint64_t sum_of_hashes(const SourceImages& images, Hash hash) {
  if (images.spec.geometry.batch == 0) return 0;
  const auto bytes = static_cast<std::int64_t>(std::max<std::size_t>(1, images.image_bytes()));
  std::atomic<std::uint64_t> sum = 0;
  std::atomic<bool> got_memory = true;
  each_block(images.spec.geometry.batch, std::max<std::int64_t>(1, kBlockBytes / bytes),
             [&](std::int64_t begin, std::int64_t end) {
               try {
                 for (auto n = begin; n < end; ++n) sum += hash(n);
               } catch (const std::bad_alloc&) {
                 got_memory = false;
               }
             });
  if (!got_memory) throw std::bad_alloc();
  return sum;
}

/// Images that changed places have another sum.
std::uint64_t hash_of_image(const std::byte* at, std::size_t bytes, std::int64_t image,
                            std::uint64_t key) {
  return keyed_hash(at, bytes, key + static_cast<std::uint64_t>(image));
}

}  // namespace

void SourceImages::make(std::int64_t image, std::byte* out) const {
  fill_image(spec, fill, seed, (image + first) % spec.geometry.batch, out);
  if (scale == 1) return;
  multiply(spec.src_type, out, static_cast<std::int64_t>(image_bytes() / size_of(spec.src_type)),
           scale);
}

std::uint64_t SourceImages::put(std::byte* out, std::uint64_t key) const {
  return sum_of_hashes(*this, [&](std::int64_t n) {
    const auto bytes = image_bytes();
    // Not of `out`, to which a plugin may write meanwhile.
    auto image = std::make_unique_for_overwrite<std::byte[]>(bytes);
    make(n, image.get());
    std::memcpy(out + static_cast<std::size_t>(n) * bytes, image.get(), bytes);
    return hash_of_image(image.get(), bytes, n, key);
  });
}

std::uint64_t SourceImages::hash_at(const std::byte* at, std::uint64_t key) const {
  return sum_of_hashes(*this, [&](std::int64_t n) {
    const auto bytes = image_bytes();
    return hash_of_image(at + static_cast<std::size_t>(n) * bytes, bytes, n, key);
  });
}

}  // namespace convgauge::verify
