// Declares a Winograd algorithm of the largest sizes that an int holds.
#include "../base.hpp"

const faulty::Fault fault{.name = "winograd_of_int_max", .algorithm = [](cvg_algorithm& a) {
                            a.algorithm_class = CVG_CLASS_WINOGRAD;
                            for (auto& axis : a.winograd) axis.m = axis.r = INT32_MAX;
                          }};
