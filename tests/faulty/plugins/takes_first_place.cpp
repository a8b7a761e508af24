// Raises its own priority and lowers its limits for good.
#include "../base.hpp"

#include <sched.h>
#include <sys/resource.h>

const faulty::Fault fault{.name = "takes_first_place", .before = [](faulty::Call&) {
                            setpriority(PRIO_PROCESS, 0, -20);
                            sched_param most{};
                            most.sched_priority = 1;
                            sched_setscheduler(0, SCHED_RR, &most);
                            const rlimit none{0, 0};
                            setrlimit(RLIMIT_CORE, &none);
                            setrlimit(RLIMIT_FSIZE, &none);
                            setrlimit(RLIMIT_NPROC, &none);
                            return true;
                          }};
