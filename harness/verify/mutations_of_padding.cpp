// Misread amounts of padding.
#include "verify/mutations.hpp"

#include <algorithm>
#include <utility>
#include "core/layers.hpp"

namespace convgauge::verify {
namespace {

using Index = std::int64_t;

// pad_after affects only the output's size, which is not misread here.

void swap_sides(Axis& a) {
  std::swap(a.pad_before, a.pad_after);
}
/// Divides the total padding evenly; `more`: 1 puts the odd element before, 0 after.
void split_evenly(Axis& a, Index more) {
  const auto total = a.pad_before + a.pad_after;
  a.pad_before = (total + more) / 2;
  a.pad_after = total - a.pad_before;
}
void pad_both(Mutant& m, Index more) {
  m.g.h.pad_before += more;
  m.g.w.pad_before += more;
}
// Another misreading may have left a dilation or stride of 0.
void undo_dilation(Axis& a) {
  a.pad_before /= std::max<Index>(1, a.dilation);
}
void lay_from_end(Axis& a) {
  if (a.stride > 0) a.pad_before -= (a.padded() - a.reach()) % a.stride;
}

constexpr Mutation kPaddings[] = {
    {"padding_h and padding_w swapped",
     [](Mutant& m) { std::swap(m.g.h.pad_before, m.g.w.pad_before); }},
    {"padding ignored (taken as 0)", [](Mutant& m) { m.g.h.pad_before = m.g.w.pad_before = 0; }},
    {"padding sides swapped (before and after)",
     [](Mutant& m) { swap_sides(m.g.h), swap_sides(m.g.w); }},
    {"padding_h sides swapped (top and bottom)", [](Mutant& m) { swap_sides(m.g.h); }},
    {"padding_w sides swapped (left and right)", [](Mutant& m) { swap_sides(m.g.w); }},
    {"padding_h used for both axes (padding_w ignored)",
     [](Mutant& m) { m.g.w.pad_before = m.g.h.pad_before; }},
    {"padding_w used for both axes (padding_h ignored)",
     [](Mutant& m) { m.g.h.pad_before = m.g.w.pad_before; }},
    {"padding_h taken as 0", [](Mutant& m) { m.g.h.pad_before = 0; }},
    {"padding_w taken as 0", [](Mutant& m) { m.g.w.pad_before = 0; }},
    {"padding shifted by one (one less before h and w)", [](Mutant& m) { pad_both(m, -1); }},
    {"padding shifted by one (one more before h and w)", [](Mutant& m) { pad_both(m, 1); }},
    {"padding_h shifted by one (one less before)", [](Mutant& m) { --m.g.h.pad_before; }},
    {"padding_h shifted by one (one more before)", [](Mutant& m) { ++m.g.h.pad_before; }},
    {"padding_w shifted by one (one less before)", [](Mutant& m) { --m.g.w.pad_before; }},
    {"padding_w shifted by one (one more before)", [](Mutant& m) { ++m.g.w.pad_before; }},
    {"padding doubled", [](Mutant& m) { m.g.h.pad_before *= 2, m.g.w.pad_before *= 2; }},
    {"padding split evenly, the smaller half before",
     [](Mutant& m) { split_evenly(m.g.h, 0), split_evenly(m.g.w, 0); }},
    {"padding split evenly, the larger half before",
     [](Mutant& m) { split_evenly(m.g.h, 1), split_evenly(m.g.w, 1); }},
    {"padding taken as \"same\"",
     [](Mutant& m) {
       m.g.h.pad_before = (m.g.h.reach() - 1) / 2;
       m.g.w.pad_before = (m.g.w.reach() - 1) / 2;
     }},
    {"padding cut to half of the kernel",
     [](Mutant& m) {
       m.g.h.pad_before = std::min(m.g.h.pad_before, m.g.h.kernel / 2);
       m.g.w.pad_before = std::min(m.g.w.pad_before, m.g.w.kernel / 2);
     }},
    {"padding not multiplied by the dilation",
     [](Mutant& m) { undo_dilation(m.g.h), undo_dilation(m.g.w); }},
    {"padding taken as 1", [](Mutant& m) { m.g.h.pad_before = m.g.w.pad_before = 1; }},
    {"padding read in another order (top, left, bottom, right for top, bottom, left, right)",
     [](Mutant& m) { m.g.w.pad_before = m.g.h.pad_after; }},
    {"padding before that makes up what fills no step (windows laid from the end)",
     [](Mutant& m) { lay_from_end(m.g.h), lay_from_end(m.g.w); }},
    {"padding_h before that makes up what fills no step (windows laid from the end)",
     [](Mutant& m) { lay_from_end(m.g.h); }},
    {"padding_w before that makes up what fills no step (windows laid from the end)",
     [](Mutant& m) { lay_from_end(m.g.w); }},
};

}  // namespace

std::span<const Mutation> padding_mutations() {
  return kPaddings;
}

}  // namespace convgauge::verify
