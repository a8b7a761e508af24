// Is asked for direct and says that it runs another (R5).
#include "../base.hpp"

#include <cstring>

const faulty::Fault fault{.name = "names_another_algorithm", .algorithm = [](cvg_algorithm& a) {
                            std::strcpy(a.name, "winograd.f4x4_3x3");
                          }};
