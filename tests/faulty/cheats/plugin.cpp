// The plugin: a backend for each cheat, each over the same correct loops (f32, forward, zeros).
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "cheats.hpp"

namespace cheats {
namespace {

constexpr std::size_t kMost = 160;  // rows of all tables together
constexpr cvg_memory kDeviceMemory = 1;

Index output(const cvg_axis& a) {
  return (a.pad_before + a.input + a.pad_after - a.dilation * (a.kernel - 1) - 1) / a.stride + 1;
}

float output_at(const cvg_spec& s, const Slot& slot, Index n, Index o, Index y, Index x,
                float (*product)(float, float)) {
  const Index inputs = s.in_channels / s.groups;
  const Index first = o / (s.out_channels / s.groups) * inputs;
  float sum = slot.bias ? slot.bias[o] : 0;
  for (Index i = 0; i < inputs; ++i)
    for (Index k = 0; k < s.h.kernel; ++k)
      for (Index l = 0; l < s.w.kernel; ++l) {
        const Index h = y * s.h.stride + k * s.h.dilation - s.h.pad_before;
        const Index w = x * s.w.stride + l * s.w.dilation - s.w.pad_before;
        if (h < 0 || w < 0 || h >= s.h.input || w >= s.w.input) continue;
        const float value =
            slot.src[((n * s.in_channels + first + i) * s.h.input + h) * s.w.input + w];
        const float weight = slot.weights[((o * inputs + i) * s.h.kernel + k) * s.w.kernel + l];
        sum += product ? product(weight, value) : weight * value;
      }
  return sum;
}

Index weights_count(const cvg_spec& s) {
  return s.out_channels * (s.in_channels / s.groups) * s.h.kernel * s.w.kernel;
}

Plan& of(cvg_plan* plan) {
  return *reinterpret_cast<Plan*>(plan);
}
const Plan& of(const cvg_plan* plan) {
  return *reinterpret_cast<const Plan*>(plan);
}

cvg_status refused(cvg_reason* reason, cvg_note* why, cvg_reason code, const char* sentence) {
  *reason = code;
  if (why && why->capacity > 0) std::snprintf(why->text, why->capacity, "%s", sentence);
  return CVG_STATUS_REFUSED;
}

cvg_status supports(const Cheat& cheat, const cvg_spec& s, const cvg_settings& t,
                    cvg_reason* reason, cvg_note* why) {
  if (s.direction != CVG_DIRECTION_FORWARD)
    return refused(reason, why, CVG_REASON_DIRECTION, "forward only");
  if (s.src_type != CVG_DTYPE_F32) return refused(reason, why, CVG_REASON_DTYPE, "f32 only");
  if (s.layout != cheat.layout) return refused(reason, why, CVG_REASON_LAYOUT, "another layout");
  if (s.padding_mode != CVG_PADDING_ZEROS)
    return refused(reason, why, CVG_REASON_PADDING_MODE, "zeros only");
  if (t.device != 0) return refused(reason, why, CVG_REASON_DEVICE, "there is one device");
  if (t.option_count > 0) return refused(reason, why, CVG_REASON_OPTION, "there are no options");
  if (t.algorithm && std::strcmp(t.algorithm, "direct") != 0)
    return refused(reason, why, CVG_REASON_ALGORITHM, "the one algorithm is direct");
  return CVG_STATUS_OK;
}

void describe(cvg_algorithm* out) {
  std::snprintf(out->name, sizeof out->name, "direct");
  out->algorithm_class = CVG_CLASS_DIRECT;
  out->deterministic = 1;
}

cvg_status device_count(std::int32_t* count, cvg_note*) {
  *count = 1;
  return CVG_STATUS_OK;
}
cvg_status options(cvg_option_info*, std::int32_t, std::int32_t* count) {
  *count = 0;
  return CVG_STATUS_OK;
}
cvg_status algorithms(const cvg_spec*, const cvg_settings*, cvg_algorithm* out,
                      std::int32_t capacity, std::int32_t* count, cvg_note*) {
  *count = 1;
  if (capacity > 0) describe(out);
  return CVG_STATUS_OK;
}
void plan_destroy(cvg_plan* plan) {
  for (auto& thread : of(plan).kept.threads)
    if (thread.joinable()) thread.join();
  delete &of(plan);
}
cvg_status plan_algorithm(const cvg_plan*, cvg_algorithm* out) {
  describe(out);
  return CVG_STATUS_OK;
}

cvg_status requirements(const cvg_plan* plan, cvg_requirement* out, std::int32_t capacity,
                        std::int32_t* count) {
  const auto& p = of(plan);
  const auto& c = p.cheat;
  *count = 0;
  const auto add = [&](cvg_role role, Index elements, bool own) {
    cvg_requirement r{};
    r.struct_size = sizeof r;
    r.role = role;
    r.form = own || c.device ? CVG_FORM_OWN : CVG_FORM_TENSOR;
    r.scope = CVG_SCOPE_SLOT;
    r.memory_kind = c.device ? kDeviceMemory : CVG_MEMORY_HOST;
    r.bytes = static_cast<std::size_t>(elements) * sizeof(float);
    r.alignment = sizeof(float);
    if (own) std::snprintf(r.layout, sizeof r.layout, "nchw");
    if (*count < capacity) out[*count] = r;
    ++*count;
  };
  add(CVG_ROLE_SRC, p.src_count(), c.own_src);
  add(CVG_ROLE_WEIGHTS, weights_count(p.spec), false);
  add(CVG_ROLE_DST, p.dst_count(), c.own_dst);
  if (p.spec.bias) add(CVG_ROLE_BIAS, p.spec.out_channels, false);
  return CVG_STATUS_OK;
}

cvg_status bind(cvg_plan* plan, std::int32_t slot, void* const* at, std::int32_t, cvg_note*) {
  auto& p = of(plan);
  p.slots[static_cast<std::size_t>(slot)] = {static_cast<float*>(at[0]), static_cast<float*>(at[1]),
                                             p.spec.bias ? static_cast<float*>(at[3]) : nullptr,
                                             static_cast<float*>(at[2])};
  return CVG_STATUS_OK;
}

void copy(const float* to, const void* from, Index count) {
  if (from && count > 0)
    std::memcpy(const_cast<float*>(to), from, static_cast<std::size_t>(count) * sizeof(float));
}

cvg_status prepare_weights(cvg_plan* plan, std::int32_t index, const cvg_tensors* t, cvg_note*) {
  auto& p = of(plan);
  auto& slot = p.slots[static_cast<std::size_t>(index)];
  if (p.cheat.device) {
    copy(slot.weights, t->weights, weights_count(p.spec));
    if (slot.bias) copy(slot.bias, t->bias, p.spec.out_channels);
  }
  Run run{p, slot};
  if (p.cheat.prepare) p.cheat.prepare(run);
  return CVG_STATUS_OK;
}

cvg_status upload(cvg_plan* plan, std::int32_t index, const cvg_tensors* t, cvg_note*) {
  auto& p = of(plan);
  Run run{p, p.slots[static_cast<std::size_t>(index)]};
  if (p.cheat.own_src || p.cheat.device) copy(run.slot.src, t->src, p.src_count());
  if (p.cheat.upload) p.cheat.upload(run, run.slot.src);
  return CVG_STATUS_OK;
}

cvg_status execute(cvg_plan* plan, const std::int32_t* slots, std::int64_t count,
                   cvg_timing* timing, cvg_note*) {
  auto& p = of(plan);
  p.timing = timing;
  for (Index i = 0; i < (p.cheat.first_slot_only ? std::min<Index>(1, count) : count); ++i) {
    if (i > 0 && p.cheat.repeats_left_out && slots[i] == slots[i - 1]) continue;
    Run run{p, p.slots[static_cast<std::size_t>(slots[i])]};
    if (!p.cheat.execute || p.cheat.execute(run)) convolve(run, run.slot.dst);
    if (p.cheat.after) p.cheat.after(run);
    ++p.kept.executions;
  }
  if (timing && p.cheat.told_ns > 0)
    timing->total_ns = p.cheat.told_ns * static_cast<double>(count);
  return CVG_STATUS_OK;
}

cvg_status wait(cvg_plan* plan, cvg_note*) {
  auto& p = of(plan);
  if (p.cheat.wait) p.cheat.wait(p);
  return CVG_STATUS_OK;
}

cvg_status fetch(cvg_plan* plan, std::int32_t index, const cvg_tensors* t, cvg_note*) {
  auto& p = of(plan);
  Run run{p, p.slots[static_cast<std::size_t>(index)]};
  auto* dst = static_cast<float*>(t->dst);
  if (p.cheat.fetch)
    p.cheat.fetch(run, dst);
  else if (p.cheat.own_dst || p.cheat.device)
    copy(dst, run.slot.dst, p.dst_count());
  return CVG_STATUS_OK;
}

// A device that is played in the host's memory.
cvg_status memory_alloc(std::int32_t, cvg_memory, std::size_t bytes, std::size_t alignment,
                        void** address, cvg_note*) {
  alignment = std::max<std::size_t>(alignment, 64);
  *address = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  return *address ? CVG_STATUS_OK : CVG_STATUS_OUT_OF_MEMORY;
}
void memory_free(std::int32_t, cvg_memory, void* address) {
  std::free(address);
}
cvg_status memory_fill(std::int32_t, cvg_memory, void* address, std::size_t offset,
                       std::int32_t byte, std::size_t bytes, cvg_note*) {
  std::memset(static_cast<char*>(address) + offset, byte, bytes);
  return CVG_STATUS_OK;
}
cvg_status memory_read(std::int32_t, cvg_memory, const void* address, std::size_t offset,
                       void* host, std::size_t bytes, cvg_note*) {
  std::memcpy(host, static_cast<const char*>(address) + offset, bytes);
  return CVG_STATUS_OK;
}
cvg_status memory_write(std::int32_t, cvg_memory, void* address, std::size_t offset,
                        const void* host, std::size_t bytes, cvg_note*) {
  std::memcpy(static_cast<char*>(address) + offset, host, bytes);
  return CVG_STATUS_OK;
}

/// The functions that are told neither a plan nor a backend know their row by their type.
template <std::size_t kRow>
struct Of {
  static cvg_status device_info(std::int32_t, cvg_device* out, cvg_note*) {
    const bool device = cheat_at(kRow)->device;
    out->kind = device ? CVG_DEVICE_KIND_GPU : CVG_DEVICE_KIND_CPU;
    std::snprintf(out->name, sizeof out->name, device ? "played device" : "one thread");
    return CVG_STATUS_OK;
  }
  static cvg_status query(const cvg_spec* s, const cvg_settings* t, cvg_reason* reason,
                          cvg_note* why) {
    return supports(*cheat_at(kRow), *s, *t, reason, why);
  }
  static cvg_status plan_create(const cvg_spec* s, const cvg_settings* t, cvg_plan** plan,
                                cvg_reason* reason, cvg_note* why) {
    const auto status = supports(*cheat_at(kRow), *s, *t, reason, why);
    if (status != CVG_STATUS_OK) return status;
    *plan = reinterpret_cast<cvg_plan*>(
        new Plan{*cheat_at(kRow), *s, *t, std::vector<Slot>(static_cast<std::size_t>(t->slots))});
    return CVG_STATUS_OK;
  }
};

template <std::size_t kRow>
cvg_backend table() {
  const auto& c = *cheat_at(kRow);
  cvg_backend b{};
  b.struct_size = sizeof b;
  b.name = c.name;
  b.description = c.pattern;
  b.version = "0";
  b.device_count = device_count;
  b.device_info = Of<kRow>::device_info;
  b.options = options;
  b.query = Of<kRow>::query;
  b.algorithms = algorithms;
  b.plan_create = Of<kRow>::plan_create;
  b.plan_destroy = plan_destroy;
  b.plan_algorithm = plan_algorithm;
  b.requirements = requirements;
  b.bind = bind;
  b.prepare_weights = prepare_weights;
  b.upload = upload;
  b.execute = execute;
  b.wait = wait;
  b.fetch = fetch;
  if (c.device) {
    b.memory_alloc = memory_alloc;
    b.memory_free = memory_free;
    b.memory_fill = memory_fill;
    b.memory_read = memory_read;
    b.memory_write = memory_write;
  }
  return b;
}

template <std::size_t... kRows>
std::vector<cvg_backend> tables(std::index_sequence<kRows...>) {
  std::vector<cvg_backend> all;
  (void)((cheat_at(kRows) && (all.push_back(table<kRows>()), true)) && ...);
  return all;
}

}  // namespace

Index Plan::src_count() const {
  return spec.batch * spec.in_channels * spec.h.input * spec.w.input;
}
Index Plan::dst_count() const {
  return spec.batch * spec.out_channels * output(spec.h) * output(spec.w);
}

void convolve(const Plan& plan, const Slot& slot, float* dst, Index first, Index last,
              float (*product)(float, float)) {
  const auto& s = plan.spec;
  const Index height = output(s.h), width = output(s.w);
  for (Index at = first; at < last; ++at)
    dst[at] =
        output_at(s, slot, at / (width * height * s.out_channels),
                  at / (width * height) % s.out_channels, at / width % height, at % width, product);
}

std::uint64_t hash(const float* values, Index count, Index step) {
  std::uint64_t h = 14695981039346656037u;
  for (Index i = 0; i < count; i += step) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, values + i, sizeof bits);
    h = (h ^ bits) * 1099511628211u;
  }
  return h;
}

