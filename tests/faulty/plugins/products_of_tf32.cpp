// Rounds both factors to 10 bits although the math mode is strict: exact integers do not show it.
#include "../base.hpp"

const faulty::Fault fault{.name = "products_of_tf32", .multiply = [](float weight, float value) {
                            return faulty::ten_bits(weight) * faulty::ten_bits(value);
                          }};
