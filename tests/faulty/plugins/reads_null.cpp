// Reads address zero.
#include "../base.hpp"

namespace {

volatile int* volatile address = nullptr;
volatile int sink;

}  // namespace

const faulty::Fault fault{.name = "reads_null", .before = [](faulty::Call&) {
                            sink = *address;
                            return true;
                          }};
