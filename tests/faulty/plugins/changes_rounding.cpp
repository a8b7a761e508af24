// Leaves the rounding mode upward (R14).
#include "../base.hpp"

#include <cfenv>

const faulty::Fault fault{.name = "changes_rounding", .before = [](faulty::Call&) {
                            std::fesetround(FE_UPWARD);
                            return true;
                          }};
