// Writes past what it has from malloc, and gives it back: the allocator finds out and aborts.
#include "../base.hpp"

#include <cstdlib>
#include <cstring>

const faulty::Fault fault{.name = "corrupts_heap", .before = [](faulty::Call&) {
                            char* volatile pieces[4];
                            for (auto& piece : pieces)
                              piece = static_cast<char*>(std::malloc(2000));
                            char* volatile beyond = pieces[1] + 2000;
                            for (int i = 0; i < 64; ++i) beyond[i] = 0x5a;
                            for (auto& piece : pieces) std::free(piece);
                            return true;
                          }};
