// Cheats of a device, whose memory only the plugin can reach.
#include "cheats.hpp"

namespace cheats {
namespace {

std::uintptr_t key_of(const Run& r) {
  return reinterpret_cast<std::uintptr_t>(&r.slot);
}

constexpr Cheat kTable[] = {
    {.name = "device_honest",
     .pattern = "a device that computes every execution",
     .source = "",
     .found = "none",
     .says = "",
     .device = true},
    {.name = "device_first_slot",
     .pattern = "a device that runs the first slot of a batch only",
     .source = "gpu-mode/reference-kernels#104",
     .found = "output",
     .says = "slot 1 of 2",
     .device = true,
     .first_slot_only = true},
    {.name = "device_repeats_left_out",
     .pattern = "a device that runs a slot once in a batch, however often it is told to",
     .source = "gpu-mode/reference-kernels#104",
     .found = "time",
     .says = "a batch of",
     .device = true,
     .repeats_left_out = true},
    {.name = "device_false_time",
     .pattern = "a device that tells 1 ns for each execution",
     .source = "gpu-mode/reference-kernels#162",
     .found = "allowed",
     .says = "",
     .device = true,
     .told_ns = 1},
    {.name = "device_once_for_an_upload",
     .pattern = "a device that computes once after an upload",
     .source = "",
     .found = "output",
     .says = "",
     .execute = [](Run& r) { return r.plan.kept.results.erase(key_of(r)) > 0; },
     .upload = [](Run& r, const float*) { r.plan.kept.results[key_of(r)]; },
     .device = true},
    {.name = "device_work_in_fetch",
     .pattern = "a device that computes in fetch()",
     .source = "",
     .found = "output",
     .says = "",
     .execute = [](Run&) { return false; },
     .fetch = [](Run& r, float* dst) { convolve(r, dst); },
     .device = true},
};

}  // namespace
const std::span<const Cheat> kDevice(kTable);
}  // namespace cheats