Kept& library() {
  static Kept kept;
  return kept;
}

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

const Cheat* cheat_at(std::size_t index) {
  for (const auto& table : all_rows()) {
    if (index < table.size()) return &table[index];
    index -= table.size();
  }
  return nullptr;
}

}  // namespace cheats

extern "C" CVG_EXPORT const cvg_plugin* cvg_plugin_entry(std::uint32_t version, const cvg_host*,
                                                         std::uint32_t* own) {
  static const auto backends = cheats::tables(std::make_index_sequence<cheats::kMost>());
  static const auto pointers = [] {
    std::vector<const cvg_backend*> all;
    for (const auto& b : backends) all.push_back(&b);
    return all;
  }();
  static const cvg_plugin plugin{.struct_size = sizeof(cvg_plugin),
                                 .abi_version = CVG_ABI_VERSION,
                                 .backend_count = static_cast<std::int32_t>(pointers.size()),
                                 .name = "cheats",
                                 .version = "0",
                                 .backends = pointers.data(),
                                 .extension = nullptr};
  *own = CVG_ABI_VERSION;
  return version == CVG_ABI_VERSION ? &plugin : nullptr;
}

/// For cheats.py: text field 0 to 4 of row `index`, and the layout that it takes; NULL beyond the
/// last row.
extern "C" CVG_EXPORT const char* cheat_words(int index, int field) {
  const auto* c = index < 0 ? nullptr : cheats::cheat_at(static_cast<std::size_t>(index));
  if (!c) return nullptr;
  const char* const words[] = {c->name,   c->pattern,
                               c->source, c->found,
                               c->says,   c->layout == CVG_LAYOUT_NATIVE ? "native" : "nchw"};
  return words[field];
}
