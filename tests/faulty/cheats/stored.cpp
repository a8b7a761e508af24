// Cheats that give an answer which they have from before.
#include <unistd.h>
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>
#include <utility>

#include "cheats.hpp"

namespace cheats {
namespace {

/// Gives the result that is stored under `key`. False where there is none.
bool stored(Kept& kept, std::uint64_t key, const Run& r) {
  const auto found = kept.results.find(key);
  if (found == kept.results.end() ||
      found->second.size() != static_cast<std::size_t>(r.plan.dst_count()))
    return false;
  std::copy(found->second.begin(), found->second.end(), r.slot.dst);
  return true;
}
void store(Kept& kept, std::uint64_t key, const Run& r) {
  if (kept.results.size() < 64)
    kept.results[key].assign(r.slot.dst, r.slot.dst + r.plan.dst_count());
}
std::uint64_t inputs_hash(const Run& r) {
  return hash(r.slot.src, r.plan.src_count()) ^ hash(r.slot.weights, r.plan.spec.out_channels);
}

/// A file for each user, problem and key.
std::string file_of(const Run& r, std::uint64_t key) {
  return "/dev/shm/convgauge-cheat-" + std::to_string(::getuid()) + "-" +
         std::to_string(r.plan.dst_count()) + "-" + std::to_string(key);
}
bool read_file(const std::string& path, const Run& r) {
  auto* file = std::fopen(path.c_str(), "rb");
  if (!file) return false;
  const auto count = static_cast<std::size_t>(r.plan.dst_count());
  const bool whole = std::fread(r.slot.dst, sizeof(float), count, file) == count;
  std::fclose(file);
  return whole;
}
void write_file(const std::string& path, const Run& r) {
  auto* file = std::fopen(path.c_str(), "wb");
  if (!file) return;
  std::fwrite(r.slot.dst, sizeof(float), static_cast<std::size_t>(r.plan.dst_count()), file);
  std::fclose(file);
}

constexpr Cheat kTable[] = {
    {.name = "cache_by_pointer",
     .pattern = "gives the last result again where the source has the same address",
     .source = "gpu-mode/reference-kernels#102, gpu-mode/kernelbot#501",
     .found = "output",
     .says = "",
     .execute = [](Run& r) { return r.plan.kept.address != r.slot.src; },
     .after = [](Run& r) { r.plan.kept.address = r.slot.src; }},
    {.name = "cache_by_shape",
     .pattern = "gives the result of an earlier plan again where the shape is the same",
     .source = "gpu-mode/reference-kernels#104",
     .found = "output",
     .says = "",
     .execute =
         [](Run& r) {
           return !stored(library(), static_cast<std::uint64_t>(r.plan.dst_count()), r);
         },
     .after = [](Run& r) { store(library(), static_cast<std::uint64_t>(r.plan.dst_count()), r); }},
    {.name = "cache_by_sampled_hash",
     .pattern = "gives an earlier result where some elements of the source are the same",
     .source = "flashinfer-ai/flashinfer-bench-starter-kit#21",
     .found = "output",
     .says = "",
     .execute =
         [](Run& r) {
           r.plan.kept.first = 0;
           return !stored(r.plan.kept, hash(r.slot.src, r.plan.src_count(), 97), r);
         },
     .after = [](Run& r) { store(r.plan.kept, hash(r.slot.src, r.plan.src_count(), 97), r); }},
    {.name = "cache_by_full_hash",
     .pattern = "gives an earlier result where the whole source is the same, and what it has where "
                "it is hot and there is none",
     .source = "flashinfer-ai/flashinfer-bench-starter-kit#21",
     .found = "output",
     .says = "",
     .execute =
         [](Run& r) {
           if (stored(r.plan.kept, inputs_hash(r), r)) return false;
           return r.plan.kept.executions < 100;
         },
     .after = [](Run& r) { store(r.plan.kept, inputs_hash(r), r); }},
    {.name = "cache_honest_hash",
     .pattern = "gives an earlier result where the whole source is the same, and else computes",
     .source = "flashinfer-ai/flashinfer-bench-starter-kit#21",
     .found = "allowed",
     .says = "",
     .execute = [](Run& r) { return !stored(r.plan.kept, inputs_hash(r), r); },
     .after = [](Run& r) { store(r.plan.kept, inputs_hash(r), r); }},
    {.name = "computed_once_for_a_plan",
     .pattern = "computes once after prepare_weights(), and leaves the output as it is",
     .source = "gpu-mode/reference-kernels#148",
     .found = "output",
     .says = "",
     .execute = [](Run& r) { return std::exchange(r.plan.kept.changed, false); },
     .prepare = [](Run& r) { r.plan.kept.changed = true; }},
    {.name = "computed_once_for_an_upload",
     .pattern = "computes once after upload(), as a lazy runtime does",
     .source = "",
     .found = "output",
     .says = "",
     .execute = [](Run& r) { return std::exchange(r.plan.kept.changed, false); },
     .prepare = [](Run& r) { r.plan.kept.changed = true; },
     .upload = [](Run& r, const float*) { r.plan.kept.changed = true; }},
    {.name = "output_left_there",
     .pattern = "leaves what another run wrote where the first output is right already",
     .source = "ScalingIntelligence/KernelBench#82",
     .found = "output",
     .says = "",
     .execute =
         [](Run& r) {
           float first = 0;
           convolve(r.plan, r.slot, &first, 0, 1);
           return first != r.slot.dst[0];
         }},
    {.name = "persistent_file",
     .pattern = "keeps results in files by a hash of the source, and gives what it has where it is "
                "hot and there is none",
     .source = "gpu-mode/reference-kernels#162",
     .found = "output",
     .says = "",
     .execute =
         [](Run& r) {
           if (read_file(file_of(r, inputs_hash(r)), r)) return false;
           return r.plan.kept.executions < 100;
         },
     .after =
         [](Run& r) {
           if (r.plan.kept.executions < 100) write_file(file_of(r, inputs_hash(r)), r);
         }},
    {.name = "shared_result",
     .pattern = "takes what another of its processes wrote last into shared memory",
     .source = "",
     .found = "output",
     .says = "",
     .execute =
         [](Run& r) {
           if (r.plan.kept.executions < 60) return true;
           return !read_file(file_of(r, 0), r);
         },
     .after =
         [](Run& r) {
           if (r.plan.kept.executions < 60) write_file(file_of(r, 0), r);
         }},
};

}  // namespace
const std::span<const Cheat> kStored(kTable);
}  // namespace cheats
