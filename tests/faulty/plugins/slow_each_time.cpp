// Takes 0.1 s for each execution, and is right.
#include "../base.hpp"

#include <unistd.h>

namespace {

bool wait_a_little(faulty::Call&) {
  ::usleep(100'000);
  return true;
}

}  // namespace

const faulty::Fault fault{.name = "slow_each_time", .before = wait_a_little};
