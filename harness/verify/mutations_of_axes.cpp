// Stride, dilation and kernel misread.
#include "verify/mutations.hpp"

#include <algorithm>
#include <utility>
#include "core/layers.hpp"

namespace convgauge::verify {
namespace {

using Index = std::int64_t;

void cut(Index& value, Index most) {
  value = std::min(value, most);
}

// The kernel. An axis is flipped by starting at its last tap and walking backwards.

void flip(Mutant& m, std::size_t axis) {
  const auto& last = m.spec.weights_strides();
  m.weights_start += (m.spec.geometry.weights_shape()[axis] - 1) * last[axis];
  m.weights[axis] = -m.weights[axis];
}
// A single tap is kept: a kernel without taps would be another mistake.
void drop_last_tap(Axis& a) {
  if (a.kernel > 1) --a.kernel;
}
void drop_tail(Axis& a, Index block) {
  if (a.kernel > block) a.kernel -= a.kernel % block;
}
void drop_first_tap(Mutant& m, Axis& a, std::size_t axis) {
  if (a.kernel == 1) return;
  m.weights_start += m.weights[axis];
  a.pad_before -= a.dilation;
  --a.kernel;
}
/// Changes nothing where both sizes are equal.
void swap_kernel_sizes(Mutant& m) {
  std::swap(m.g.h.kernel, m.g.w.kernel);
  m.weights[2] = m.g.w.kernel;
}
void only_last_tap(Mutant& m) {
  auto &h = m.g.h, &w = m.g.w;
  m.weights_start += (h.kernel - 1) * m.weights[2] + (w.kernel - 1) * m.weights[3];
  h.pad_before -= (h.kernel - 1) * h.dilation;
  w.pad_before -= (w.kernel - 1) * w.dilation;
  h.kernel = w.kernel = 1;
}

constexpr Mutation kStrides[] = {
    {"stride_h and stride_w swapped", [](Mutant& m) { std::swap(m.g.h.stride, m.g.w.stride); }},
    {"stride ignored (taken as 1)", [](Mutant& m) { m.g.h.stride = m.g.w.stride = 1; }},
    {"stride_h used for both axes (stride_w ignored)",
     [](Mutant& m) { m.g.w.stride = m.g.h.stride; }},
    {"stride_w used for both axes (stride_h ignored)",
     [](Mutant& m) { m.g.h.stride = m.g.w.stride; }},
    {"stride_h taken as 1", [](Mutant& m) { m.g.h.stride = 1; }},
    {"stride_w taken as 1", [](Mutant& m) { m.g.w.stride = 1; }},
    {"stride cut to the kernel's size",
     [](Mutant& m) { cut(m.g.h.stride, m.g.h.kernel), cut(m.g.w.stride, m.g.w.kernel); }},
    {"stride_h cut to the kernel's size", [](Mutant& m) { cut(m.g.h.stride, m.g.h.kernel); }},
    {"stride_w cut to the kernel's size", [](Mutant& m) { cut(m.g.w.stride, m.g.w.kernel); }},
    {"stride cut to 2", [](Mutant& m) { cut(m.g.h.stride, 2), cut(m.g.w.stride, 2); }},
    {"stride and dilation swapped",
     [](Mutant& m) {
       std::swap(m.g.h.stride, m.g.h.dilation);
       std::swap(m.g.w.stride, m.g.w.dilation);
     }},
};

constexpr Mutation kDilations[] = {
    {"dilation_h and dilation_w swapped",
     [](Mutant& m) { std::swap(m.g.h.dilation, m.g.w.dilation); }},
    {"dilation ignored (taken as 1)", [](Mutant& m) { m.g.h.dilation = m.g.w.dilation = 1; }},
    {"dilation_h used for both axes (dilation_w ignored)",
     [](Mutant& m) { m.g.w.dilation = m.g.h.dilation; }},
    {"dilation_w used for both axes (dilation_h ignored)",
     [](Mutant& m) { m.g.h.dilation = m.g.w.dilation; }},
    {"dilation_h taken as 1", [](Mutant& m) { m.g.h.dilation = 1; }},
    {"dilation_w taken as 1", [](Mutant& m) { m.g.w.dilation = 1; }},
    {"dilation cut to 2", [](Mutant& m) { cut(m.g.h.dilation, 2), cut(m.g.w.dilation, 2); }},
    {"dilation multiplied by the stride",
     [](Mutant& m) { m.g.h.dilation *= m.g.h.stride, m.g.w.dilation *= m.g.w.stride; }},
    {"dilation counted from zero (one more than given)",
     [](Mutant& m) { ++m.g.h.dilation, ++m.g.w.dilation; }},
    {"dilation one less than given", [](Mutant& m) { --m.g.h.dilation, --m.g.w.dilation; }},
};

constexpr Mutation kKernels[] = {
    {"kernel flipped in h and w (a true convolution)", [](Mutant& m) { flip(m, 2), flip(m, 3); }},
    {"kernel flipped in h", [](Mutant& m) { flip(m, 2); }},
    {"kernel flipped in w", [](Mutant& m) { flip(m, 3); }},
    {"kernel_h and kernel_w swapped", [](Mutant& m) { swap_kernel_sizes(m); }},
    {"the last kernel row dropped", [](Mutant& m) { drop_last_tap(m.g.h); }},
    {"the last kernel column dropped", [](Mutant& m) { drop_last_tap(m.g.w); }},
    {"the first kernel row dropped", [](Mutant& m) { drop_first_tap(m, m.g.h, 2); }},
    {"the first kernel column dropped", [](Mutant& m) { drop_first_tap(m, m.g.w, 3); }},
    {"kernel cut to its first 3 rows and columns",
     [](Mutant& m) {
       m.g.h.kernel = std::min<Index>(m.g.h.kernel, 3);
       m.g.w.kernel = std::min<Index>(m.g.w.kernel, 3);
     }},
    {"the last kernel row and column dropped",
     [](Mutant& m) { drop_last_tap(m.g.h), drop_last_tap(m.g.w); }},
    {"kernel columns beyond a multiple of 2 dropped", [](Mutant& m) { drop_tail(m.g.w, 2); }},
    {"kernel columns beyond a multiple of 4 dropped", [](Mutant& m) { drop_tail(m.g.w, 4); }},
    {"kernel_h used for both axes (kernel_w cut)",
     [](Mutant& m) { cut(m.g.w.kernel, m.g.h.kernel); }},
    {"kernel_w used for both axes (kernel_h cut)",
     [](Mutant& m) { cut(m.g.h.kernel, m.g.w.kernel); }},
    {"kernel cut to the input's size",
     [](Mutant& m) { cut(m.g.h.kernel, m.g.h.input), cut(m.g.w.kernel, m.g.w.input); }},
    {"kernel sizes taken modulo 256 (counted in 8 bits)",
     [](Mutant& m) { m.g.h.kernel &= 255, m.g.w.kernel &= 255; }},
    {"the first kernel tap only", [](Mutant& m) { m.g.h.kernel = m.g.w.kernel = 1; }},
    {"the last kernel tap only", [](Mutant& m) { only_last_tap(m); }},
};

}  // namespace

std::span<const Mutation> stride_mutations() {
  return kStrides;
}
std::span<const Mutation> dilation_mutations() {
  return kDilations;
}
std::span<const Mutation> kernel_mutations() {
  return kKernels;
}

}  // namespace convgauge::verify
