// Takes every dilation for 1 (ncnn#315).
#include "../base.hpp"

const faulty::Fault fault{.name = "dilation_ignored",
                          .taken_for = [](cvg_spec& s) { s.h.dilation = s.w.dilation = 1; }};
