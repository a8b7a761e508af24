// Writes one byte after the source (R9).
#include "../base.hpp"

const faulty::Fault fault{
    .name = "writes_byte_past_source", .after = [](faulty::Call& c) {
      const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(c.src + c.src_count))[0] =
          0x5a;
    }};
