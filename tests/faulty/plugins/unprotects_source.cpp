// Makes the page of its source writable first, and then writes there (R8).
#include "../base.hpp"

#include <sys/mman.h>
#include <cstdint>

const faulty::Fault fault{.name = "unprotects_source", .after = [](faulty::Call& c) {
                            const auto page =
                                reinterpret_cast<std::uintptr_t>(c.src) & ~std::uintptr_t{4095};
                            mprotect(reinterpret_cast<void*>(page), 4096, PROT_READ | PROT_WRITE);
                            const_cast<float*>(c.src)[0] += 1;
                          }};
