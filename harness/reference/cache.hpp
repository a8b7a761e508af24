// References that were computed before: in memory, and on disk where they are expensive to compute.
#pragma once
#include <cstddef>
#include <filesystem>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/fill.hpp"
#include "core/layers.hpp"
#include "reference/reference.hpp"
#include "reference/siphash.hpp"

namespace convgauge::reference {

struct ReferenceValues {
  std::vector<double> want, magnitude;

  std::size_t bytes() const { return (want.size() + magnitude.size()) * sizeof(double); }
  /// As Reference, which compare() takes and only reads.
  Reference view() const {
    return {const_cast<double*>(want.data()), const_cast<double*>(magnitude.data())};
  }
};

/// The seeds that the source, and the weights and the bias, were filled with.
struct Seeds {
  std::uint64_t src = 0, weights = 0;
};

/// Everything that the values depend on, as one line: the numbers of the spec, the fill, the seeds,
/// and the versions of fill and reference. Layout and determinism change no value and are left out;
/// accumulator and math mode are part of it only where the fill depends on them.
std::string reference_key(const Spec& spec, Fill fill, Seeds seeds);

/// The user's folder for references: $XDG_CACHE_HOME/convgauge, else $HOME/.cache/convgauge;
/// nothing where neither is set.
std::optional<std::filesystem::path> cache_folder();

/// Drops the least recently used first, in memory and on disk. A disk that fails, is full, or holds
/// incomplete or foreign files costs a recomputation, and never gives a wrong value: a file is
/// believed where its checksum was computed with the secret key of its folder (cache_file.hpp).
/// Several processes may share a directory. Thread-safe.
class ReferenceCache {
 public:
  struct Options {
    std::size_t memory_bytes = std::size_t{1} << 30;
    std::optional<std::filesystem::path> directory;  // nothing: memory only
    std::uintmax_t disk_bytes = std::uintmax_t{2} << 30;
    // Only sums at least this long, and as much work as this in all, are worth a file: 20 MFLOP
    // are computed in 1 to 2 ms (README.md).
    std::int64_t disk_terms = 1000, disk_flops = 20'000'000;
  };
  struct Counts {
    std::int64_t memory_hits = 0, disk_hits = 0, computed = 0;
  };

  explicit ReferenceCache(Options options) : options_(std::move(options)) {}

  /// The reference of `inputs`, which must hold this fill with these seeds.
  std::shared_ptr<const ReferenceValues> get(const Spec& spec, Fill fill, Seeds seeds,
                                             const Inputs& inputs, int threads);
  Counts counts() const;

 private:
  using Values = std::shared_ptr<const ReferenceValues>;
  using Entry = std::pair<std::string, Values>;

  Values find(const std::string& key);
  void keep(const std::string& key, Values values);
  std::filesystem::path file_of(const std::string& key) const;
  /// That of the folder; nothing where there is none to be used.
  const std::optional<SipKey>& secret();

  Options options_;
  std::once_flag asked_secret_;
  std::optional<SipKey> secret_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;  // most recently used first
  std::unordered_map<std::string, std::list<Entry>::iterator> by_key_;
  std::size_t bytes_ = 0;
  Counts counts_;
};

}  // namespace convgauge::reference
