/* What the C plugins of this folder share: a direct convolution, forward, in f32 with zero padding,
 * and the functions of a table that are the same for all of them. A source defines kName,
 * kDescription and kIgnoresNan, includes this file first, and then defines accepts(), needs(),
 * prepare(), run() and complete().
 */
#include <convgauge/plugin.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef kDeviceKind
#define kDeviceKind CVG_DEVICE_KIND_CPU
#endif

enum { kSlots = 8, kBuffers = 8, kMemory = 1 /* a kind of device.c's own */ };

struct cvg_plan {
  cvg_spec spec;
  int32_t slots, buffers;
  cvg_requirement needs[kBuffers];
  void* at[kSlots][kBuffers]; /* by slot, in the order of `needs` */
  float* kept[kSlots];        /* weights that a plan keeps in memory of its own */
};

/* Whether the plugin computes in this layout. */
static int accepts(cvg_layout layout);
/* Fills in the requirements, and returns how many there are. */
static int32_t needs(const cvg_spec* spec, cvg_requirement* out);
static void prepare(cvg_plan* plan, int32_t slot, const cvg_tensors* host);
static void run(cvg_plan* plan, int32_t slot);

static int64_t output(const cvg_axis* a) {
  return (a->pad_before + a->input + a->pad_after - a->dilation * (a->kernel - 1) - 1) / a->stride +
         1;
}

static size_t floats(int64_t count) {
  return (size_t)count * sizeof(float);
}
static size_t src_bytes(const cvg_spec* s) {
  return floats(s->batch * s->in_channels * s->h.input * s->w.input);
}
static size_t weights_bytes(const cvg_spec* s) {
  return floats(s->out_channels * (s->in_channels / s->groups) * s->h.kernel * s->w.kernel);
}
static size_t dst_bytes(const cvg_spec* s) {
  return floats(s->batch * s->out_channels * output(&s->h) * output(&s->w));
}

/* src and dst by strides in the order n, c, h, w; weights by those of the spec. */
static void convolve(const cvg_spec* s, const float* src, const int64_t* ss, const float* weights,
                     const float* bias, float* dst, const int64_t* ds) {
  const int64_t inputs = s->in_channels / s->groups, outputs = s->out_channels / s->groups;
  const int64_t* ws = s->weights_strides;
  for (int64_t n = 0; n < s->batch; ++n)
    for (int64_t o = 0; o < s->out_channels; ++o)
      for (int64_t y = 0; y < output(&s->h); ++y)
        for (int64_t x = 0; x < output(&s->w); ++x) {
          float sum = bias ? bias[o] : 0.0f;
          for (int64_t i = 0; i < inputs; ++i)
            for (int64_t k = 0; k < s->h.kernel; ++k)
              for (int64_t l = 0; l < s->w.kernel; ++l) {
                const int64_t h = y * s->h.stride + k * s->h.dilation - s->h.pad_before;
                const int64_t w = x * s->w.stride + l * s->w.dilation - s->w.pad_before;
                const float inside = h >= 0 && w >= 0 && h < s->h.input && w < s->w.input
                                         ? src[n * ss[0] + (o / outputs * inputs + i) * ss[1] +
                                               h * ss[2] + w * ss[3]]
                                         : 0.0f;
                sum += weights[o * ws[0] + i * ws[1] + k * ws[2] + l * ws[3]] * inside;
              }
          dst[n * ds[0] + o * ds[1] + y * ds[2] + x * ds[3]] = sum;
        }
}

/* Reads and writes structs of a host whose structs may be longer. */
static void write_struct(void* out, const void* from, size_t bytes) {
  size_t room = 0;
  memcpy(&room, out, sizeof room);
  if (room > bytes) room = bytes;
  memcpy((char*)out + sizeof room, (const char*)from + sizeof room, room - sizeof room);
}
static void write_note(cvg_note* note, const char* text) {
  if (note && note->capacity > 0) snprintf(note->text, note->capacity, "%s", text);
}

