// A keyed checksum, which whoever does not know the key cannot compute.
#pragma once
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "core/layers.hpp"

namespace convgauge::reference {

using SipKey = std::array<std::uint64_t, 2>;

/// SipHash-2-4 of the words that are added (J.-P. Aumasson, D. J. Bernstein: SipHash: a fast
/// short-input PRF, INDOCRYPT 2012, section 2). Bytes are filled up with zeros to whole words, and
/// their number is one more word.
class SipHash {
 public:
  explicit SipHash(const SipKey& key)
      : v_{key[0] ^ 0x736f6d6570736575u, key[1] ^ 0x646f72616e646f6du, key[0] ^ 0x6c7967656e657261u,
           key[1] ^ 0x7465646279746573u} {}

  void add(const void* data, std::size_t bytes) {
    const auto* from = static_cast<const unsigned char*>(data);
    for (std::size_t at = 0; at < bytes; at += 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, from + at, bytes - at < 8 ? bytes - at : 8);
      add_word(word);
    }
    add_word(bytes);
  }

  /// Eight bytes of the message, or its last ones and, in the highest byte, its length.
  void add_word(std::uint64_t word) {
    v_[3] ^= word;
    round();
    round();
    v_[0] ^= word;
  }

  std::uint64_t value() const {
    auto end = *this;
    end.v_[2] ^= 0xff;
    for (int i = 0; i < 4; ++i) end.round();
    return end.v_[0] ^ end.v_[1] ^ end.v_[2] ^ end.v_[3];
  }

 private:
  void round() {
    auto& [a, b, c, d] = v_;
    a += b, b = std::rotl(b, 13) ^ a, a = std::rotl(a, 32);
    c += d, d = std::rotl(d, 16) ^ c;
    a += d, d = std::rotl(d, 21) ^ a;
    c += b, b = std::rotl(b, 17) ^ c, c = std::rotl(c, 32);
  }

  std::array<std::uint64_t, 4> v_;
};

}  // namespace convgauge::reference
