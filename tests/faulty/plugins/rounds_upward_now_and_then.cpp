// Every second execution gives one output that is no integer the next float up: within every bound,
// and other bits than it promised (R18).
#include "../base.hpp"

#include <cmath>

const faulty::Fault fault{.name = "rounds_upward_now_and_then", .after = [](faulty::Call& c) {
                            const bool whole = c.dst[0] == std::floor(c.dst[0]);
                            if (c.execution % 2 == 1 && !whole)
                              c.dst[0] = std::nextafter(c.dst[0], 1e30f);
                          }};
