// The main loop of a vectorised kernel, which narrow maps never reach, is wrong: column 64.
#include "../base.hpp"

const faulty::Fault fault{
    .name = "wide_maps_wrong", .after = [](faulty::Call& c) {
      const int64_t* stride = c.spec.dst_strides;
      const cvg_axis& w = c.spec.w;
      const int64_t width =
          (w.pad_before + w.input + w.pad_after - w.dilation * (w.kernel - 1) - 1) / w.stride + 1;
      for (int64_t i = 0; width > 64 && i < c.dst_count; ++i)
        if (i / stride[3] % width == 64) c.dst[i] += 1;
    }};
