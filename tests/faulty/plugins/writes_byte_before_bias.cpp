// Writes one byte before the bias (R9).
#include "../base.hpp"

const faulty::Fault fault{
    .name = "writes_byte_before_bias", .after = [](faulty::Call& c) {
      const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(c.bias))[-1] = 0x5a;
    }};
