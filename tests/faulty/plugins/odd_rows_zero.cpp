// Every second row of the output is zero.
#include "../base.hpp"

const faulty::Fault fault{
    .name = "odd_rows_zero", .after = [](faulty::Call& c) {
      const int64_t* stride = c.spec.dst_strides;
      const cvg_axis& h = c.spec.h;
      const int64_t height =
          (h.pad_before + h.input + h.pad_after - h.dilation * (h.kernel - 1) - 1) / h.stride + 1;
      for (int64_t i = 0; i < c.dst_count; ++i)
        if (i / stride[2] % height % 2 == 1) c.dst[i] = 0;
    }};
