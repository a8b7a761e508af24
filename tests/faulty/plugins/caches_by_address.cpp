// Returns the last result when it meets the same source address again: the contents have changed
// (R12).
#include "../base.hpp"

#include <algorithm>
#include <vector>

namespace {

const float* source = nullptr;
std::vector<float> result;

}  // namespace

const faulty::Fault fault{.name = "caches_by_address",
                          .before =
                              [](faulty::Call& c) {
                                if (c.execution == 0 || c.src != source) return true;
                                std::copy(result.begin(), result.end(), c.dst);
                                return false;
                              },
                          .after =
                              [](faulty::Call& c) {
                                source = c.src;
                                result.assign(c.dst, c.dst + c.dst_count);
                              }};
