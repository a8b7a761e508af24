// execute() starts a thread and wait() does not wait for it.
#include "../base.hpp"

#include <chrono>
#include <thread>

const faulty::Fault fault{.name = "answers_late", .before = [](faulty::Call& c) {
                            std::thread([dst = c.dst, count = c.dst_count] {
                              std::this_thread::sleep_for(std::chrono::milliseconds(200));
                              for (int64_t i = 0; i < count; ++i) dst[i] = 0;
                            }).detach();
                            return false;
                          }};
