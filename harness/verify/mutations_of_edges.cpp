// padding_mode misread: what is read beyond the ends of the image.
#include <utility>

#include "core/layers.hpp"
#include "verify/mutations.hpp"

namespace convgauge::verify {
namespace {

using Index = std::int64_t;

void set_edges(Mutant& m, Edge edge) {
  m.border_h.before = m.border_h.after = m.border_w.before = m.border_w.after = edge;
}
void set_before(Mutant& m, Edge edge) {
  m.border_h.before = m.border_w.before = edge;
}
void set_after(Mutant& m, Edge edge) {
  m.border_h.after = m.border_w.after = edge;
}
void shift(Border& b, Index before, Index after) {
  b.shift_before += before;
  b.shift_after += after;
}
void shift_both(Mutant& m, Index before, Index after) {
  shift(m.border_h, before, after);
  shift(m.border_w, before, after);
}

constexpr Mutation kEdges[] = {
    {"padding_w read from the neighbouring rows (no check of its bounds)",
     [](Mutant& m) { m.border_w.before = m.border_w.after = Edge::unchecked; }},
    {"padding_h read from the neighbouring planes (no check of its bounds)",
     [](Mutant& m) { m.border_h.before = m.border_h.after = Edge::unchecked; }},
    {"padding_w read from the neighbouring rows at the right (no check of its end)",
     [](Mutant& m) { m.border_w.after = Edge::unchecked; }},
    {"padding_w read from the neighbouring rows at the left (no check of its beginning)",
     [](Mutant& m) { m.border_w.before = Edge::unchecked; }},
    {"padding_h read from the neighbouring planes at the bottom (no check of its end)",
     [](Mutant& m) { m.border_h.after = Edge::unchecked; }},
    {"padding_h read from the neighbouring planes at the top (no check of its beginning)",
     [](Mutant& m) { m.border_h.before = Edge::unchecked; }},
    {"padding beginning where height and width are swapped",
     [](Mutant& m) { std::swap(m.g.h.input, m.g.w.input); }},
    {"padding_w beginning at the height (height for width in its check)",
     [](Mutant& m) { m.g.w.input = m.g.h.input; }},
    {"padding_h beginning at the width (width for height in its check)",
     [](Mutant& m) { m.g.h.input = m.g.w.input; }},
    {"padding_mode taken as zeros", [](Mutant& m) { set_edges(m, Edge::zeros); }},
    {"padding_mode taken as reflect", [](Mutant& m) { set_edges(m, Edge::reflect); }},
    {"padding_mode taken as replicate", [](Mutant& m) { set_edges(m, Edge::replicate); }},
    {"padding_mode taken as circular", [](Mutant& m) { set_edges(m, Edge::circular); }},
    {"padding_mode taken as a reflection that repeats the edge (symmetric)",
     [](Mutant& m) { set_edges(m, Edge::symmetric); }},
    {"padding_mode taken as zeros in h",
     [](Mutant& m) { m.border_h.before = m.border_h.after = Edge::zeros; }},
    {"padding_mode taken as zeros in w",
     [](Mutant& m) { m.border_w.before = m.border_w.after = Edge::zeros; }},
    {"padding_mode taken as zeros at the top and left",
     [](Mutant& m) { set_before(m, Edge::zeros); }},
    {"padding_mode taken as zeros at the bottom and right",
     [](Mutant& m) { set_after(m, Edge::zeros); }},
    {"padding_mode taken as replicate at the bottom and right",
     [](Mutant& m) { set_after(m, Edge::replicate); }},
    {"padding_mode taken as a reflection that repeats the edge (symmetric) at the top and left",
     [](Mutant& m) { set_before(m, Edge::symmetric); }},
    {"padding_mode taken as a reflection that repeats the edge (symmetric) at the bottom and right",
     [](Mutant& m) { set_after(m, Edge::symmetric); }},
    {"padding_mode's values from the first ring only (zeros beyond)",
     [](Mutant& m) { m.border_h.rings = m.border_w.rings = 1; }},
    {"padding_mode's values one off (one too early)", [](Mutant& m) { shift_both(m, -1, -1); }},
    {"padding_mode's values one off (one too late)", [](Mutant& m) { shift_both(m, 1, 1); }},
    {"padding_mode's values one off (one further inside)", [](Mutant& m) { shift_both(m, 1, -1); }},
    {"padding_mode's values one off at the top (one too early)",
     [](Mutant& m) { shift(m.border_h, -1, 0); }},
    {"padding_mode's values one off at the top (one too late)",
     [](Mutant& m) { shift(m.border_h, 1, 0); }},
    {"padding_mode's values one off at the bottom (one too early)",
     [](Mutant& m) { shift(m.border_h, 0, -1); }},
    {"padding_mode's values one off at the bottom (one too late)",
     [](Mutant& m) { shift(m.border_h, 0, 1); }},
    {"padding_mode's values one off at the left (one too early)",
     [](Mutant& m) { shift(m.border_w, -1, 0); }},
    {"padding_mode's values one off at the left (one too late)",
     [](Mutant& m) { shift(m.border_w, 1, 0); }},
    {"padding_mode's values one off at the right (one too early)",
     [](Mutant& m) { shift(m.border_w, 0, -1); }},
    {"padding_mode's values one off at the right (one too late)",
     [](Mutant& m) { shift(m.border_w, 0, 1); }},
};

}  // namespace

std::span<const Mutation> edge_mutations() {
  return kEdges;
}

}  // namespace convgauge::verify
