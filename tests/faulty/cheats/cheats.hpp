// A correct convolution through the bare interface, in which a cheat can replace every call, and
// the tables of cheats, in which each is one row.
#pragma once
#include <convgauge/plugin.h>

#include <cstdint>
#include <map>
#include <span>
#include <thread>
#include <vector>

namespace cheats {

using Index = std::int64_t;

/// What a slot is bound to. The tensors of execute(): of the host, or the plan's own.
struct Slot {
  const float *src = nullptr, *weights = nullptr, *bias = nullptr;
  float* dst = nullptr;
};

struct Cheat;

/// What a plan, or the whole library, keeps from one call to the next.
struct Kept {
  Index executions = 0;
  bool changed = false;
  const void* address = nullptr;
  float first = 0;
  std::vector<float> src, dst;
  std::map<std::uint64_t, std::vector<float>> results;
  std::vector<Slot> waiting;
  std::vector<std::thread> threads;
  double when = 0;
};

struct Plan {
  const Cheat& cheat;
  cvg_spec spec;
  cvg_settings settings;
  std::vector<Slot> slots;
  cvg_timing* timing = nullptr;
  Kept kept{};

  Index src_count() const;
  Index dst_count() const;
};

/// One execution of one slot.
struct Run {
  Plan& plan;
  Slot& slot;
};

/// How a cheat must be found out.
///   output   the result of an execution in the timed part is wrong
///   memory   a rule of the interface is broken
///   time     its time is not believed, and never ranked
///   noted    the results say what it does
///   allowed  it gains nothing: what it does lies in what is timed
///   none     it is honest
struct Cheat {
  const char* name;                 // the backend's
  const char* pattern;              // what it does
  const char* source;               // where the pattern is told of; empty: nowhere in particular
  const char* found;                // see above
  const char* says;                 // a regular expression: what the verdict or the reason says
  bool (*execute)(Run&) = nullptr;  // false: the convolution is left out
  void (*after)(Run&) = nullptr;
  void (*prepare)(Run&) = nullptr;
  void (*upload)(Run&, const float* src) = nullptr;
  void (*wait)(Plan&) = nullptr;
  void (*fetch)(Run&, float* dst) = nullptr;
  bool own_src = false, own_dst = false;  // buffers in the plan's own arrangement: copies
  bool device = false;                    // all of them are in memory of the backend's own kind
  bool first_slot_only = false;           // of those that one execute() is told to run
  bool repeats_left_out = false;          // of a slot in one execute()
  double told_ns = 0;                     // the device's time of an execution, as it tells it
  cvg_layout layout = CVG_LAYOUT_NCHW;    // the one that it takes
};

/// Outputs [first, last) of the plan's convolution, in the order of the destination.
void convolve(const Plan& plan, const Slot& slot, float* dst, Index first, Index last,
              float (*product)(float weight, float value) = nullptr);
inline void convolve(const Run& run, float* dst) {
  convolve(run.plan, run.slot, dst, 0, run.plan.dst_count());
}

/// FNV-1a over every `step`-th element.
std::uint64_t hash(const float* values, Index count, Index step = 1);
/// The library's own memory, beside the plans.
Kept& library();
/// Seconds of the steady clock.
double now();

extern const std::span<const Cheat> kWatched, kStored, kDeferred, kMachine, kDevice;
/// The tables of the plugin that is built.
std::span<const std::span<const Cheat>> all_rows();
/// Row `index` of all tables together; null beyond the last.
const Cheat* cheat_at(std::size_t index);

}  // namespace cheats
