// Takes memory until there is none; for this test's sake it gives up at 4 GiB.
#include "../base.hpp"

#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace {

void* volatile kept;

}  // namespace

const faulty::Fault fault{.name = "takes_all_memory", .before = [](faulty::Call&) {
                            for (int i = 0; i < 64; ++i) {
                              constexpr std::size_t kPiece = std::size_t{64} << 20;
                              void* const piece = std::malloc(kPiece);
                              if (!piece) break;
                              std::memset(piece, i + 1, kPiece);
                              kept = piece;
                            }
                            std::abort();
                            return true;
                          }};
