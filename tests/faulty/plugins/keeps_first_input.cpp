// Copies the source when a plan runs first, and computes with the copy from then on (R12).
#include "../base.hpp"

#include <vector>

namespace {

std::vector<float> first;

}  // namespace

const faulty::Fault fault{.name = "keeps_first_input", .before = [](faulty::Call& c) {
                            if (c.execution == 0) first.assign(c.src, c.src + c.src_count);
                            c.src = first.data();
                            return true;
                          }};
