// Structs that begin with their size: reads those of an older or newer host, and writes as much as
// fits into them.
#pragma once
#include <convgauge/plugin.h>
#include <convgauge/sdk/hidden.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace CVG_HIDDEN cvg {

/// A copy of `*from` in the form that this plugin was compiled with. Fields that the host does not
/// have are zero.
template <class T>
T read_struct(const T* from) {
  T copy{};
  if (from) std::memcpy(&copy, from, std::min(sizeof(T), from->struct_size));
  copy.struct_size = sizeof(T);
  return copy;
}

/// Fills `*out` up to the host's struct_size, and leaves struct_size as it is.
template <class T>
void write_struct(const T& from, T* out) {
  const std::size_t room = out->struct_size;
  if (room < sizeof(std::size_t)) return;
  std::memcpy(out, &from, std::min(sizeof(T), room));
  out->struct_size = room;
}

/// Fills an array of the host, whose elements lie the host's struct_size apart. Sets *count to the
/// number of elements in `from`, even if that is more than `capacity`.
template <class T>
void write_array(std::span<const T> from, T* out, std::int32_t capacity, std::int32_t* count) {
  *count = static_cast<std::int32_t>(from.size());
  if (!out || capacity <= 0) return;
  const std::size_t step = out->struct_size;
  auto* place = reinterpret_cast<unsigned char*>(out);
  for (std::size_t i = 0; i < std::min(from.size(), static_cast<std::size_t>(capacity));
       ++i, place += step)
    write_struct(from[i], reinterpret_cast<T*>(place));
}

/// Writes a zero-terminated text of at most `capacity` bytes, zero included; never cut inside a
/// UTF-8 character.
inline void write_text(std::string_view text, char* out, std::size_t capacity) {
  if (!out || capacity == 0) return;
  std::size_t length = std::min(text.size(), capacity - 1);
  const auto continues = [&](std::size_t i) {
    return (static_cast<unsigned char>(text[i]) & 0xC0u) == 0x80u;
  };
  if (length < text.size())
    while (length > 0 && continues(length)) --length;
  std::memcpy(out, text.data(), length);
  out[length] = '\0';
}

/// The same into a note, which may be null.
inline void write_note(cvg_note* note, std::string_view text) {
  if (note) write_text(text, note->text, note->capacity);
}

}  // namespace cvg
