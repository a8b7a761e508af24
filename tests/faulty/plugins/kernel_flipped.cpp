// A true convolution: the taps are read from the last to the first.
#include "../base.hpp"

const faulty::Fault fault{.name = "kernel_flipped",
                          .taken_for =
                              [](cvg_spec& s) {
                                s.weights_strides[2] = -s.weights_strides[2];
                                s.weights_strides[3] = -s.weights_strides[3];
                              },
                          .before =
                              [](faulty::Call& c) {
                                c.weights += c.spec.h.kernel * c.spec.w.kernel - 1;
                                return true;
                              }};
