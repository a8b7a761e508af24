// Adds to what the output held (R11).
#include "../base.hpp"

#include <cstddef>
#include <vector>

namespace {

std::vector<float> held;

}  // namespace

const faulty::Fault fault{.name = "accumulates_into_output",
                          .before =
                              [](faulty::Call& c) {
                                held.assign(c.dst, c.dst + c.dst_count);
                                return true;
                              },
                          .after =
                              [](faulty::Call& c) {
                                for (int64_t i = 0; i < c.dst_count; ++i)
                                  c.dst[i] += held[static_cast<std::size_t>(i)];
                              }};
