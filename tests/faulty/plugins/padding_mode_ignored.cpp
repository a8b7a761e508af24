// Takes every padding mode for zeros.
#include "../base.hpp"

const faulty::Fault fault{.name = "padding_mode_ignored",
                          .taken_for = [](cvg_spec& s) { s.padding_mode = CVG_PADDING_ZEROS; }};
