// Takes the dilation of the height for that of the width.
#include "../base.hpp"

const faulty::Fault fault{.name = "dilation_swapped", .taken_for = [](cvg_spec& s) {
                            const int64_t h = s.h.dilation;
                            s.h.dilation = s.w.dilation;
                            s.w.dilation = h;
                          }};
