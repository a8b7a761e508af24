#include "shape.hpp"

#include <limits>

namespace convgauge::backends::vulkan {
namespace {

Storage storage_of(cvg_dtype type) {
  return type == CVG_DTYPE_F32   ? Storage::f32
         : type == CVG_DTYPE_F16 ? Storage::f16
                                 : Storage::bf16;
}

/// The dilation of a single tap and the stride of a single output have no effect and may be any
/// number: they become 1, because shaders' numbers have 32 bits.
cvg_axis tamed(cvg_axis axis) {
  if (axis.kernel == 1) axis.dilation = 1;
  if (cvg::output(axis) == 1) axis.stride = 1;
  return axis;
}

void refuse_what_32_bits_cannot(const cvg_spec& spec) {
  for (const auto* axis : {&spec.h, &spec.w})
    cvg::refuse_unless(axis->pad_before + axis->input + axis->pad_after <=
                               std::numeric_limits<std::int32_t>::max() &&
                           spec.in_channels <= std::numeric_limits<std::int32_t>::max() &&
                           spec.out_channels <= std::numeric_limits<std::int32_t>::max(),
                       CVG_REASON_SIZE, "a padded axis or a number of channels is beyond 2^31 - 1");
}

}  // namespace

Shape::Shape(const cvg_spec& spec)
    : batch(spec.batch),
      in_channels(spec.in_channels),
      out_channels(spec.out_channels),
      groups(spec.groups),
      h(tamed(spec.h)),
      w(tamed(spec.w)),
      out_h(cvg::output(spec.h)),
      out_w(cvg::output(spec.w)),
      padding_mode(spec.padding_mode),
      channels_last(spec.layout == CVG_LAYOUT_NHWC),
      bias(spec.bias != 0),
      storage(storage_of(spec.src_type)) {
  refuse_what_32_bits_cannot(spec);
}

}  // namespace convgauge::backends::vulkan
