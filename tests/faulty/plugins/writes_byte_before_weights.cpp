// Writes one byte before the weights (R9).
#include "../base.hpp"

const faulty::Fault fault{
    .name = "writes_byte_before_weights", .after = [](faulty::Call& c) {
      const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(c.weights))[-1] = 0x5a;
    }};
