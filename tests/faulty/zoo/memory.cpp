// Memory that is not there to be read or written: tails of vectors, scratch that nobody filled,
// inputs changed in place.
#include <algorithm>
#include <cstring>

#include "planted.hpp"

namespace zoo {
namespace {

/// A vector of 8 is loaded although only some of it is wanted: the compiler may not drop the load.
void load_8(const float* at) {
  for (int lane = 0; lane < 8; ++lane)
    static_cast<void>(*const_cast<const volatile float*>(at + lane));
}
bool tail_of_outputs(const cvg_spec& s) {
  return s.out_channels % 8 != 0;
}
Index src_start_of_last_row(const cvg_spec& s) {
  return src_count(s) - s.w.input;
}

constexpr Bug kMemory[] = {
    {.name = "reads_vector_past_the_last_row",
     .kind = "memory",
     .source = "google/XNNPACK#10453",
     .story = "rows are loaded by vectors of 8, also the last row of the image",
     .says = "R10.*src|src",
     .when = [](const cvg_spec& s) { return s.w.input % 8 != 0 && !nhwc(s) && s.batch > 0; },
     .before =
         [](Run& r) {
           load_8(r.src + src_start_of_last_row(r.look.s) + r.look.s.w.input / 8 * 8);
           return true;
         }},
    {.name = "reads_four_weights_of_three",
     .kind = "memory",
     .source = "openvinotoolkit/openvino#37067",
     .story = "rows of 3x3 kernels are loaded four weights at a time",
     .says = "weights",
     .when = [](const cvg_spec& s) { return kernel_is(s, 3, 3); },
     .before =
         [](Run& r) {
           load_8(r.weights + weights_count(r.look.s) - 7);
           return true;
         }},
    {.name = "reads_bias_by_eight",
     .kind = "memory",
     .source = "",
     .story = "biases are loaded by 8, whatever there are",
     .says = "bias",
     .when = [](const cvg_spec& s) { return s.bias && tail_of_outputs(s); },
     .before =
         [](Run& r) {
           load_8(r.bias + r.look.s.out_channels / 8 * 8);
           return true;
         }},
    {.name = "reads_before_the_image",
     .kind = "memory",
     .source = "",
     .story = "the padded column at the left is loaded before it is masked",
     .says = "src",
     .when =
         [](const cvg_spec& s) {
           return s.w.pad_before > 0 && s.padding_mode == CVG_PADDING_ZEROS && s.batch > 0;
         },
     .before =
         [](Run& r) {
           static_cast<void>(*const_cast<const volatile float*>(r.src - 1));
           return true;
         }},
    {.name = "writes_a_full_vector",
     .kind = "memory",
     .source = "apache/tvm#13165",
     .story = "the last vector of a row is stored whole",
     .says = "R9|dst|output",
     .when = [](const cvg_spec& s) { return !nhwc(s) && out_w(s) % 8 != 0 && s.batch > 0; },
     .after =
         [](Run& r) {
           const Index end = dst_count(r.look.s), full = 8 - out_w(r.look.s) % 8;
           for (Index i = 0; i < full; ++i) const_cast<volatile float&>(r.dst[end + i]) = 0;
         }},
    {.name = "pads_in_place",
     .kind = "memory",
     .source = "apache/mxnet#10865",
     .story = "the last column of the input is zeroed to pad it",
     .says = "R8|src|input",
     .when =
         [](const cvg_spec& s) {
           return s.w.pad_after > 0 && s.padding_mode == CVG_PADDING_ZEROS && s.batch > 0;
         },
     .after = [](Run& r) { const_cast<float*>(r.src)[r.look.s.w.input - 1] = 0; }},
    {.name = "scales_weights_in_place",
     .kind = "memory",
     .source = "",
     .story = "depthwise weights are scaled where they lie",
     .says = "R8|weights",
     .when = depthwise,
     .after = [](Run& r) { const_cast<float*>(r.weights)[0] *= 2; }},
    {.name = "workspace_overrun",
     .kind = "memory",
     .source = "uxlfoundation/oneDNN#6035",
     .story = "scratch for inputs that are no multiple of 16 is one short",
     .says = "workspace",
     .when = [](const cvg_spec& s) { return group_inputs(s) % 16 != 0; },
     .before =
         [](Run& r) {
           std::fill_n(r.workspace, 65, 0.0f);
           return true;
         },
     .workspace_bytes = 64 * sizeof(float)},
    {.name = "workspace_not_filled",
     .kind = "memory",
     .source = "Tencent/ncnn#6766",
     .story = "the part of a tile that no row fills is multiplied by zero, but never written",
     .says = "workspace|NaN|nan|R11",
     .when = [](const cvg_spec& s) { return out_w(s) % 4 != 0 && s.batch > 0; },
     .after = [](Run& r) { r.dst[dst_count(r.look.s) - 1] += 0.0f * r.workspace[3]; },
     .workspace_bytes = 4 * sizeof(float)},
    {.name = "workspace_taken_as_zero",
     .kind = "memory",
     .source = "",
     .story = "scratch is summed into as if it came zeroed, above 16 inputs",
     .says = "workspace|R11|",
     .when = [](const cvg_spec& s) { return group_inputs(s) > 16 && s.batch > 0; },
     .after = [](Run& r) { r.dst[0] += (r.workspace[0] += 0.0f); },
     .workspace_bytes = 64},
    {.name = "output_read_with_beta_0",
     .kind = "memory",
     .source = "ROCm/MIOpenGEMM#13",
     .story = "1x1 kernels end as c = product + 0 * c",
     .says = "R11|output|NaN|nan",
     .when = [](const cvg_spec& s) { return kernel_is(s, 1, 1) && s.batch > 0; },
     .before =
         [](Run& r) {
           r.plan.values.assign(r.dst, r.dst + dst_count(r.look.s));
           return true;
         },
     .after =
         [](Run& r) {
           for (std::size_t i = 0; i < r.plan.values.size(); ++i)
             r.dst[i] += 0.0f * r.plan.values[i];
         }},
    {.name = "accumulates_above_64_inputs",
     .kind = "memory",
     .source = "flashinfer-ai/flashinfer#4724",
     .story = "the first block of more than 64 inputs adds to the output instead of storing",
     .says = "R11|output|NaN|nan",
     .when = [](const cvg_spec& s) { return group_inputs(s) > 64; },
     .before =
         [](Run& r) {
           r.plan.values.assign(r.dst, r.dst + dst_count(r.look.s));
           return true;
         },
     .after =
         [](Run& r) {
           for (std::size_t i = 0; i < r.plan.values.size(); ++i) r.dst[i] += r.plan.values[i];
         }},
    {.name = "empty_rows_left",
     .kind = "memory",
     .source = "pytorch/pytorch#63299",
     .story = "rows that see nothing but padding are left as they are",
     .says = "R7",
     .when =
         [](const cvg_spec& s) { return s.padding_mode == CVG_PADDING_ZEROS && s.h.pad_after > 0; },
     .bend_at = [](const Look& l, Window& at) { at.skipped = at.top >= l.h.input; }},
    {.name = "last_odd_row_left",
     .kind = "memory",
     .source = "",
     .story = "rows are computed in pairs, and an odd one is left, from 5 rows on",
     .says = "R7",
     .when = [](const cvg_spec& s) { return out_h(s) > 4 && out_h(s) % 2 == 1; },
     .bend_at = [](const Look& l, Window& at) { at.skipped = at.y == out_h(l.s) - 1; }},
    {.name = "fixed_table_of_256",
     .kind = "memory",
     .source = "",
     .story = "offsets of more than 256 channels overwrite each other in a table",
     .says = "channel|output",
     .when = [](const cvg_spec& s) { return s.in_channels > 256 && s.groups == 1; },
     .bend_at =
         [](const Look& l, Window& at) {
           at.channel = (l.s.in_channels - 1) / 256 * 256 * 0, at.i.begin = l.s.in_channels - 256;
         }},
    {.name = "aligned_load_of_unaligned",
     .kind = "memory",
     .source = "",
     .story = "results differ where the image begins at a multiple of 32 bytes",
     .says = "",
     .before =
         [](Run& r) {
           if (reinterpret_cast<std::uintptr_t>(r.src) % 32 == 0 && r.look.s.w.input > 8 &&
               r.look.s.batch > 0)
             r.src += 1;
           return true;
         }},
};

}  // namespace
}  // namespace zoo

ZOO_EXPORT(zoo::kMemory)
