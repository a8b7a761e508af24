// Declares a Winograd algorithm for five taps, whatever the kernel has.
#include "../base.hpp"

const faulty::Fault fault{.name = "winograd_beyond_kernel", .algorithm = [](cvg_algorithm& a) {
                            a.algorithm_class = CVG_CLASS_WINOGRAD;
                            for (auto& axis : a.winograd) axis.m = 2, axis.r = 5;
                          }};
