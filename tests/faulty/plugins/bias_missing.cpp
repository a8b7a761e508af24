// Forgets the bias.
#include "../base.hpp"

const faulty::Fault fault{.name = "bias_missing", .taken_for = [](cvg_spec& s) { s.bias = 0; }};
