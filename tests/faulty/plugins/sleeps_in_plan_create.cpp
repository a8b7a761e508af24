// Never comes back from plan_create().
#include "../base.hpp"

#include <unistd.h>

const faulty::Fault fault{.name = "sleeps_in_plan_create",
                          .create = [](const cvg_spec&, int32_t*, cvg_note*) -> cvg_status {
                            for (;;) pause();
                          }};
