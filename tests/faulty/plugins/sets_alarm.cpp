// Sets an alarm that nobody handles, and waits for it.
#include "../base.hpp"

#include <sys/time.h>
#include <unistd.h>

const faulty::Fault fault{.name = "sets_alarm", .before = [](faulty::Call&) {
                            itimerval soon{};
                            soon.it_value.tv_usec = 1000;
                            setitimer(ITIMER_REAL, &soon, nullptr);
                            for (;;) pause();
                            return true;
                          }};
