/* All buffers in memory of the backend's own kind, here of the C library; the times of a batch in
 * wait(); details of the plan and of the device. */
#define _POSIX_C_SOURCE 200112L
#define kName "abi1_device"
#define kDescription "forward, in memory of its own kind"
#define kIgnoresNan 0
#define kDeviceKind CVG_DEVICE_KIND_SOFTWARE
#include "direct.h"

#include <time.h>

static double batch_ns;
static cvg_timing* batch_timing;

static int accepts(cvg_layout layout) {
  return layout == CVG_LAYOUT_NCHW || layout == CVG_LAYOUT_NHWC;
}
static cvg_requirement on_device(cvg_role role, size_t bytes) {
  cvg_requirement r = buffer(role, CVG_FORM_OWN, CVG_SCOPE_SLOT, bytes, 64, "");
  r.memory_kind = kMemory;
  return r;
}
static int32_t needs(const cvg_spec* s, cvg_requirement* out) {
  out[0] = on_device(CVG_ROLE_SRC, src_bytes(s));
  out[1] = on_device(CVG_ROLE_WEIGHTS, weights_bytes(s));
  out[2] = on_device(CVG_ROLE_DST, dst_bytes(s));
  out[3] = on_device(CVG_ROLE_BIAS, floats(s->out_channels));
  return s->bias ? 4 : 3;
}
static void prepare(cvg_plan* plan, int32_t slot, const cvg_tensors* host) {
  const cvg_spec* s = &plan->spec;
  memcpy(bound(plan, slot, CVG_ROLE_WEIGHTS), host->weights, weights_bytes(s));
  if (s->bias) memcpy(bound(plan, slot, CVG_ROLE_BIAS), host->bias, floats(s->out_channels));
}
static cvg_status upload(cvg_plan* plan, int32_t slot, const cvg_tensors* host, cvg_note* why) {
  (void)why;
  if (plan->spec.batch > 0)
    memcpy(bound(plan, slot, CVG_ROLE_SRC), host->src, src_bytes(&plan->spec));
  return CVG_STATUS_OK;
}
static cvg_status fetch(cvg_plan* plan, int32_t slot, const cvg_tensors* host, cvg_note* why) {
  (void)why;
  if (plan->spec.batch > 0)
    memcpy(host->dst, bound(plan, slot, CVG_ROLE_DST), dst_bytes(&plan->spec));
  return CVG_STATUS_OK;
}
static void run(cvg_plan* plan, int32_t slot) {
  const cvg_spec* s = &plan->spec;
  convolve(s, bound(plan, slot, CVG_ROLE_SRC), s->src_strides, bound(plan, slot, CVG_ROLE_WEIGHTS),
           bound(plan, slot, CVG_ROLE_BIAS), bound(plan, slot, CVG_ROLE_DST), s->dst_strides);
}

static double now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}
static cvg_status execute_timed(cvg_plan* plan, const int32_t* slots, int64_t count,
                                cvg_timing* timing, cvg_note* why) {
  const double begin = now_ns();
  const cvg_status status = execute(plan, slots, count, timing, why);
  batch_ns = now_ns() - begin;
  batch_timing = timing;
  return status;
}
static cvg_status wait_timed(cvg_plan* plan, cvg_note* why) {
  if (batch_timing) batch_timing->total_ns = batch_ns;
  batch_timing = NULL;
  return wait(plan, why);
}

static cvg_status memory_alloc(int32_t device, cvg_memory kind, size_t bytes, size_t alignment,
                               void** address, cvg_note* why) {
  (void)device;
  if (kind != kMemory) {
    write_note(why, "there is one kind of memory, number 1");
    return CVG_STATUS_FAILED;
  }
  if (alignment < sizeof(void*)) alignment = sizeof(void*);
  return posix_memalign(address, alignment, bytes) == 0 ? CVG_STATUS_OK : CVG_STATUS_OUT_OF_MEMORY;
}
static void memory_free(int32_t device, cvg_memory kind, void* address) {
  (void)device;
  (void)kind;
  free(address);
}
static cvg_status memory_fill(int32_t device, cvg_memory kind, void* address, size_t offset,
                              int32_t byte, size_t bytes, cvg_note* why) {
  (void)device;
  (void)kind;
  (void)why;
  memset((char*)address + offset, byte, bytes);
  return CVG_STATUS_OK;
}
static cvg_status memory_read(int32_t device, cvg_memory kind, const void* address, size_t offset,
                              void* host, size_t bytes, cvg_note* why) {
  (void)device;
  (void)kind;
  (void)why;
  memcpy(host, (const char*)address + offset, bytes);
  return CVG_STATUS_OK;
}
static cvg_status memory_write(int32_t device, cvg_memory kind, void* address, size_t offset,
                               const void* host, size_t bytes, cvg_note* why) {
  (void)device;
  (void)kind;
  (void)why;
  memcpy((char*)address + offset, host, bytes);
  return CVG_STATUS_OK;
}
static cvg_status tell_plan(const cvg_plan* plan, cvg_note* json) {
  char text[64];
  snprintf(text, sizeof text, "{\"buffers\": %d}", (int)plan->buffers);
  write_note(json, text);
  return CVG_STATUS_OK;
}
static cvg_status tell_device(int32_t device, cvg_note* json) {
  (void)device;
  write_note(json, "{\"throttle_reasons\": \"none\"}");
  return CVG_STATUS_OK;
}
static const void* extension(const char* name) {
  static const cvg_details details = {sizeof(cvg_details), tell_plan, tell_device};
  return name && strcmp(name, CVG_EXTENSION_DETAILS) == 0 ? &details : NULL;
}

static void complete(cvg_backend* table) {
  table->extension = extension;
  table->upload = upload;
  table->fetch = fetch;
  table->execute = execute_timed;
  table->wait = wait_timed;
  table->memory_alloc = memory_alloc;
  table->memory_free = memory_free;
  table->memory_fill = memory_fill;
  table->memory_read = memory_read;
  table->memory_write = memory_write;
}
