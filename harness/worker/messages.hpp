// What driver and worker say to each other: one request, one reply.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/spec.hpp"
#include "plugin/backend.hpp"
#include "plugin/convert.hpp"
#include "worker/wire.hpp"

namespace convgauge {

// ---- parts --------------------------------------------------------------------------------------

template <class Io>
void fields(Io& io, Axis& a) {
  io(a.input, a.kernel, a.stride, a.dilation, a.pad_before, a.pad_after);
}
template <class Io>
void fields(Io& io, Geometry& g) {
  io(g.batch, g.in_channels, g.out_channels, g.groups, g.h, g.w, g.bias, g.padding_mode);
}
template <class Io>
void fields(Io& io, Spec& s) {
  io(s.geometry, s.direction, s.src_type, s.weights_type, s.dst_type, s.accumulator_type, s.layout,
     s.math, s.deterministic);
}
template <class Io>
void fields(Io& io, Rational& r) {
  io(r.numerator, r.denominator);
}
template <class Io>
void fields(Io& io, WinogradAxis& a) {
  io(a.m, a.r, a.points);
}
template <class Io>
void fields(Io& io, Algorithm& a) {
  io(a.name, a.algorithm_class, a.deterministic, a.flushes_subnormals, a.points_known, a.winograd,
     a.fft_tile);
}
template <class Io>
void fields(Io& io, PlanSettings& s) {
  io(s.device, s.threads, s.slots, s.algorithm, s.options, s.workspace_limit_bytes);
}
template <class Io>
void fields(Io& io, Requirement& r) {
  io(r.role, r.scope, r.form, r.memory_kind, r.bytes, r.alignment, r.layout);
}
template <class Io>
void fields(Io& io, DeviceInfo& d) {
  io(d.name, d.driver, d.kind, d.memory_bytes, d.peak_flops, d.peak_bytes_per_second,
     d.last_level_cache_bytes);
}
template <class Io>
void fields(Io& io, OptionInfo& o) {
  io(o.key, o.values, o.default_value, o.description);
}
template <class Io, class E>
void fields(Io& io, OpenWord<E>& w) {
  io(w.value, w.other);
}
template <class Io>
void fields(Io& io, Refused& r) {
  io(r.reason, r.why);
}
template <class Io>
void fields(Io& io, Failed& f) {
  io(f.why, f.rule, f.device_lost);
}

/// Where a buffer lies: a window of whole pages in the arena, shared by driver and worker. In the
/// window the bytes end at its end (placement end) or start at its start, as far as the alignment
/// allows; the rest is canary.
struct Region {
  std::uint64_t offset = 0, bytes = 0, alignment = 1;
  std::int32_t role = 0;
};
template <class Io>
void fields(Io& io, Region& r) {
  io(r.offset, r.bytes, r.alignment, r.role);
}

enum class Placement { end, start };
template <>
struct Words<Placement> {
  static constexpr std::string_view what = "placement";
  static constexpr std::array<std::string_view, 2> words{"end", "start"};
};

/// The buffers of one plan: regions, which region each requirement is bound to (-1: memory of the
/// backend's own), and which regions are the host's tensors, by role (-1: there is none).
struct Binding {
  std::vector<Region> regions;
  std::vector<std::int32_t> requirement_region;
  std::array<std::int32_t, kTensorCount> tensors{-1, -1, -1, -1, -1, -1, -1, -1};

