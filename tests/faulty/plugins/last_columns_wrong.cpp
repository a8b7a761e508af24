// Where the width is no multiple of 8, the last column repeats the one before it: a vector's tail
// forgotten.
#include "../base.hpp"

const faulty::Fault fault{
    .name = "last_columns_wrong", .after = [](faulty::Call& c) {
      const int64_t* stride = c.spec.dst_strides;
      const cvg_axis& w = c.spec.w;
      const int64_t width =
          (w.pad_before + w.input + w.pad_after - w.dilation * (w.kernel - 1) - 1) / w.stride + 1;
      if (width % 8 == 0 || width < 2) return;
      for (int64_t i = 0; i < c.dst_count; ++i)
        if (i / stride[3] % width == width - 1) c.dst[i] = c.dst[i - stride[3]];
    }};