static cvg_requirement buffer(cvg_role role, cvg_form form, cvg_scope scope, size_t bytes,
                              size_t alignment, const char* layout) {
  cvg_requirement r;
  memset(&r, 0, sizeof r);
  r.struct_size = sizeof r;
  r.role = role;
  r.form = form;
  r.scope = scope;
  r.memory_kind = CVG_MEMORY_HOST;
  r.bytes = bytes;
  r.alignment = alignment;
  snprintf(r.layout, sizeof r.layout, "%s", layout);
  return r;
}
static cvg_requirement tensor(cvg_role role, size_t bytes) {
  return buffer(role, CVG_FORM_TENSOR, CVG_SCOPE_SLOT, bytes, sizeof(float), "");
}

/* The address bound for a role; NULL where the plan has none. */
static void* bound(const cvg_plan* plan, int32_t slot, cvg_role role) {
  for (int32_t i = 0; i < plan->buffers; ++i)
    if (plan->needs[i].role == role) return plan->at[slot][i];
  return NULL;
}

static cvg_status refuse(cvg_reason* reason, cvg_note* why, cvg_reason code, const char* sentence) {
  *reason = code;
  write_note(why, sentence);
  return CVG_STATUS_REFUSED;
}

static cvg_status device_count(int32_t* count, cvg_note* why) {
  (void)why;
  *count = 1;
  return CVG_STATUS_OK;
}
static cvg_status device_info(int32_t index, cvg_device* out, cvg_note* why) {
  cvg_device device;
  (void)why;
  if (index != 0) return CVG_STATUS_FAILED;
  memset(&device, 0, sizeof device);
  device.kind = kDeviceKind;
  snprintf(device.name, sizeof device.name, "one thread");
  write_struct(out, &device, sizeof device);
  return CVG_STATUS_OK;
}
static cvg_status options(cvg_option_info* out, int32_t capacity, int32_t* count) {
  (void)out;
  (void)capacity;
  *count = 0;
  return CVG_STATUS_OK;
}

static cvg_status query(const cvg_spec* s, const cvg_settings* t, cvg_reason* reason,
                        cvg_note* why) {
  if (s->direction != CVG_DIRECTION_FORWARD)
    return refuse(reason, why, CVG_REASON_DIRECTION, "forward only");
  if (s->src_type != CVG_DTYPE_F32 || s->weights_type != CVG_DTYPE_F32 ||
      s->dst_type != CVG_DTYPE_F32 || s->accumulator_type != CVG_DTYPE_F32)
    return refuse(reason, why, CVG_REASON_DTYPE, "f32 only");
  if (!accepts(s->layout)) return refuse(reason, why, CVG_REASON_LAYOUT, "not in this layout");
  if (s->padding_mode != CVG_PADDING_ZEROS)
    return refuse(reason, why, CVG_REASON_PADDING_MODE, "zeros only");
  if (t->device != 0) return refuse(reason, why, CVG_REASON_DEVICE, "there is one device");
  if (t->slots < 1 || t->slots > kSlots)
    return refuse(reason, why, CVG_REASON_SIZE, "1 to 8 slots");
  if (t->option_count > 0) return refuse(reason, why, CVG_REASON_OPTION, "there are no options");
  if (t->algorithm && strcmp(t->algorithm, kName) != 0)
    return refuse(reason, why, CVG_REASON_ALGORITHM,
                  "there is one algorithm, named as the backend");
  if (t->workspace_limit_bytes >= 0)
    return refuse(reason, why, CVG_REASON_WORKSPACE_LIMIT, "workspace cannot be limited");
  return CVG_STATUS_OK;
}

static void tell_algorithm(cvg_algorithm* out) {
  cvg_algorithm a;
  memset(&a, 0, sizeof a);
  snprintf(a.name, sizeof a.name, "%s", kName);
  a.algorithm_class = CVG_CLASS_DIRECT;
  a.deterministic = 1;
  a.ignores_nan = kIgnoresNan;
  write_struct(out, &a, sizeof a);
}
static cvg_status algorithms(const cvg_spec* s, const cvg_settings* t, cvg_algorithm* out,
                             int32_t capacity, int32_t* count, cvg_note* why) {
  cvg_reason reason = CVG_REASON_NONE;
  const cvg_status status = query(s, t, &reason, why);
  *count = status == CVG_STATUS_OK;
  if (*count && out && capacity > 0) tell_algorithm(out);
  return status;
}

