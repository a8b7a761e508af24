// Copies the weights it is first given, and never looks again.
#include "../base.hpp"

#include <cstddef>
#include <vector>

namespace {

std::vector<float> first;

}  // namespace

const faulty::Fault fault{.name = "keeps_first_weights",
                          .weights =
                              [](const float* weights, int64_t count) {
                                if (first.size() != static_cast<std::size_t>(count))
                                  first.assign(weights, weights + count);
                              },
                          .before =
                              [](faulty::Call& c) {
                                c.weights = first.data();
                                return true;
                              }};
