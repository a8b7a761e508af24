// Pads one row more before the input than was asked.
#include "../base.hpp"

const faulty::Fault fault{.name = "padding_off_by_one",
                          .taken_for = [](cvg_spec& s) { s.h.pad_before += 1; }};
