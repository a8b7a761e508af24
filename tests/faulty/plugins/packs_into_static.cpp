// Keeps prepared weights in one variable for all plans.
#include "../base.hpp"

#include <vector>

namespace {

std::vector<float> packed;

}  // namespace

const faulty::Fault fault{
    .name = "packs_into_static",
    .weights = [](const float* weights, int64_t count) { packed.assign(weights, weights + count); },
    .before =
        [](faulty::Call& c) {
          c.weights = packed.data();
          return true;
        }};
