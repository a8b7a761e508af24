// Takes the stride of the height for that of the width (pytorch#187760).
#include "../base.hpp"

const faulty::Fault fault{.name = "stride_swapped", .taken_for = [](cvg_spec& s) {
                            const int64_t h = s.h.stride;
                            s.h.stride = s.w.stride;
                            s.w.stride = h;
                          }};
