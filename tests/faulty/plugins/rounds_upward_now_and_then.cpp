// Rounds every second execution upward: within every bound, and other bits than it promised (R18).
#include "../base.hpp"

#include <cfenv>

const faulty::Fault fault{.name = "rounds_upward_now_and_then",
                          .before =
                              [](faulty::Call& c) {
                                if (c.execution % 2 == 1) std::fesetround(FE_UPWARD);
                                return true;
                              },
                          .after = [](faulty::Call&) { std::fesetround(FE_TONEAREST); }};
