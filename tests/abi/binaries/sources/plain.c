/* The host's own tensors, nchw and nhwc. */
#define kName "abi1_plain"
#define kDescription "forward, on the host's tensors"
#define kIgnoresNan 0
#include "direct.h"

static int accepts(cvg_layout layout) {
  return layout == CVG_LAYOUT_NCHW || layout == CVG_LAYOUT_NHWC;
}
static int32_t needs(const cvg_spec* s, cvg_requirement* out) {
  out[0] = tensor(CVG_ROLE_SRC, src_bytes(s));
  out[1] = tensor(CVG_ROLE_WEIGHTS, weights_bytes(s));
  out[2] = tensor(CVG_ROLE_DST, dst_bytes(s));
  out[3] = tensor(CVG_ROLE_BIAS, floats(s->out_channels));
  return s->bias ? 4 : 3;
}
static void prepare(cvg_plan* plan, int32_t slot, const cvg_tensors* host) {
  (void)plan;
  (void)slot;
  (void)host;
}
static void run(cvg_plan* plan, int32_t slot) {
  const cvg_spec* s = &plan->spec;
  convolve(s, bound(plan, slot, CVG_ROLE_SRC), s->src_strides, bound(plan, slot, CVG_ROLE_WEIGHTS),
           bound(plan, slot, CVG_ROLE_BIAS), bound(plan, slot, CVG_ROLE_DST), s->dst_strides);
}
static void complete(cvg_backend* table) {
  (void)table;
}
