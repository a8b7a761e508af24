// Takes nhwc tensors for nchw.
#include "../base.hpp"

namespace {

/// strides: of nhwc, so that those of n and h are batch and row.
void as_nchw(int64_t* strides, int64_t channels) {
  const int64_t row = strides[2] / channels, plane = strides[0] / channels;
  strides[1] = plane;
  strides[2] = row;
  strides[3] = 1;
}

}  // namespace

const faulty::Fault fault{.name = "layout_ignored", .taken_for = [](cvg_spec& s) {
                            if (s.layout != CVG_LAYOUT_NHWC) return;
                            as_nchw(s.src_strides, s.in_channels);
                            as_nchw(s.dst_strides, s.out_channels);
                          }};
