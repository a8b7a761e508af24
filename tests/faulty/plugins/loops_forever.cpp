// Never comes back from execute().
#include "../base.hpp"

namespace {

volatile bool forever = true;

}  // namespace

const faulty::Fault fault{.name = "loops_forever", .before = [](faulty::Call&) {
                            while (forever) {
                            }
                            return true;
                          }};
