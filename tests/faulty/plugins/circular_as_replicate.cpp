// Takes circular padding for replicate.
#include "../base.hpp"

const faulty::Fault fault{.name = "circular_as_replicate", .taken_for = [](cvg_spec& s) {
                            if (s.padding_mode == CVG_PADDING_CIRCULAR)
                              s.padding_mode = CVG_PADDING_REPLICATE;
                          }};
