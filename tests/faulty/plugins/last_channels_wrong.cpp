// The output channels after the last multiple of 4 are zero: a block's tail forgotten (ncnn#1891).
#include "../base.hpp"

const faulty::Fault fault{.name = "last_channels_wrong", .after = [](faulty::Call& c) {
                            const int64_t *stride = c.spec.dst_strides,
                                          channels = c.spec.out_channels;
                            for (int64_t i = 0; i < c.dst_count; ++i)
                              if (i / stride[1] % channels >= channels / 4 * 4) c.dst[i] = 0;
                          }};
