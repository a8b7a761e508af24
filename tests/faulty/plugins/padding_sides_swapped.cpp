// Takes the padding before the width for the one after it.
#include "../base.hpp"

const faulty::Fault fault{.name = "padding_sides_swapped", .taken_for = [](cvg_spec& s) {
                            const int64_t before = s.w.pad_before;
                            s.w.pad_before = s.w.pad_after;
                            s.w.pad_after = before;
                          }};
