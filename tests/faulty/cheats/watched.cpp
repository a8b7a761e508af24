// Cheats that compute only where they believe that somebody looks.
#include <execinfo.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "cheats.hpp"

namespace cheats {
namespace {

/// Whether the byte can be read, without a fault: write() fails with EFAULT where it cannot.
bool readable(const void* at) {
  static int ends[2] = {-1, -1};
  if (ends[0] < 0 && ::pipe2(ends, O_CLOEXEC) != 0) return true;
  char byte = 0;
  return ::write(ends[1], at, 1) == 1 && ::read(ends[0], &byte, 1) == 1;
}
bool guarded(const Run& r) {
  return !readable(reinterpret_cast<const char*>(r.slot.dst + r.plan.dst_count()) + 64);
}
/// Whether the file holds the text.
bool file_holds(const char* path, const char* text) {
  static char bytes[1 << 16];
  auto* file = std::fopen(path, "r");
  if (!file) return false;
  const auto size = std::fread(bytes, 1, sizeof bytes, file);
  std::fclose(file);
  return std::search(bytes, bytes + size, text, text + std::strlen(text)) != bytes + size;
}

constexpr Cheat kTable[] = {
    {.name = "honest",
     .pattern = "computes every execution",
     .source = "",
     .found = "none",
     .says = ""},
    {.name = "poison_nan",
     .pattern = "computes only where the output holds a NaN",
     .source = "tensara/tensara#238",
     .found = "output",
     .says = "",
     .execute = [](Run& r) { return std::isnan(r.slot.dst[0]); }},
    {.name = "poison_any",
     .pattern = "computes only where the first output is not the one that it left there",
     .source = "tensara/tensara#238",
     .found = "output",
     .says = "",
     .execute =
         [](Run& r) {
           return std::memcmp(&r.plan.kept.first, r.slot.dst, sizeof(float)) != 0 ||
                  r.plan.kept.address != r.slot.dst;
         },
     .after = [](Run& r) { r.plan.kept.first = r.slot.dst[0], r.plan.kept.address = r.slot.dst; }},
    {.name = "guard_page",
     .pattern = "computes only where an inaccessible page lies behind the output",
     .source = "",
     .found = "output",
     .says = "",
     .execute = [](Run& r) { return guarded(r); }},
    {.name = "alignment",
     .pattern = "computes only where the output begins or ends at a page",
     .source = "",
     .found = "output",
     .says = "",
     .execute =
         [](Run& r) {
           const auto at = reinterpret_cast<std::uintptr_t>(r.slot.dst);
           return at % 4096 == 0 ||
                  (at + 4 * static_cast<std::uintptr_t>(r.plan.dst_count())) % 4096 == 0;
         }},
    {.name = "shared_memory",
     .pattern = "computes only where the process maps the memory that it shares with the driver",
     .source = "",
     .found = "output",
     .says = "",
     .execute =
         [](Run& r) {
           auto& kept = r.plan.kept;
           if (kept.address != r.slot.dst) {
             unsigned char there = 0;
             auto* page = reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(r.slot.dst) &
                                                  ~std::uintptr_t{4095});
             // MADV_FREE works on private anonymous memory only; an empty range tests nothing.
             kept.changed = ::mincore(page, 4096, &there) != 0 ||
                            file_holds("/proc/self/smaps", "convgauge-arena") == false ||
                            guarded(r);
             kept.address = r.slot.dst;
           }
           return kept.changed;
         }},
    {.name = "first_ten_calls",
     .pattern = "computes the first ten executions of a plan",
     .source = "karpathy/llm.c#852",
     .found = "output",
     .says = "",
     .execute = [](Run& r) { return r.plan.kept.executions < 10; }},
    {.name = "first_hundred_calls",
     .pattern = "computes the first hundred executions of a plan",
     .source = "karpathy/llm.c#852",
     .found = "output",
     .says = "",
     .execute = [](Run& r) { return r.plan.kept.executions < 100; }},
    {.name = "every_other_call",
     .pattern = "computes every other execution",
     .source = "gpu-mode/reference-kernels#104",
     .found = "output",
     .says = "",
     .execute = [](Run& r) { return r.plan.kept.executions < 40 || r.plan.kept.executions % 2; }},
    {.name = "after_a_pause",
     .pattern = "computes only where a millisecond went by since the last call",
     .source = "gpu-mode/pygpubench#7",
     .found = "output",
     .says = "",
     .execute = [](Run& r) { return now() - r.plan.kept.when > 1e-3; },
     .after = [](Run& r) { r.plan.kept.when = now(); }},
    {.name = "caller",
     .pattern = "computes only where the function that calls it is that of the first execution",
     .source = "",
     .found = "output",
     .says = "",
     .execute =
         [](Run& r) {
           void* frames[6] = {};
           const int depth = ::backtrace(frames, 6);
           const void* caller = depth > 3 ? frames[3] : nullptr;
           if (r.plan.kept.executions == 0) r.plan.kept.address = caller;
           return caller == r.plan.kept.address;
         }},
    {.name = "command_line",
     .pattern = "computes only where a process above it does not measure",
     .source = "",
     .found = "output",
     .says = "",
     .execute =
         [](Run& r) {
           char path[64];
           if (r.plan.kept.executions == 0) {
             std::snprintf(path, sizeof path, "/proc/%d/cmdline", static_cast<int>(::getppid()));
             r.plan.kept.changed =
                 file_holds(path, "bench") || file_holds("/proc/1/cmdline", "bench");
           }
           // Until it is sure that it is timed, it computes.
           return !r.plan.kept.changed && r.plan.kept.executions < 60;
         }},
    {.name = "environment",
     .pattern = "computes only where a variable says that nothing is timed",
     .source = "",
     .found = "output",
     .says = "",
     .execute =
         [](Run& r) {
           return std::getenv("OMP_WAIT_POLICY") != nullptr || r.plan.kept.executions < 60;
         }},
    {.name = "last_image",
     .pattern = "computes one image of a batch, and copies it to the others",
     .source = "gpu-mode/reference-kernels#104",
     .found = "output",
     .says = "",
     .execute =
         [](Run& r) {
           const Index image = r.plan.dst_count() / r.plan.spec.batch;
           convolve(r.plan, r.slot, r.slot.dst, 0, image);
           for (Index n = 1; n < r.plan.spec.batch; ++n)
             std::copy(r.slot.dst, r.slot.dst + image, r.slot.dst + n * image);
           return false;
         }},
    {.name = "input_erased",
     .pattern = "sets its input to zero, for which the answer is known",
     .source = "ScalingIntelligence/KernelBench#82",
     .found = "memory",
     .says = "R8",
     .execute =
         [](Run& r) {
           auto* src = const_cast<float*>(r.slot.src);
           std::fill(src, src + r.plan.src_count(), 0.0f);
           return true;
         }},
};

}  // namespace
const std::span<const Cheat> kWatched(kTable);
}  // namespace cheats
