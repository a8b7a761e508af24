// Declares a Winograd algorithm, and leaves out m and r.
#include "../base.hpp"

const faulty::Fault fault{.name = "winograd_of_nothing", .algorithm = [](cvg_algorithm& a) {
                            a.algorithm_class = CVG_CLASS_WINOGRAD;
                            a.winograd[0].m = a.winograd[0].r = 0;
                            a.winograd[1].m = a.winograd[1].r = 0;
                          }};
