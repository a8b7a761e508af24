// Writes behind a block of the heap: built with AddressSanitizer, which must report it.
#include "../base.hpp"

namespace {

float* volatile block = nullptr;  // volatile: the block must not be optimised away

}  // namespace

const faulty::Fault fault{.name = "overflows_heap", .before = [](faulty::Call& call) {
                            block = new float[8];
                            block[8] = call.src[0];
                            delete[] block;
                            return true;
                          }};
