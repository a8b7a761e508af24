/* Buffers of the plan's own arrangement in every scope: source and output in an order of their own
 * (native), for each slot; packed weights with the bias behind them, for each slot; constants, once
 * for the plan; workspace, once for all executions. */
#define kName "abi1_own_forms"
#define kDescription "forward, in a layout of its own, with packed weights"
#define kIgnoresNan 0
#include "direct.h"

static int accepts(cvg_layout layout) {
  return layout == CVG_LAYOUT_NATIVE;
}
static int32_t needs(const cvg_spec* s, cvg_requirement* out) {
  out[0] = buffer(CVG_ROLE_SRC, CVG_FORM_OWN, CVG_SCOPE_SLOT, src_bytes(s), 64, "nhwc");
  out[1] = buffer(CVG_ROLE_DST, CVG_FORM_OWN, CVG_SCOPE_SLOT, dst_bytes(s), 64, "nhwc");
  out[2] = buffer(CVG_ROLE_PACKED_WEIGHTS, CVG_FORM_OWN, CVG_SCOPE_SLOT,
                  weights_bytes(s) + floats(s->out_channels), 64, "");
  out[3] = buffer(CVG_ROLE_CONSTANTS, CVG_FORM_OWN, CVG_SCOPE_PLAN, 8 * sizeof(int64_t), 8, "");
  out[4] = buffer(CVG_ROLE_WORKSPACE, CVG_FORM_OWN, CVG_SCOPE_EXECUTION, dst_bytes(s), 64, "");
  return 5;
}

/* Dense strides in the order n, c, h, w of an image whose channels are innermost. */
static void channels_last(int64_t channels, int64_t height, int64_t width, int64_t* strides) {
  strides[0] = height * width * channels;
  strides[1] = 1;
  strides[2] = width * channels;
  strides[3] = channels;
}

/* Writes the constants: the strides of both images. */
static cvg_status bind_with_constants(cvg_plan* plan, int32_t slot, void* const* addresses,
                                      int32_t count, cvg_note* why) {
  const cvg_spec* s = &plan->spec;
  const cvg_status status = bind(plan, slot, addresses, count, why);
  if (status != CVG_STATUS_OK) return status;
  int64_t* table = bound(plan, slot, CVG_ROLE_CONSTANTS);
  channels_last(s->in_channels, s->h.input, s->w.input, table);
  channels_last(s->out_channels, output(&s->h), output(&s->w), table + 4);
  return CVG_STATUS_OK;
}

static void prepare(cvg_plan* plan, int32_t slot, const cvg_tensors* host) {
  const cvg_spec* s = &plan->spec;
  char* packed = bound(plan, slot, CVG_ROLE_PACKED_WEIGHTS);
  memcpy(packed, host->weights, weights_bytes(s));
  memset(packed + weights_bytes(s), 0, floats(s->out_channels));
  if (s->bias) memcpy(packed + weights_bytes(s), host->bias, floats(s->out_channels));
}

static void copy(const float* from, const int64_t* fs, float* to, const int64_t* ts, int64_t batch,
                 int64_t channels, int64_t height, int64_t width) {
  for (int64_t n = 0; n < batch; ++n)
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t y = 0; y < height; ++y)
        for (int64_t x = 0; x < width; ++x)
          to[n * ts[0] + c * ts[1] + y * ts[2] + x * ts[3]] =
              from[n * fs[0] + c * fs[1] + y * fs[2] + x * fs[3]];
}
static cvg_status upload(cvg_plan* plan, int32_t slot, const cvg_tensors* host, cvg_note* why) {
  const cvg_spec* s = &plan->spec;
  const int64_t* table = bound(plan, slot, CVG_ROLE_CONSTANTS);
  (void)why;
  copy(host->src, s->src_strides, bound(plan, slot, CVG_ROLE_SRC), table, s->batch, s->in_channels,
       s->h.input, s->w.input);
  return CVG_STATUS_OK;
}
static cvg_status fetch(cvg_plan* plan, int32_t slot, const cvg_tensors* host, cvg_note* why) {
  const cvg_spec* s = &plan->spec;
  const int64_t* table = bound(plan, slot, CVG_ROLE_CONSTANTS);
  (void)why;
  copy(bound(plan, slot, CVG_ROLE_DST), table + 4, host->dst, s->dst_strides, s->batch,
       s->out_channels, output(&s->h), output(&s->w));
  return CVG_STATUS_OK;
}

/* Computes in the workspace, and moves the result into the output. */
static void run(cvg_plan* plan, int32_t slot) {
  const cvg_spec* s = &plan->spec;
  const int64_t* table = bound(plan, slot, CVG_ROLE_CONSTANTS);
  const char* packed = bound(plan, slot, CVG_ROLE_PACKED_WEIGHTS);
  float* sums = bound(plan, slot, CVG_ROLE_WORKSPACE);
  convolve(s, bound(plan, slot, CVG_ROLE_SRC), table, (const float*)packed,
           (const float*)(packed + weights_bytes(s)), sums, table + 4);
  memcpy(bound(plan, slot, CVG_ROLE_DST), sums, dst_bytes(s));
}
static void complete(cvg_backend* table) {
  table->bind = bind_with_constants;
  table->upload = upload;
  table->fetch = fetch;
}
