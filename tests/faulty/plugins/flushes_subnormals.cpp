// Leaves MXCSR flushing subnormals (R14).
#include "../base.hpp"

#include <xmmintrin.h>

const faulty::Fault fault{.name = "flushes_subnormals", .before = [](faulty::Call&) {
                            _mm_setcsr(_mm_getcsr() | 0x8040);
                            return true;
                          }};
