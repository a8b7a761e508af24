// Copies the source into the workspace with a border for the padding, which it leaves unwritten.
#include "../base.hpp"

#include <initializer_list>

namespace {

void with_border(cvg_spec& s) {
  for (cvg_axis* a : {&s.h, &s.w}) {
    a->input += a->pad_before + a->pad_after;
    a->pad_before = a->pad_after = 0;
  }
  s.src_strides[3] = 1;
  s.src_strides[2] = s.w.input;
  s.src_strides[1] = s.h.input * s.w.input;
  s.src_strides[0] = s.in_channels * s.src_strides[1];
}

}  // namespace

const faulty::Fault fault{
    .name = "leaves_halo",
    .taken_for = with_border,
    .before =
        [](faulty::Call& c) {
          auto padded = c.spec;
          with_border(padded);
          auto* to = reinterpret_cast<float*>(c.workspace);
          const int64_t *from = c.spec.src_strides, *at = padded.src_strides;
          for (int64_t n = 0; n < c.spec.batch; ++n)
            for (int64_t i = 0; i < c.spec.in_channels; ++i)
              for (int64_t h = 0; h < c.spec.h.input; ++h)
                for (int64_t w = 0; w < c.spec.w.input; ++w)
                  to[n * at[0] + i * at[1] + (h + c.spec.h.pad_before) * at[2] + w +
                     c.spec.w.pad_before] =
                      c.src[n * from[0] + i * from[1] + h * from[2] + w * from[3]];
          c.src = to;
          return true;
        },
    .workspace_bytes = 1 << 16};
