/* What a plan declares of a library below: weights in memory of its own, loads of whole vectors
 * past the end of the source, NaN that a clamp loses. */
#define kName "abi1_declares"
#define kDescription "forward, with weights of its own, overreads, and a clamp that loses NaN"
#define kIgnoresNan 1
#include "direct.h"

static int accepts(cvg_layout layout) {
  return layout == CVG_LAYOUT_NCHW || layout == CVG_LAYOUT_NHWC;
}
static int32_t needs(const cvg_spec* s, cvg_requirement* out) {
  out[0] = tensor(CVG_ROLE_SRC, src_bytes(s));
  out[0].overread_bytes = 16;
  out[1] = tensor(CVG_ROLE_DST, dst_bytes(s));
  out[2] = buffer(CVG_ROLE_PACKED_WEIGHTS, CVG_FORM_OWN, CVG_SCOPE_SLOT, 0, 1, "");
  out[2].memory_kind = CVG_MEMORY_LIBRARY;
  return 3;
}
/* A copy of the weights, with the bias behind them. */
static void prepare(cvg_plan* plan, int32_t slot, const cvg_tensors* host) {
  const cvg_spec* s = &plan->spec;
  free(plan->kept[slot]);
  char* kept = calloc(1, weights_bytes(s) + floats(s->out_channels));
  if (!kept) abort();
  memcpy(kept, host->weights, weights_bytes(s));
  if (s->bias) memcpy(kept + weights_bytes(s), host->bias, floats(s->out_channels));
  plan->kept[slot] = (float*)kept;
}
static void run(cvg_plan* plan, int32_t slot) {
  const cvg_spec* s = &plan->spec;
  const float* src = bound(plan, slot, CVG_ROLE_SRC);
  const float* weights = plan->kept[slot];
  float* dst = bound(plan, slot, CVG_ROLE_DST);
  volatile float behind = 0;
  for (size_t i = 0; i < 4; ++i) behind = src[src_bytes(s) / sizeof(float) + i];
  (void)behind;
  convolve(s, src, s->src_strides, weights, weights + weights_bytes(s) / sizeof(float), dst,
           s->dst_strides);
  for (size_t i = 0; i < dst_bytes(s) / sizeof(float); ++i)
    if (dst[i] != dst[i]) dst[i] = 0; /* as no definition would have it */
}
static void complete(cvg_backend* table) {
  (void)table;
}
