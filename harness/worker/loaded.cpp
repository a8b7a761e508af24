#include "worker/loaded.hpp"

#include <elf.h>
#include <fmt/format.h>
#include <link.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <string_view>

#include "core/hash.hpp"

namespace convgauge::worker {
namespace {

/// What the loader's list says. Files are read after the walk, which holds the loader's lock.
struct Seen {
  std::uint64_t loads = 0;
  std::vector<std::pair<std::string, std::string>> files;  // path as found, build-id or nothing
};

/// Whether the segment is part of what was loaded: a file may have its notes elsewhere.
bool in_memory(const dl_phdr_info& info, const ElfW(Phdr) & segment) {
  for (int i = 0; i < info.dlpi_phnum; ++i) {
    const auto& load = info.dlpi_phdr[i];
    if (load.p_type == PT_LOAD && (load.p_flags & PF_R) && segment.p_vaddr >= load.p_vaddr &&
        segment.p_vaddr + segment.p_memsz <= load.p_vaddr + load.p_filesz)
      return true;
  }
  return false;
}

/// The hex digits of NT_GNU_BUILD_ID among the notes of a segment (System V gABI, "Note section":
/// sizes of name and contents, the type, then both, each padded to 4 bytes).
std::string build_id_in(std::string_view notes) {
  const auto padded = [](std::size_t bytes) { return (bytes + 3) & ~std::size_t{3}; };
  while (notes.size() >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) note{};
    std::memcpy(&note, notes.data(), sizeof note);
    const auto name = sizeof note, contents = name + padded(note.n_namesz);
    const auto end = contents + padded(note.n_descsz);
    if (end > notes.size()) break;
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
        notes.substr(name, 3) == ELF_NOTE_GNU) {
      std::string hex;
      for (const char byte : notes.substr(contents, note.n_descsz))
        hex += fmt::format("{:02x}", static_cast<unsigned char>(byte));
      return hex;
    }
    notes.remove_prefix(end);
  }
  return {};
}

std::string build_id(const dl_phdr_info& info) {
  for (int i = 0; i < info.dlpi_phnum; ++i) {
    const auto& segment = info.dlpi_phdr[i];
    if (segment.p_type != PT_NOTE || !in_memory(info, segment)) continue;
    const auto* bytes = reinterpret_cast<const char*>(info.dlpi_addr + segment.p_vaddr);
    if (auto id = build_id_in({bytes, segment.p_memsz}); !id.empty()) return id;
  }
  return {};
}

int see(dl_phdr_info* info, std::size_t, void* data) {
  auto& seen = *static_cast<Seen*>(data);
  seen.loads = info->dlpi_adds;
  const std::string path = info->dlpi_name ? info->dlpi_name : "";
  if (path.find('/') != std::string::npos) seen.files.emplace_back(path, build_id(*info));
  return 0;
}

int see_loads(dl_phdr_info* info, std::size_t, void* data) {
  *static_cast<std::uint64_t*>(data) = info->dlpi_adds;
  return 1;  // the first entry knows
}

std::string id_of(const std::string& build_id, const std::filesystem::path& path) {
  if (!build_id.empty()) return "build-id " + build_id;
  const auto hash = hash_of(path);
  return hash.empty() ? "unknown" : "hash " + hash;
}

}  // namespace

Libraries LoadedLibraries::news() {
  std::uint64_t loads = 0;
  ::dl_iterate_phdr(see_loads, &loads);
  if (loads == loads_) return {};
  Seen seen;
  ::dl_iterate_phdr(see, &seen);
  loads_ = seen.loads;
  Libraries news;
  for (const auto& [file, build_id] : seen.files) {
    const auto& id = build_id;  // clang 14 captures no binding
    std::error_code failed;
    const std::filesystem::path found(file);
    auto path = std::filesystem::canonical(found, failed);
    if (failed) path = found;
    const auto known = [&](const LoadedLibrary& l) {
      return l.path == path.string() && (id.empty() || l.id == "build-id " + id);
    };
    if (std::any_of(told_.begin(), told_.end(), known)) continue;
    news.push_back({found.filename().string(), path.string(), id_of(id, path)});
    told_.push_back(news.back());
  }
  return news;
}

}  // namespace convgauge::worker
