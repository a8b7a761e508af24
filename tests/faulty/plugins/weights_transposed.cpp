// Reads each kernel by columns.
#include "../base.hpp"

const faulty::Fault fault{.name = "weights_transposed", .taken_for = [](cvg_spec& s) {
                            s.weights_strides[2] = 1;
                            s.weights_strides[3] = s.h.kernel;
                          }};
