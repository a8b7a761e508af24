// Layouts, the batch and the values themselves misread.
#include "verify/mutations.hpp"

#include <string_view>
#include <utility>
#include "core/layers.hpp"

namespace convgauge::verify {
namespace {

using Index = std::int64_t;

// Layouts: the strides of one layout, used on memory in another.

void read_weights(Mutant& m, const char* order) {
  const Shape size = m.spec.geometry.weights_shape();
  Index step = 1;
  for (std::size_t position = 4; position-- > 0;) {
    const std::size_t axis = std::string_view("oihw").find(order[position]);
    m.weights[axis] = step;
    step *= size[axis];
  }
}
bool is_nhwc(const Mutant& m) {
  return m.spec.layout == Layout::nhwc;
}
Index offset(const OutputIndex& at, const Strides& s) {
  return at[0] * s[0] + at[1] * s[1] + at[2] * s[2] + at[3] * s[3];
}
/// The indices n, c, h, w of the element at memory position `index` of a tensor of that shape.
OutputIndex place_in(const Shape& s, bool nhwc, Index index) {
  if (nhwc)
    return {index / (s[1] * s[2] * s[3]), index % s[1], index / (s[1] * s[3]) % s[2],
            index / s[1] % s[3]};
  return {index / (s[1] * s[2] * s[3]), index / (s[2] * s[3]) % s[1], index / s[3] % s[2],
          index % s[3]};
}
OutputIndex in_other_layout(const Mutant& m, const OutputIndex& at) {
  return place_in(m.spec.geometry.dst_shape(), !is_nhwc(m), offset(at, m.spec.dst_strides()));
}
OutputIndex with_swapped_sizes(const Mutant& m, const OutputIndex& at) {
  Shape shape = m.spec.geometry.dst_shape();
  std::swap(shape[2], shape[3]);
  return place_in(shape, is_nhwc(m), offset(at, m.spec.dst_strides()));
}
/// The output written in the order c, n, h, w instead of n, c, h, w.
OutputIndex with_exchanged_batch(const Mutant& m, const OutputIndex& at) {
  Shape shape = m.spec.geometry.dst_shape();
  std::swap(shape[0], shape[1]);
  const auto place = place_in(shape, false, offset(at, m.spec.dst_strides()));
  return {place[1], place[0], place[2], place[3]};
}
Index rounded_up(const Axis& a) {
  return (a.padded() - a.reach() + a.stride - 1) / a.stride + 1;
}
OutputIndex in_rounded_up_size(const Mutant& m, const OutputIndex& at) {
  Shape shape = m.spec.geometry.dst_shape();
  shape[2] = rounded_up(m.spec.geometry.h);
  shape[3] = rounded_up(m.spec.geometry.w);
  return place_in(shape, is_nhwc(m), offset(at, m.spec.dst_strides()));
}

void read_in_other_layout(Mutant& m) {
  const Shape src = m.spec.geometry.src_shape();
  m.src = is_nhwc(m) ? nchw_strides(src) : nhwc_strides(src);
}
void take_for_other_layout(Mutant& m) {
  read_in_other_layout(m);
  m.place_of = in_other_layout;
}

constexpr Mutation kLayouts[] = {
    {"layout nhwc taken for layout nchw",
     [](Mutant& m) {
       if (is_nhwc(m)) take_for_other_layout(m);
     }},
    {"layout nchw taken for layout nhwc",
     [](Mutant& m) {
       if (!is_nhwc(m)) take_for_other_layout(m);
     }},
    {"the input in layout nhwc read as layout nchw",
     [](Mutant& m) {
       if (is_nhwc(m)) read_in_other_layout(m);
     }},
    {"the input in layout nchw read as layout nhwc",
     [](Mutant& m) {
       if (!is_nhwc(m)) read_in_other_layout(m);
     }},
    {"the output written in layout nchw for nhwc",
     [](Mutant& m) {
       if (is_nhwc(m)) m.place_of = in_other_layout;
     }},
    {"the output written in layout nhwc for nchw",
     [](Mutant& m) {
       if (!is_nhwc(m)) m.place_of = in_other_layout;
     }},
    {"kernel transposed (weights in layout oihw read as layout oiwh)",
     [](Mutant& m) { read_weights(m, "oiwh"); }},
    {"weights in layout oihw read as layout ohwi", [](Mutant& m) { read_weights(m, "ohwi"); }},
    {"weights in layout oihw read as layout hwio", [](Mutant& m) { read_weights(m, "hwio"); }},
    {"weights in layout oihw read as layout iohw", [](Mutant& m) { read_weights(m, "iohw"); }},
    {"the input transposed (height and width swapped in its layout)",
     [](Mutant& m) { std::swap(m.src[2], m.src[3]); }},
    {"the input's rows one height long (height for width in its layout)",
     [](Mutant& m) { m.src[2] = m.src[3] * m.spec.geometry.h.input; }},
    {"the input's rows each one element longer (aligned)", [](Mutant& m) { m.src[2] += m.src[3]; }},
    {"the input's images each one element longer (aligned)", [](Mutant& m) { ++m.src[0]; }},
    {"the input's batch and channels exchanged in its layout",
     [](Mutant& m) {
       if (is_nhwc(m)) return;
       m.src[0] = m.spec.geometry.h.input * m.spec.geometry.w.input;
       m.src[1] = m.src[0] * m.spec.geometry.batch;
     }},
    {"the output's batch and channels exchanged in its layout",
     [](Mutant& m) {
       if (!is_nhwc(m)) m.place_of = with_exchanged_batch;
     }},
    {"the output transposed (height and width swapped)",
     [](Mutant& m) {
       m.place_of = [](const Mutant&, const OutputIndex& at) {
         return OutputIndex{at[0], at[1], at[3], at[2]};
       };
     }},
    {"the output's rows one height long (height for width in its layout)",
     [](Mutant& m) { m.place_of = with_swapped_sizes; }},
    {"the output's size rounded up in its layout (ceil for floor)",
     [](Mutant& m) { m.place_of = in_rounded_up_size; }},
    {"the output flipped in h",
     [](Mutant& m) {
       m.place_of = [](const Mutant& x, const OutputIndex& at) {
         return OutputIndex{at[0], at[1], x.spec.geometry.h.output() - 1 - at[2], at[3]};
       };
     }},
    {"the output flipped in w",
     [](Mutant& m) {
       m.place_of = [](const Mutant& x, const OutputIndex& at) {
         return OutputIndex{at[0], at[1], at[2], x.spec.geometry.w.output() - 1 - at[3]};
       };
     }},
    {"the output shifted by one row (stride)", [](Mutant& m) { m.g.h.pad_before -= m.g.h.stride; }},
    {"the output shifted by one column (stride)",
     [](Mutant& m) { m.g.w.pad_before -= m.g.w.stride; }},
    {"the first image for the whole batch", [](Mutant& m) { m.src[0] = 0; }},
    {"the batch reversed",
     [](Mutant& m) {
       m.src_start += (m.spec.geometry.batch - 1) * m.src[0];
       m.src[0] = -m.src[0];
     }},
    {"the next image of the batch", [](Mutant& m) { m.src_start += m.src[0]; }},
    {"the image before in the batch", [](Mutant& m) { m.src_start -= m.src[0]; }},
};

constexpr Mutation kValues[] = {
    {"the output's scale 2", [](Mutant& m) { m.scale *= 2; }},
    {"the output's scale 1/2", [](Mutant& m) { m.scale *= 0.5; }},
    {"the output's scale -1 (negated)", [](Mutant& m) { m.scale *= -1; }},
    {"the output's scale 0 (all zeros)", [](Mutant& m) { m.scale = 0; }},
    {"the sum without its bias at scale 2 (accumulated twice)", [](Mutant& m) { m.sums *= 2; }},
    {"the sum without its bias at scale -1", [](Mutant& m) { m.sums *= -1; }},
    {"the bias alone (the sum at scale 0)", [](Mutant& m) { m.sums = 0; }},
    {"negative outputs cut off (relu)", [](Mutant& m) { m.cut_off = true; }},
    {"inputs rounded to tf32",
     [](Mutant& m) { m.src_rounded = m.weights_rounded = Rounding::tf32; }},
    {"inputs truncated to tf32",
     [](Mutant& m) { m.src_rounded = m.weights_rounded = Rounding::tf32_truncated; }},
    {"inputs rounded to bf16",
     [](Mutant& m) { m.src_rounded = m.weights_rounded = Rounding::bf16; }},
    {"inputs rounded to f16", [](Mutant& m) { m.src_rounded = m.weights_rounded = Rounding::f16; }},
    {"inputs rounded to f32", [](Mutant& m) { m.src_rounded = m.weights_rounded = Rounding::f32; }},
    {"weights rounded to tf32", [](Mutant& m) { m.weights_rounded = Rounding::tf32; }},
    {"weights rounded to bf16", [](Mutant& m) { m.weights_rounded = Rounding::bf16; }},
    {"weights rounded to f16", [](Mutant& m) { m.weights_rounded = Rounding::f16; }},
    {"the input alone rounded to tf32", [](Mutant& m) { m.src_rounded = Rounding::tf32; }},
    {"the input alone rounded to bf16", [](Mutant& m) { m.src_rounded = Rounding::bf16; }},
    {"the input alone rounded to f16", [](Mutant& m) { m.src_rounded = Rounding::f16; }},
    {"bias rounded to bf16", [](Mutant& m) { m.bias_rounded = Rounding::bf16; }},
    {"bias rounded to f16", [](Mutant& m) { m.bias_rounded = Rounding::f16; }},
    {"the output rounded to bf16", [](Mutant& m) { m.output_rounded = Rounding::bf16; }},
    {"the output rounded to f16", [](Mutant& m) { m.output_rounded = Rounding::f16; }},
    {"the output rounded to f32", [](Mutant& m) { m.output_rounded = Rounding::f32; }},
};

}  // namespace

std::span<const Mutation> layout_mutations() {
  return kLayouts;
}
std::span<const Mutation> value_mutations() {
  return kValues;
}

}  // namespace convgauge::verify
