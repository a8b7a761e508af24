// Leaves a thread running that burns a processor: allowed, and a reason to stop idle workers.
#include "../base.hpp"

#include <thread>

namespace {

volatile bool forever = true;

}  // namespace

const faulty::Fault fault{.name = "burns_processor", .before = [](faulty::Call&) {
                            static bool done = false;
                            if (done) return true;
                            done = true;
                            std::thread([] {
                              while (forever) {
                              }
                            }).detach();
                            return true;
                          }};
