// Takes the padding of the height for that of the width.
#include "../base.hpp"

const faulty::Fault fault{.name = "padding_axes_swapped", .taken_for = [](cvg_spec& s) {
                            const cvg_axis h = s.h;
                            s.h.pad_before = s.w.pad_before;
                            s.h.pad_after = s.w.pad_after;
                            s.w.pad_before = h.pad_before;
                            s.w.pad_after = h.pad_after;
                          }};
