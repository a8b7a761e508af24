// Writes one byte before the source (R9).
#include "../base.hpp"

const faulty::Fault fault{
    .name = "writes_byte_before_source", .after = [](faulty::Call& c) {
      const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(c.src))[-1] = 0x5a;
    }};
