// Allocates in every execution (R19: a wish, so no fault).
#include <vector>

#include "../base.hpp"

const faulty::Fault fault{.name = "allocates_in_execute", .before = [](faulty::Call& call) {
                            const std::vector<float> copy(call.src, call.src + call.src_count);
                            return copy.data() != nullptr || call.src_count == 0;
                          }};