static cvg_status plan_create(const cvg_spec* s, const cvg_settings* t, cvg_plan** plan,
                              cvg_reason* reason, cvg_note* why) {
  const cvg_status status = query(s, t, reason, why);
  if (status != CVG_STATUS_OK) return status;
  cvg_plan* made = calloc(1, sizeof *made);
  if (!made) return CVG_STATUS_OUT_OF_MEMORY;
  made->spec = *s;
  made->slots = t->slots;
  made->buffers = needs(s, made->needs);
  *plan = made;
  return CVG_STATUS_OK;
}
static void plan_destroy(cvg_plan* plan) {
  for (int32_t i = 0; i < kSlots; ++i) free(plan->kept[i]);
  free(plan);
}
static cvg_status plan_algorithm(const cvg_plan* plan, cvg_algorithm* out) {
  (void)plan;
  tell_algorithm(out);
  return CVG_STATUS_OK;
}
static cvg_status requirements(const cvg_plan* plan, cvg_requirement* out, int32_t capacity,
                               int32_t* count) {
  *count = plan->buffers;
  if (!out) return CVG_STATUS_OK;
  for (int32_t i = 0; i < plan->buffers && i < capacity; ++i)
    write_struct((char*)out + (size_t)i * out->struct_size, &plan->needs[i], sizeof plan->needs[i]);
  return CVG_STATUS_OK;
}

static cvg_status bind(cvg_plan* plan, int32_t slot, void* const* addresses, int32_t count,
                       cvg_note* why) {
  if (slot < 0 || slot >= plan->slots || count != plan->buffers) {
    write_note(why, "no such slot, or another count of buffers");
    return CVG_STATUS_FAILED;
  }
  memcpy(plan->at[slot], addresses, (size_t)count * sizeof *addresses);
  free(plan->kept[slot]);
  plan->kept[slot] = NULL;
  return CVG_STATUS_OK;
}
static cvg_status prepare_weights(cvg_plan* plan, int32_t slot, const cvg_tensors* host,
                                  cvg_note* why) {
  (void)why;
  prepare(plan, slot, host);
  return CVG_STATUS_OK;
}
static cvg_status execute(cvg_plan* plan, const int32_t* slots, int64_t count, cvg_timing* timing,
                          cvg_note* why) {
  (void)timing;
  (void)why;
  for (int64_t i = 0; i < count; ++i) run(plan, slots[i]);
  return CVG_STATUS_OK;
}
static cvg_status wait(cvg_plan* plan, cvg_note* why) {
  (void)plan;
  (void)why;
  return CVG_STATUS_OK;
}
static cvg_status nothing_to_move(cvg_plan* plan, int32_t slot, const cvg_tensors* host,
                                  cvg_note* why) {
  (void)plan;
  (void)slot;
  (void)host;
  (void)why;
  return CVG_STATUS_OK;
}

static cvg_backend backend = {.struct_size = sizeof(cvg_backend),
                              .name = kName,
                              .description = kDescription,
                              .version = "1",
                              .device_count = device_count,
                              .device_info = device_info,
                              .options = options,
                              .query = query,
                              .algorithms = algorithms,
                              .plan_create = plan_create,
                              .plan_destroy = plan_destroy,
                              .plan_algorithm = plan_algorithm,
                              .requirements = requirements,
                              .bind = bind,
                              .prepare_weights = prepare_weights,
                              .upload = nothing_to_move,
                              .execute = execute,
                              .wait = wait,
                              .fetch = nothing_to_move};

/* What a source changes in the table. */
static void complete(cvg_backend* table);

CVG_EXPORT const cvg_plugin* cvg_plugin_entry(uint32_t version, const cvg_host* host,
                                              uint32_t* plugin_version) {
  static const cvg_backend* const backends[] = {&backend};
  static const cvg_plugin plugin = {.struct_size = sizeof(cvg_plugin),
                                    .abi_version = CVG_ABI_VERSION,
                                    .backend_count = 1,
                                    .name = "convgauge_abi_1_" kName,
                                    .version = "1",
                                    .backends = backends};
  (void)host;
  *plugin_version = CVG_ABI_VERSION;
  if (version != CVG_ABI_VERSION) return NULL;
  complete(&backend);
  return &plugin;
}
