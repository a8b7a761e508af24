// A source that is made anew, image by image, wherever it is needed.
#pragma once
#include <cstddef>
#include <cstdint>

#include "core/fill.hpp"
#include "core/layers.hpp"

namespace convgauge::verify {

/// What fill_src() writes for a problem, with images in another order and scaled, without being
/// held in memory. Forward direction; no probe fill. [any thread]
struct SourceImages {
  Spec spec;
  Fill fill = Fill::normal;
  std::uint64_t seed = 0;
  std::int64_t first = 0;  // image n is the fill's image (n + first) % batch
  double scale = 1;        // a power of two

  std::size_t image_bytes() const {
    return spec.src_bytes() / static_cast<std::size_t>(spec.geometry.batch);
  }
  /// Writes one image, of image_bytes().
  void make(std::int64_t image, std::byte* out) const;
  /// Writes all of them, one after the other, as in every layout. Returns hash_at() of them.
  std::uint64_t put(std::byte* out, std::uint64_t key) const;
  /// Of what lies at `at`: another one where it is something else.
  std::uint64_t hash_at(const std::byte* at, std::uint64_t key) const;
};

}  // namespace convgauge::verify