  std::int32_t of(TensorRole role) const { return tensors[index_of(role)]; }
};
template <class Io>
void fields(Io& io, Binding& b) {
  io(b.regions, b.requirement_region, b.tensors);
}

// ---- requests -----------------------------------------------------------------------------------

/// Load the plugin and say what it is. The first request.
struct Describe {};
template <class Io>
void fields(Io&, Describe&) {}

/// R1: load the plugin, and ask it for a version that nobody speaks. The first request, and the
/// only one.
struct AskOtherVersion {};
template <class Io>
void fields(Io&, AskOtherVersion&) {}

struct ListAlgorithms {
  std::string backend;
  Spec spec;
  PlanSettings settings;
};
template <class Io>
void fields(Io& io, ListAlgorithms& r) {
  io(r.backend, r.spec, r.settings);
}

/// query() and plan_create().
struct OpenPlan {
  std::string backend;
  Spec spec;
  PlanSettings settings;
};
template <class Io>
void fields(Io& io, OpenPlan& r) {
  io(r.backend, r.spec, r.settings);
}

/// Run a slot once in guarded memory. fresh: bind and prepare_weights first; else only upload,
/// execute, fetch. The regions of a plan's bindings are those of all its slots; binding slot 0 maps
/// them. What the plan keeps in memory of its own kinds is poisoned by the worker: outputs with the
/// element `poison`, of poison_bytes.
struct VerifyRun {
  std::uint32_t plan = 0;
  Binding binding;
  Placement placement = Placement::end;
  bool fresh = true;
  std::int32_t slot = 0;
  std::uint64_t poison = ~std::uint64_t{0};
  std::uint32_t poison_bytes = sizeof(poison);
};
template <class Io>
void fields(Io& io, VerifyRun& r) {
  io(r.plan, r.binding, r.placement, r.fresh, r.slot, r.poison, r.poison_bytes);
}

/// Private memory for `slots` slots, filled from the arena; bound, prepared, uploaded, executed
/// once.
struct MeasureSetup {
  std::uint32_t plan = 0;
  Binding binding;
  std::int32_t slots = 1;
};
template <class Io>
void fields(Io& io, MeasureSetup& r) {
  io(r.plan, r.binding, r.slots);
}

/// Untimed executions for at least warm_ns, then one sample of `executions`, in calls of `batch` at
/// a time.
struct Sample {
  std::uint32_t plan = 0;
  std::int64_t executions = 1, batch = 1;
  std::int64_t warm_ns = 0;
  bool counters = false;  // count in hardware too
};
template <class Io>
void fields(Io& io, Sample& r) {
  io(r.plan, r.executions, r.batch, r.warm_ns, r.counters);
}

/// Copies the measured outputs of a slot to the arena. again: what upload() brings is first read
/// anew from the arena, the outputs poisoned with NaNs, and one more execution made.
struct MeasureCheck {
  std::uint32_t plan = 0;
  bool again = false;
  std::int32_t slot = 0;
};
template <class Io>
void fields(Io& io, MeasureCheck& r) {
  io(r.plan, r.again, r.slot);
}

struct ClosePlan {
  std::uint32_t plan = 0;
};
template <class Io>
void fields(Io& io, ClosePlan& r) {
  io(r.plan);
}

/// R19: what the plan's last execution allocated.
struct CountAllocations {
  std::uint32_t plan = 0;
};
template <class Io>
void fields(Io& io, CountAllocations& r) {
  io(r.plan);
}

/// What the plan chose and what its device does now, where the backend has "cvg.details/0".
struct AskDetails {
  std::uint32_t plan = 0;
};
template <class Io>
void fields(Io& io, AskDetails& r) {
  io(r.plan);
}

using Request =
    std::variant<Describe, ListAlgorithms, OpenPlan, VerifyRun, MeasureSetup, Sample, MeasureCheck,
                 ClosePlan, CountAllocations, AskOtherVersion, AskDetails>;

// ---- replies ------------------------------------------------------------------------------------

/// The plugin could not be loaded, or broke the rules of its tables.
struct LoadFailed {
  std::string why;
  std::optional<Rule> rule{};  // that it broke
};
template <class Io>
void fields(Io& io, LoadFailed& r) {
  io(r.why, r.rule);
}

struct BackendInfo {
  std::string name, description, version, why_no_device;
  std::vector<DeviceInfo> devices;
  std::vector<OptionInfo> options;
};
template <class Io>
void fields(Io& io, BackendInfo& b) {
  io(b.name, b.description, b.version, b.why_no_device, b.devices, b.options);
}

struct Description {
  std::string name, version;
  std::vector<BackendInfo> backends;
};
template <class Io>
void fields(Io& io, Description& d) {
  io(d.name, d.version, d.backends);
}

struct AlgorithmList {
  std::vector<Algorithm> algorithms;
};
template <class Io>
void fields(Io& io, AlgorithmList& r) {
  io(r.algorithms);
}

struct PlanOpened {
  std::uint32_t plan = 0;
  Algorithm algorithm;
  std::vector<Requirement> requirements;
  double plan_ns = 0;
};
template <class Io>
void fields(Io& io, PlanOpened& r) {
  io(r.plan, r.algorithm, r.requirements, r.plan_ns);
}

/// A run or a close went well.
struct Done {};
template <class Io>
void fields(Io&, Done&) {}

struct MeasureReady {
  double bind_ns = 0, prepare_ns = 0, upload_ns = 0, first_ns = 0, fetch_ns = 0;
};
template <class Io>
void fields(Io& io, MeasureReady& r) {
  io(r.bind_ns, r.prepare_ns, r.upload_ns, r.first_ns, r.fetch_ns);
}

/// Nanoseconds per execution by the host's clock, and by the device's where it has one (else 0);
/// over the whole sample, how long threads of the worker were ready but did not run, and what
/// others and the hypervisor had of its cores; what the processor counted for an execution (below
/// 0: it did not), or why it counted nothing.
struct Sampled {
  double host_ns = 0, device_ns = 0, waited_ns = 0, others_ns = 0, steal_ns = 0;
  double instructions = -1, cycles = -1, cache_misses = -1;
  std::string counters_refused{};
};
template <class Io>
void fields(Io& io, Sampled& r) {
  io(r.host_ns, r.device_ns, r.waited_ns, r.others_ns, r.steal_ns, r.instructions, r.cycles,
     r.cache_misses, r.counters_refused);
}

/// possible: see AllocationCount.
struct AllocationsCounted {
  std::uint64_t calls = 0;
  bool possible = false;
};
template <class Io>
void fields(Io& io, AllocationsCounted& r) {
  io(r.calls, r.possible);
}

/// JSON objects; empty where the backend tells nothing.
struct Details {
  std::string plan, device;
};
template <class Io>
void fields(Io& io, Details& r) {
  io(r.plan, r.device);
}

using Reply = std::variant<LoadFailed, Description, AlgorithmList, PlanOpened, Done, MeasureReady,
                           Sampled, Refused, Failed, AllocationsCounted, Details>;

}  // namespace convgauge
