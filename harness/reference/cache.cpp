#include "reference/cache.hpp"

#include <cstdlib>

#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "reference/cache_file.hpp"

namespace convgauge::reference {
namespace {

std::string hexadecimal(std::uint64_t value) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text(16, '0');
  for (int i = 15; i >= 0; --i, value >>= 4) text[static_cast<std::size_t>(i)] = digits[value & 15];
  return text;
}

}  // namespace

std::string reference_key(const Spec& spec, Fill fill, Seeds seeds) {
  std::string key = full_text(spec.geometry);
  const auto add = [&](std::string_view text) { (key += ' ') += text; };
  add(word(spec.direction));
  add(word(spec.src_type));
  add(word(spec.weights_type));
  add(word(spec.dst_type));
  add(word(fill));
  // The values of exact fills depend on what the accumulator can hold, those of impulse on the math
  // mode too.
  if (fill == Fill::integer || fill == Fill::impulse) add(word(spec.accumulator_type));
  if (fill == Fill::impulse) add(word(spec.math));
  add("seeds " + std::to_string(seeds.src) + " " + std::to_string(seeds.weights));
  add("fill " + std::to_string(kFillVersion) + " reference " + std::to_string(kReferenceVersion));
  return key;
}

std::optional<std::filesystem::path> cache_folder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  if (cache && *cache) return std::filesystem::path(cache) / "convgauge";
  if (home && *home) return std::filesystem::path(home) / ".cache" / "convgauge";
  return std::nullopt;
}

ReferenceCache::Values ReferenceCache::get(const Spec& spec, Fill fill, Seeds seeds,
                                           const Inputs& inputs, int threads) {
  const auto key = reference_key(spec, fill, seeds);
  if (auto known = find(key)) return known;
  const auto outputs = static_cast<std::size_t>(spec.written_elements());
  const bool on_disk = options_.directory && spec.terms() >= options_.disk_terms &&
                       spec.geometry.flops() >= options_.disk_flops && secret();
  if (on_disk)
    if (auto stored = read_reference(file_of(key), *secret(), key, outputs)) {
      keep(key, stored);
      const std::lock_guard lock(mutex_);
      ++counts_.disk_hits;
      return stored;
    }
  auto values = std::make_shared<ReferenceValues>();
  values->want.resize(outputs);
  values->magnitude.resize(outputs);
  reference_fast(spec, inputs, values->view(), threads);
  if (on_disk && write_reference(file_of(key), *secret(), key, *values))
    enforce_quota(*options_.directory, options_.disk_bytes);
  keep(key, values);
  const std::lock_guard lock(mutex_);
  ++counts_.computed;
  return values;
}

ReferenceCache::Counts ReferenceCache::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

ReferenceCache::Values ReferenceCache::find(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto at = by_key_.find(key);
  if (at == by_key_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, at->second);
  ++counts_.memory_hits;
  return at->second->second;
}

void ReferenceCache::keep(const std::string& key, Values values) {
  const std::lock_guard lock(mutex_);
  // Another thread may have stored it first. A value larger than the whole limit is not kept: it
  // would only push out all others.
  if (by_key_.count(key) || values->bytes() > options_.memory_bytes) return;
  bytes_ += values->bytes();
  entries_.emplace_front(key, std::move(values));
  by_key_[key] = entries_.begin();
  while (bytes_ > options_.memory_bytes) {
    bytes_ -= entries_.back().second->bytes();
    by_key_.erase(entries_.back().first);
    entries_.pop_back();
  }
}

const std::optional<SipKey>& ReferenceCache::secret() {
  std::call_once(asked_secret_, [this] { secret_ = cache_key(*options_.directory); });
  return secret_;
}

std::filesystem::path ReferenceCache::file_of(const std::string& key) const {
  const auto name = hexadecimal(checksum(key.data(), key.size(), 1)) +
                    hexadecimal(checksum(key.data(), key.size(), 2));
  return *options_.directory / (name + ".reference");
}

}  // namespace convgauge::reference
