// Leaves the x87 unit at single precision (R14).
#include "../base.hpp"

const faulty::Fault fault{.name = "changes_x87", .before = [](faulty::Call&) {
                            unsigned short control = 0;
                            asm volatile("fnstcw %0" : "=m"(control));
                            control = static_cast<unsigned short>(control & 0xfcffu);
                            asm volatile("fldcw %0" : : "m"(control));
                            return true;
                          }};
