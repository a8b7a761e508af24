// The messages between driver and worker: one request, one reply. Each request names the type of
// its reply, which it gets where nothing goes wrong.
#pragma once
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/layers.hpp"
#include "record/libraries.hpp"
#include "worker/binding.hpp"
#include "worker/element_changes.hpp"
#include "worker/wire.hpp"
#include "worker/wire_parts.hpp"

namespace convgauge::worker {

// ---- replies ------------------------------------------------------------------------------------

struct BackendInfo {
  std::string name, description, version, why_no_device;
  std::vector<DeviceInfo> devices;
  std::vector<OptionInfo> options;
};
template <class Walk, Is<BackendInfo> T>
void describe(Walk& walk, T& b) {
  walk("name", b.name);
  walk("description", b.description);
  walk("version", b.version);
  walk("why_no_device", b.why_no_device);
  walk("devices", b.devices);
  walk("options", b.options);
}

struct Description {
  std::string name, version;
  std::vector<BackendInfo> backends;
  Libraries libraries{};  // all that are loaded now
};
template <class Walk, Is<Description> T>
void describe(Walk& walk, T& d) {
  walk("name", d.name);
  walk("version", d.version);
  walk("backends", d.backends);
  walk("libraries", d.libraries);
}

struct AlgorithmList {
  std::vector<Algorithm> algorithms;
};
template <class Walk, Is<AlgorithmList> T>
void describe(Walk& walk, T& l) {
  walk("algorithms", l.algorithms);
}

struct PlanOpened {
  std::uint32_t plan = 0;
  Algorithm algorithm;
  std::vector<Requirement> requirements;
  double plan_ns = 0;
};
template <class Walk, Is<PlanOpened> T>
void describe(Walk& walk, T& p) {
  walk("plan", p.plan);
  walk("algorithm", p.algorithm);
  walk("requirements", p.requirements);
  walk("plan_ns", p.plan_ns);
}

/// The request succeeded.
struct Done {};
template <class Walk, Is<Done> T>
void describe(Walk&, T&) {}

struct MeasureReady {
  double bind_ns = 0, prepare_ns = 0, upload_ns = 0, first_ns = 0, fetch_ns = 0;
};
template <class Walk, Is<MeasureReady> T>
void describe(Walk& walk, T& m) {
  walk("bind_ns", m.bind_ns);
  walk("prepare_ns", m.prepare_ns);
  walk("upload_ns", m.upload_ns);
  walk("first_ns", m.first_ns);
  walk("fetch_ns", m.fetch_ns);
}

/// host_ns, device_ns: nanoseconds per execution by the host's clock, and by the device's where it
/// has one (else 0). Over the whole sample: waited_ns, how long threads of the worker were ready
/// but did not run; others_ns and steal_ns, what other processes and the hypervisor took of its
/// cores. instructions, cycles, cache_misses: what the processor counted per execution (empty: it
/// did not); counters_refused: why it counted nothing. call_ns: from the request to this reply, by
/// the worker's clock, and call_ticks the same by the processor's counter. slot: the one that was
/// executed last; change: the number of the change that its source had (element_changes.hpp; -1:
/// none).
struct Sampled {
  double host_ns = 0, device_ns = 0, waited_ns = 0, others_ns = 0, steal_ns = 0, call_ns = 0;
  std::uint64_t call_ticks = 0;
  std::int32_t slot = 0;
  std::int64_t change = -1;
  std::optional<double> instructions{}, cycles{}, cache_misses{};
  std::string counters_refused{};
};
template <class Walk, Is<Sampled> T>
void describe(Walk& walk, T& s) {
  walk("host_ns", s.host_ns);
  walk("device_ns", s.device_ns);
  walk("waited_ns", s.waited_ns);
  walk("others_ns", s.others_ns);
  walk("steal_ns", s.steal_ns);
  walk("call_ns", s.call_ns);
  walk("call_ticks", s.call_ticks);
  walk("slot", s.slot);
  walk("change", s.change);
  walk("instructions", s.instructions);
  walk("cycles", s.cycles);
  walk("cache_misses", s.cache_misses);
  walk("counters_refused", s.counters_refused);
}
inline std::string broken_rule(const Sampled& s) {
  return std::isfinite(s.host_ns) && s.host_ns >= 0 ? "" : "host_ns is no duration";
}

/// The change that the source of a slot had in its last timed execution: by which seed, and its
/// number (-1: none).
struct Checked {
  std::uint64_t seed = 0;
  std::int64_t change = -1;
};
template <class Walk, Is<Checked> T>
void describe(Walk& walk, T& c) {
  walk("seed", c.seed);
  walk("change", c.change);
}

/// possible: see AllocationCount.
struct AllocationsCounted {
  std::uint64_t calls = 0;
  bool possible = false;
};
template <class Walk, Is<AllocationsCounted> T>
void describe(Walk& walk, T& a) {
  walk("calls", a.calls);
  walk("possible", a.possible);
}

/// JSON objects; empty where the backend gives none.
struct Details {
  std::string plan, device;
};
template <class Walk, Is<Details> T>
void describe(Walk& walk, T& d) {
  walk("plan", d.plan);
  walk("device", d.device);
}

/// Shared libraries that were loaded since the last answer that told them.
struct MoreLibraries {
  Libraries libraries;
};
template <class Walk, Is<MoreLibraries> T>
void describe(Walk& walk, T& m) {
  walk("libraries", m.libraries);
}

// ---- requests -----------------------------------------------------------------------------------

/// Load the plugin and say what it is. The first request.
struct Describe {
  using Reply = Description;
};
template <class Walk, Is<Describe> T>
void describe(Walk&, T&) {}

/// R1: load the plugin, and ask it for an interface version that does not exist. The first and only
/// request.
struct AskOtherVersion {
  using Reply = Done;
};
template <class Walk, Is<AskOtherVersion> T>
void describe(Walk&, T&) {}

struct ListAlgorithms {
  using Reply = AlgorithmList;
  std::string backend;
  Spec spec;
  PlanSettings settings;
};
template <class Walk, Is<ListAlgorithms> T>
void describe(Walk& walk, T& r) {
  walk("backend", r.backend);
  walk("spec", r.spec);
  walk("settings", r.settings);
}

/// query() and plan_create().
struct OpenPlan {
  using Reply = PlanOpened;
  std::string backend;
  Spec spec;
  PlanSettings settings;
};
template <class Walk, Is<OpenPlan> T>
void describe(Walk& walk, T& r) {
  walk("backend", r.backend);
  walk("spec", r.spec);
  walk("settings", r.settings);
}

/// Run a slot in guarded memory. fresh: bind and prepare_weights first; prepare: prepare_weights
/// alone; else only upload, execute, fetch. further: the bindings of the slots behind it, which are
/// run in the same call of execute. earlier: how often all is uploaded and executed before,
/// unpoisoned and unseen. The regions in the bindings of a plan are those of all its slots; binding
/// slot 0 maps them. The worker poisons what the plan keeps in memory of the backend's own kinds:
/// outputs with the element `poison`, of poison_bytes bytes.
struct VerifyRun {
  using Reply = Done;
  std::uint32_t plan = 0;
  Binding binding{};
  Placement placement = Placement::end;
  bool fresh = true, prepare = false;
  std::int32_t slot = 0;
  std::vector<Binding> further{};
  std::int32_t earlier = 0;
  std::uint64_t poison = ~std::uint64_t{0};
  std::uint32_t poison_bytes = sizeof(poison);
};
template <class Walk, Is<VerifyRun> T>
void describe(Walk& walk, T& r) {
  walk("plan", r.plan);
  walk("binding", r.binding);
  walk("placement", r.placement);
  walk("fresh", r.fresh);
  walk("prepare", r.prepare);
  walk("slot", r.slot);
  walk("further", r.further);
  walk("earlier", r.earlier);
  walk("poison", r.poison);
  walk("poison_bytes", r.poison_bytes);
}
inline std::string broken_rule(const VerifyRun& r) {
  if (r.slot < 0) return "slot " + std::to_string(r.slot) + " is below 0";
  if (r.earlier < 0) return "earlier " + std::to_string(r.earlier) + " is below 0";
  return r.poison_bytes < 1 || r.poison_bytes > sizeof r.poison
             ? "poison_bytes " + std::to_string(r.poison_bytes) + " is not 1 to 8"
             : "";
}

/// Private memory for `slots` slots, filled from the arena; each slot is bound, prepared, uploaded,
/// executed and fetched once.
struct MeasureSetup {
  using Reply = MeasureReady;
  std::uint32_t plan = 0;
  Binding binding{};
  std::int32_t slots = 1;
};
template <class Walk, Is<MeasureSetup> T>
void describe(Walk& walk, T& r) {
  walk("plan", r.plan);
  walk("binding", r.binding);
  walk("slots", r.slots);
}
inline std::string broken_rule(const MeasureSetup& r) {
  return r.slots < 1 ? "slots " + std::to_string(r.slots) + " is below 1" : "";
}

/// Untimed executions for at least warm_ns, then one sample of `executions`, in calls of `batch` at
/// a time. Before both, outputs are filled with the element `poison`; afterwards those of the slot
/// that was executed last are copied to the arena. renew: the source is first read from the arena
/// again. moves: each execution is upload(), execute(), wait() and fetch(). changed_bytes: the size
/// of an element of the tensor `changed`, of which one takes one of `values` before each execution;
/// 0: none does.
struct Sample {
  using Reply = Sampled;
  std::uint32_t plan = 0;
  std::int64_t executions = 1, batch = 1;
  std::int64_t warm_ns = 0;
  bool counters = false;  // count in hardware too
  bool renew = false, moves = false;
  std::uint64_t poison = ~std::uint64_t{0};
  std::uint32_t poison_bytes = sizeof(poison);
  std::uint64_t seed = 0;
  BufferRole changed = BufferRole::src;
  std::uint32_t changed_bytes = 0;
  std::array<std::uint64_t, kChangeValues> values{};
};
template <class Walk, Is<Sample> T>
void describe(Walk& walk, T& r) {
  walk("plan", r.plan);
  walk("executions", r.executions);
  walk("batch", r.batch);
  walk("warm_ns", r.warm_ns);
  walk("counters", r.counters);
  walk("renew", r.renew);
  walk("moves", r.moves);
  walk("poison", r.poison);
  walk("poison_bytes", r.poison_bytes);
  walk("seed", r.seed);
  walk("changed", r.changed);
  walk("changed_bytes", r.changed_bytes);
  walk("values", r.values);
}
inline std::string broken_rule(const Sample& r) {
  if (r.poison_bytes < 1 || r.poison_bytes > sizeof r.poison)
    return "poison_bytes " + std::to_string(r.poison_bytes) + " is not 1 to 8";
  if (r.changed_bytes != 0 && r.changed_bytes != 2 && r.changed_bytes != 4 && r.changed_bytes != 8)
    return "changed_bytes " + std::to_string(r.changed_bytes) + " is not 0, 2, 4 or 8";
  if (r.changed_bytes != 0 && !is_uploaded(r.changed)) return "what changes is no source";
  return r.executions < 1 || r.batch < 1 || r.warm_ns < 0 ? "a count is below its least" : "";
}

/// Copies the measured outputs of a slot to the arena. again: first reads the source from the
/// arena, poisons the outputs with NaNs, and executes it once more.
struct MeasureCheck {
  using Reply = Checked;
  std::uint32_t plan = 0;
  bool again = false;
  std::int32_t slot = 0;
};
template <class Walk, Is<MeasureCheck> T>
void describe(Walk& walk, T& r) {
  walk("plan", r.plan);
  walk("again", r.again);
  walk("slot", r.slot);
}
inline std::string broken_rule(const MeasureCheck& r) {
  return r.slot < 0 ? "slot " + std::to_string(r.slot) + " is below 0" : "";
}

/// Gives the memory of MeasureSetup back. The plan stays open, to be set up again.
struct MeasureEnd {
  using Reply = Done;
  std::uint32_t plan = 0;
};
template <class Walk, Is<MeasureEnd> T>
void describe(Walk& walk, T& r) {
  walk("plan", r.plan);
}

struct ClosePlan {
  using Reply = Done;
  std::uint32_t plan = 0;
};
template <class Walk, Is<ClosePlan> T>
void describe(Walk& walk, T& r) {
  walk("plan", r.plan);
}

/// R19: what the plan's last execution allocated.
struct CountAllocations {
  using Reply = AllocationsCounted;
  std::uint32_t plan = 0;
};
template <class Walk, Is<CountAllocations> T>
void describe(Walk& walk, T& r) {
  walk("plan", r.plan);
}

/// What the plan chose and the state of its device, where the backend has "cvg.details/1".
struct AskDetails {
  using Reply = Details;
  std::uint32_t plan = 0;
};
template <class Walk, Is<AskDetails> T>
void describe(Walk& walk, T& r) {
  walk("plan", r.plan);
}

/// What was loaded meanwhile, for a plugin may load libraries with its first plan or execution.
struct AskLibraries {
  using Reply = MoreLibraries;
};
template <class Walk, Is<AskLibraries> T>
void describe(Walk&, T&) {}

template <class Request>
using ReplyOf = typename Request::Reply;

using AnyRequest = std::variant<Describe, ListAlgorithms, OpenPlan, VerifyRun, MeasureSetup, Sample,
                                MeasureCheck, ClosePlan, CountAllocations, AskOtherVersion,
                                AskDetails, AskLibraries, MeasureEnd>;

/// A request's own reply, or why there is none.
using AnyReply = std::variant<Description, AlgorithmList, PlanOpened, Done, MeasureReady, Sampled,
                              AllocationsCounted, Details, MoreLibraries, Checked, Refused, Failed>;

}  // namespace convgauge::worker
