// Writes one byte after the bias (R9).
#include "../base.hpp"

const faulty::Fault fault{
    .name = "writes_byte_past_bias", .after = [](faulty::Call& c) {
      const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(c.bias + c.bias_count))[0] =
          0x5a;
    }};
