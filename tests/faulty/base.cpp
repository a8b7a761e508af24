// The correct plugin: seven loops, every parameter of Conv2d, nchw and nhwc by strides, all padding
// modes.
#include "base.hpp"

#include <cstdio>
#include <cstring>
#include <new>

namespace faulty {
namespace {

int64_t output(const cvg_axis& a) {
  return (a.pad_before + a.input + a.pad_after - a.dilation * (a.kernel - 1) - 1) / a.stride + 1;
}

/// The index that padding makes of `i`; -1: a zero. Reflection may be met twice when an axis is
/// taken for another.
int64_t padded(int64_t i, int64_t size, cvg_padding mode) {
  if (i >= 0 && i < size) return i;
  switch (mode) {
    case CVG_PADDING_REPLICATE:
      return i < 0 ? 0 : size - 1;
    case CVG_PADDING_CIRCULAR:
      return (i % size + size) % size;
    case CVG_PADDING_REFLECT: {
      if (size == 1) return 0;
      const int64_t period = 2 * (size - 1), r = (i % period + period) % period;
      return r < size ? r : period - r;
    }
    default:
      return -1;
  }
}

float sum_of_taps(const Call& call, const cvg_spec& s, int64_t n, int64_t o, int64_t y, int64_t x) {
  const int64_t inputs = call.spec.in_channels / call.spec.groups;
  const int64_t first = o / (s.out_channels / s.groups) * (s.in_channels / s.groups);
  const int64_t *ss = s.src_strides, *ws = s.weights_strides;
  float sum = s.bias && call.bias ? call.bias[o] : 0.0f;
  for (int64_t i = 0; i < inputs; ++i)
    for (int64_t k = 0; k < s.h.kernel; ++k)
      for (int64_t l = 0; l < s.w.kernel; ++l) {
        const int64_t h =
            padded(y * s.h.stride + k * s.h.dilation - s.h.pad_before, s.h.input, s.padding_mode);
        const int64_t w =
            padded(x * s.w.stride + l * s.w.dilation - s.w.pad_before, s.w.input, s.padding_mode);
        if (h < 0 || w < 0) continue;
        const float value = call.src[n * ss[0] + (first + i) * ss[1] + h * ss[2] + w * ss[3]];
        const float weight = call.weights[o * ws[0] + i * ws[1] + k * ws[2] + l * ws[3]];
        const float product = fault.multiply ? fault.multiply(weight, value) : weight * value;
        sum = fault.add ? fault.add(sum, product) : sum + product;
      }
  return sum;
}

/// plan_create copies what it is told: the host's structs are gone when it returns.
struct Plan {
  cvg_spec spec;
  cvg_settings settings;
  int64_t executions = 0;
  mutable int requirement_calls = 0;
  void* addresses[16][5] = {};  // by slot; in the order of requirements()
};
constexpr int32_t kSlots = 16;

Plan* of(cvg_plan* plan) {
  return reinterpret_cast<Plan*>(plan);
}
const Plan* of(const cvg_plan* plan) {
  return reinterpret_cast<const Plan*>(plan);
}

int64_t count_of(const cvg_spec& s, cvg_role role) {
  switch (role) {
    case CVG_ROLE_SRC:
      return s.batch * s.in_channels * s.h.input * s.w.input;
    case CVG_ROLE_WEIGHTS:
      return s.out_channels * (s.in_channels / s.groups) * s.h.kernel * s.w.kernel;
    case CVG_ROLE_BIAS:
      return s.bias ? s.out_channels : 0;
    default:
      return s.batch * s.out_channels * output(s.h) * output(s.w);
  }
}

cvg_status refuse(cvg_reason* reason, cvg_note* why, cvg_reason code, const char* sentence) {
  *reason = code;
  say(why, sentence);
  return CVG_STATUS_REFUSED;
}

cvg_status honest_query(const cvg_spec& s, const cvg_settings& t, cvg_reason* reason,
                        cvg_note* why) {
  if (s.direction != CVG_DIRECTION_FORWARD)
    return refuse(reason, why, CVG_REASON_DIRECTION, "forward only");
  if (s.src_type != CVG_DTYPE_F32 || s.weights_type != CVG_DTYPE_F32 ||
      s.dst_type != CVG_DTYPE_F32 || s.accumulator_type != CVG_DTYPE_F32)
    return refuse(reason, why, CVG_REASON_DTYPE, "f32 only");
  if (s.layout != CVG_LAYOUT_NCHW && s.layout != CVG_LAYOUT_NHWC)
    return refuse(reason, why, CVG_REASON_LAYOUT, "nchw and nhwc only");
  if (t.device != 0) return refuse(reason, why, CVG_REASON_DEVICE, "there is one device");
  if (t.slots > kSlots) return refuse(reason, why, CVG_REASON_SIZE, "at most 16 slots");
  if (t.option_count > 0) return refuse(reason, why, CVG_REASON_OPTION, "there are no options");
  if (t.algorithm && std::strcmp(t.algorithm, "direct") != 0)
    return refuse(reason, why, CVG_REASON_ALGORITHM, "the one algorithm is direct");
  if (t.workspace_limit_bytes >= 0 && t.workspace_limit_bytes < fault.workspace_bytes)
    return refuse(reason, why, CVG_REASON_WORKSPACE_LIMIT, "needs a little workspace");
  return CVG_STATUS_OK;
}

cvg_status device_count(int32_t* count, cvg_note*) {
  *count = 1;
  return CVG_STATUS_OK;
}

cvg_status device_info(int32_t, cvg_device* out, cvg_note*) {
  out->kind = CVG_DEVICE_KIND_CPU;
  std::snprintf(out->name, sizeof out->name, "one thread");
  return CVG_STATUS_OK;
}

cvg_status options(cvg_option_info*, int32_t, int32_t* count) {
  *count = 0;
  return CVG_STATUS_OK;
}

cvg_status query(const cvg_spec* spec, const cvg_settings* settings, cvg_reason* reason,
                 cvg_note* why) {
  const auto status = honest_query(*spec, *settings, reason, why);
  return status == CVG_STATUS_OK && fault.query ? fault.query(*spec, reason, why) : status;
}

void describe(cvg_algorithm* out) {
  std::snprintf(out->name, sizeof out->name, "direct");
  out->algorithm_class = CVG_CLASS_DIRECT;
  out->deterministic = 1;
}

cvg_status algorithms(const cvg_spec*, const cvg_settings*, cvg_algorithm* out, int32_t capacity,
                      int32_t* count, cvg_note*) {
  *count = 1;
  if (capacity > 0) describe(out);
  return CVG_STATUS_OK;
}

cvg_status plan_create(const cvg_spec* spec, const cvg_settings* settings, cvg_plan** plan,
                       cvg_reason* reason, cvg_note* why) {
  auto status = honest_query(*spec, *settings, reason, why);
  if (status == CVG_STATUS_OK && fault.create) status = fault.create(*spec, reason, why);
  if (status != CVG_STATUS_OK) return status;
  auto* made = new (std::nothrow) Plan{.spec = *spec, .settings = *settings};
  if (!made) return CVG_STATUS_OUT_OF_MEMORY;
  *plan = reinterpret_cast<cvg_plan*>(made);
  return CVG_STATUS_OK;
}

void plan_destroy(cvg_plan* plan) {
  delete of(plan);
}

cvg_status plan_algorithm(const cvg_plan*, cvg_algorithm* out) {
  describe(out);
  if (fault.algorithm) fault.algorithm(*out);
  return CVG_STATUS_OK;
}

cvg_status requirements(const cvg_plan* plan, cvg_requirement* out, int32_t capacity,
                        int32_t* count) {
  constexpr cvg_role kRoles[] = {CVG_ROLE_SRC, CVG_ROLE_WEIGHTS, CVG_ROLE_DST, CVG_ROLE_BIAS,
                                 CVG_ROLE_WORKSPACE};
  const auto& spec = of(plan)->spec;
  const int calls = of(plan)->requirement_calls++;
  *count = 0;
  for (const cvg_role role : kRoles) {
    const bool scratch = role == CVG_ROLE_WORKSPACE;
    const int64_t bytes = scratch ? fault.workspace_bytes : 4 * count_of(spec, role);
    if ((scratch && bytes == 0) || (role == CVG_ROLE_BIAS && !spec.bias)) continue;
    cvg_requirement r{};
    r.struct_size = sizeof r;
    r.role = role;
    r.scope = scratch ? CVG_SCOPE_EXECUTION : CVG_SCOPE_SLOT;
    r.form = scratch ? CVG_FORM_OWN : CVG_FORM_TENSOR;
    r.memory_kind = CVG_MEMORY_HOST;
    r.bytes = static_cast<size_t>(bytes);
    r.alignment = 4;
    if (fault.requirement) fault.requirement(r, calls);
    if (*count < capacity) out[*count] = r;
    ++*count;
  }
  return CVG_STATUS_OK;
}

cvg_status bind(cvg_plan* plan, int32_t slot, void* const* addresses, int32_t count, cvg_note*) {
  for (int32_t i = 0; i < count && i < 5; ++i) of(plan)->addresses[slot][i] = addresses[i];
  return CVG_STATUS_OK;
}

cvg_status prepare_weights(cvg_plan* plan, int32_t slot, const cvg_tensors*, cvg_note*) {
  const auto* p = of(plan);
  if (fault.weights)
    fault.weights(static_cast<const float*>(p->addresses[slot][1]),
                  count_of(p->spec, CVG_ROLE_WEIGHTS));
  return CVG_STATUS_OK;
}

cvg_status move_nothing(cvg_plan*, int32_t, const cvg_tensors*, cvg_note*) {
  return CVG_STATUS_OK;
}

Call call_of(Plan& p, int32_t slot) {
  void** at = p.addresses[slot];
  void* const scratch = fault.workspace_bytes ? at[p.spec.bias ? 4 : 3] : nullptr;
  return {.spec = p.spec,
          .settings = p.settings,
          .execution = p.executions++,
          .src = static_cast<const float*>(at[0]),
          .weights = static_cast<const float*>(at[1]),
          .bias = p.spec.bias ? static_cast<const float*>(at[3]) : nullptr,
          .dst = static_cast<float*>(at[2]),
          .workspace = static_cast<unsigned char*>(scratch),
          .src_count = count_of(p.spec, CVG_ROLE_SRC),
          .weights_count = count_of(p.spec, CVG_ROLE_WEIGHTS),
          .bias_count = count_of(p.spec, CVG_ROLE_BIAS),
          .dst_count = count_of(p.spec, CVG_ROLE_DST),
          .workspace_bytes = fault.workspace_bytes};
}

cvg_status execute(cvg_plan* plan, const int32_t* slots, int64_t count, cvg_timing*,
                   cvg_note* why) {
  for (int64_t i = 0; i < count; ++i) {
    Call call = call_of(*of(plan), slots[i]);
    if (!fault.before || fault.before(call)) convolve(call);
    if (fault.after) fault.after(call);
    const auto status = fault.execute ? fault.execute(call, why) : CVG_STATUS_OK;
    if (status != CVG_STATUS_OK) return status;
  }
  return CVG_STATUS_OK;
}

cvg_status wait(cvg_plan*, cvg_note*) {
  if (fault.wait) fault.wait();
  return CVG_STATUS_OK;
}

cvg_backend backend_table() {
  cvg_backend b{};
  b.struct_size = sizeof b;
  b.name = fault.name;
  b.description = "a direct convolution with one fault, for tests";
  b.version = "0";
  b.device_count = device_count;
  b.device_info = device_info;
  b.options = options;
  b.query = query;
  b.algorithms = algorithms;
  b.plan_create = plan_create;
  b.plan_destroy = plan_destroy;
  b.plan_algorithm = plan_algorithm;
  b.requirements = requirements;
  b.bind = bind;
  b.prepare_weights = prepare_weights;
  b.upload = b.fetch = move_nothing;
  b.execute = execute;
  b.wait = wait;
  return b;
}

cvg_plugin plugin_table(const cvg_backend* const* backends) {
  cvg_plugin p{};
  p.struct_size = sizeof p;
  p.abi_version = CVG_ABI_VERSION;
  p.backend_count = 1;
  p.name = fault.name;
  p.version = "0";
  p.backends = backends;
  return p;
}

}  // namespace

void convolve(const Call& call) {
  cvg_spec taken_for = call.spec;
  if (fault.taken_for) fault.taken_for(taken_for);
  const int64_t height = output(call.spec.h),
                width = output(call.spec.w);  // the output has the true size
  const int64_t* ds = taken_for.dst_strides;
  for (int64_t n = 0; n < call.spec.batch; ++n)
    for (int64_t o = 0; o < call.spec.out_channels; ++o)
      for (int64_t y = 0; y < height; ++y)
        for (int64_t x = 0; x < width; ++x)
          call.dst[n * ds[0] + o * ds[1] + y * ds[2] + x * ds[3]] =
              sum_of_taps(call, taken_for, n, o, y, x);
}

void say(cvg_note* note, const char* sentence) {
  if (note && note->capacity > 0) std::snprintf(note->text, note->capacity, "%s", sentence);
}

float ten_bits(float value) {
  uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  if ((bits & 0x7f800000u) == 0x7f800000u) return value;  // infinity, NaN
  bits += 0xfffu + ((bits >> 13) & 1u);
  bits &= ~0x1fffu;
  std::memcpy(&value, &bits, sizeof bits);
  return value;
}

}  // namespace faulty

extern "C" const cvg_plugin* cvg_plugin_entry(uint32_t version, const cvg_host*,
                                              uint32_t* plugin_version) {
  static cvg_backend backend = faulty::backend_table();
  static const cvg_backend* const backends[] = {&backend};
  static cvg_plugin plugin = faulty::plugin_table(backends);
  if (fault.load) fault.load();
  if (fault.tables) fault.tables(plugin, backend);
  *plugin_version = CVG_ABI_VERSION;
  if (fault.entry) return fault.entry(plugin_version);
  return version == CVG_ABI_VERSION ? &plugin : nullptr;
}
