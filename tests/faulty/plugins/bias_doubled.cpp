// Adds the bias twice.
#include "../base.hpp"

#include <vector>

namespace {

std::vector<float> twice;

}  // namespace

const faulty::Fault fault{.name = "bias_doubled", .before = [](faulty::Call& c) {
                            twice.assign(c.bias, c.bias + c.bias_count);
                            for (float& b : twice) b *= 2;
                            c.bias = twice.data();
                            return true;
                          }};
